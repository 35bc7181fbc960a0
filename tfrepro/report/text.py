"""A table file as text for a terminal."""

from collections.abc import Mapping
from typing import Any


def table_text(table: Mapping[str, Any]) -> str:
    """Measured beside published, a line a method; a stand-in corpus is named as one.

    Scores in [0, 1] are printed as percentages, like the papers do. ``p`` is of
    the test that the table's protocol describes.
    """
    lines = [_heading(table)]
    for method, row in table["rows"].items():
        line = [method]
        for score, value in _scores(row).items():
            line += [_measured(value), _published(value), _p(row.get(f"p_{score}"))]
        lines.append(line)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    body = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return f"{_title(table)}\n{body}\n{_weights(table)}"


def _title(table: Mapping[str, Any]) -> str:
    corpus = table["corpus"]
    title = f"{table['paper']} {table['table']} on {corpus['name']}"
    if corpus["stands_in_for"]:
        title += f" (a stand-in for {corpus['stands_in_for']}: not comparable with the published)"
    return title


def _weights(table: Mapping[str, Any]) -> str:
    """A line for each network that features came from, with what its weights are."""
    lines = {}
    for modality, extractor in table.get("extractors", {}).items():
        weights = extractor["weights"]
        said = weights["file"] if isinstance(weights, Mapping) else weights
        lines.setdefault(f"{extractor['name']}, weights: {said}", []).append(modality)
    return "".join(f"{', '.join(names)}: {made_by}\n" for made_by, names in lines.items())


def _heading(table: Mapping[str, Any]) -> list[str]:
    first = next(iter(table["rows"].values()))
    return ["method"] + [word for score in _scores(first) for word in (score, "published", "p")]


def _scores(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: value for name, value in row.items() if isinstance(value, Mapping)}


def _measured(value: Mapping[str, Any]) -> str:
    mean, std = value["mean"], value["std"]
    scale, digits = (100, 2) if _is_fraction(value) else (1, 4)
    text = f"{scale * mean:.{digits}f}"
    return text if std is None else f"{text} ± {scale * std:.{digits}f}"


def _published(value: Mapping[str, Any]) -> str:
    if value["published"] is None:
        return "-"
    return f"{100 * value['published']:.2f}" if _is_fraction(value) else f"{value['published']:g}"


def _is_fraction(value: Mapping[str, Any]) -> bool:
    """A measured 1 beside a published 2.99 is a count, or s, and no percentage."""
    return 0 <= value["mean"] <= 1 and 0 <= (value["published"] or 0) <= 1


def _p(p: float | None) -> str:
    return "" if p is None else f"{p:.2g}"
