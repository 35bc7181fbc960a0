"""A table file as text for a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any


def table_text(table: Mapping[str, Any]) -> str:
    """Measured beside published, a line a method; a stand-in corpus is named as one.

    Scores in [0, 1] are printed as percentages, like the papers do. ``p`` is of
    the test that the table's protocol describes; ``q``, p corrected for the number of
    comparisons, and ``d``, the effect size, are of :mod:`tfrepro.evaluation.comparison`.
    """
    if "tried" in table:
        return _search(table)
    marks = {"p": "p", "q": "q", "effect": "d"}
    kept = {k: mark for k, mark in marks.items() if k == "p" or _has(table, f"{k}_")}
    lines = [_heading(table, kept.values())]
    for method, row in table["rows"].items():
        line = [method]
        for score, value in _scores(row).items():
            line += [_measured(value), _published(value)]
            line += [_p(row.get(f"{key}_{score}")) for key in kept]
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


def _search(table: Mapping[str, Any]) -> str:
    """A search of hyper-parameters: what each combination scored, the best first."""
    lines = [f"{_title(table)}, on the validation part"]
    for values, *scores in table["tried"]:
        said = ", ".join(f"{name} {value}" for name, value in values)
        lines.append("  ".join([*(f"{100 * score:6.2f}" for score in scores), said]))
    return "\n".join(lines) + "\n"


def _has(table: Mapping[str, Any], prefix: str) -> bool:
    return any(key.startswith(prefix) for row in table["rows"].values() for key in row)


def _heading(table: Mapping[str, Any], marks: Iterable[str]) -> list[str]:
    first = next(iter(table["rows"].values()))
    words = ["method"]
    for score in _scores(first):
        words += [score, "published", *marks]
    return words


def _scores(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: value for name, value in row.items() if isinstance(value, Mapping)}


def _measured(value: Mapping[str, Any]) -> str:
    mean, std = value["mean"], value["std"]
    if mean is None:
        return "-"
    scale, digits = (100, 2) if _is_fraction(value) else (1, 4)
    text = f"{scale * mean:.{digits}f}"
    return text if std is None else f"{text} ± {scale * std:.{digits}f}"


def _published(value: Mapping[str, Any]) -> str:
    if value["published"] is None:
        return "-"
    return f"{100 * value['published']:.2f}" if _is_fraction(value) else f"{value['published']:g}"


def _is_fraction(value: Mapping[str, Any]) -> bool:
    """A measured 1 beside a published 2.99 is a count, or s, and no percentage."""
    return 0 <= (value["mean"] or 0) <= 1 and 0 <= (value["published"] or 0) <= 1


def _p(p: float | None) -> str:
    return "" if p is None else f"{p:.2g}"
