"""A table file as text for a terminal."""

from collections.abc import Mapping
from typing import Any

from tfrepro.report.columns import in_columns
from tfrepro.report.numbers import measured, published, significance
from tfrepro.report.searches import tried

_NONE = {"mean": None, "std": None, "published": None}


def table_text(table: Mapping[str, Any]) -> str:
    """Measured beside published, a line a method; a stand-in corpus is named as one.

    Scores in [0, 1] are printed as percentages, like the papers do. ``p`` is of
    the test that the table's protocol describes; ``q``, p corrected for the number of
    comparisons, and ``d``, the effect size, are of :mod:`tfrepro.evaluation.comparison`.
    """
    lines = [_title(table), *_rows(table), *_tried(table), *_answers(table)]
    return "\n".join(lines) + "\n" + _weights(table)


def _rows(table: Mapping[str, Any]) -> list[str]:
    """A line a method; a score that a row does not have is a dash."""
    rows = table["rows"]
    if not rows:
        return []
    marks = {"p": "p", "q": "q", "effect": "d"}
    kept = {k: mark for k, mark in marks.items() if k == "p" or _has(table, f"{k}_")}
    scores = list(dict.fromkeys(score for row in rows.values() for score in _scores(row)))
    lines = [["method", *(word for s in scores for word in (s, "published", *kept.values()))]]
    for method, row in rows.items():
        line = [method]
        for score in scores:
            value = row.get(score, _NONE)
            line += [measured(value), published(value)]
            line += [significance(row.get(f"{key}_{score}")) for key in kept]
        lines.append(line)
    return in_columns(lines)


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


def _tried(table: Mapping[str, Any]) -> list[str]:
    """A search of hyper-parameters: what each combination, or each value of one, scored."""
    if "tried" not in table:
        return []
    lines = [f"tried, on {table['protocol'].get('scored_on', 'the validation part')}"]
    for said, scores in tried(table):
        lines.append("  ".join([*(f"{100 * score:6.2f}" for score in scores), said]))
    return lines


def _answers(table: Mapping[str, Any]) -> list[str]:
    """What every method takes some videos for, below what they are."""
    if "answers" not in table:
        return []
    names, _, truths = zip(*table["truth"], strict=True)
    return in_columns([["method", *names], ["(truth)", *truths], *table["answers"]])


def _has(table: Mapping[str, Any], prefix: str) -> bool:
    return any(key.startswith(prefix) for row in table["rows"].values() for key in row)


def _scores(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: value for name, value in row.items() if isinstance(value, Mapping)}
