"""A paper's table as data: measured beside published, with significance.

``data/metrics/<corpus>/<paper>/<table>.json`` holds::

    {"paper", "table",
     "corpus":   {"name", "title", "stands_in_for", "sizes", "checksum"},
     "protocol": {...},
     "rows":     {method: {score: {"mean", "std", "n", "published"}, "p_<score>": ...}},
     "code":     [[part, checksum], ...]}

Scores are fractions; ``std`` is the sample deviation over the n splits or seeds;
``published`` is null where the paper has no such cell. On a stand-in corpus the
published value is there to be looked at, not to be matched.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.evaluation.significance import paired_t_test
from tfrepro.files import write_json
from tfrepro.published import cell, p_value

DIGITS = 6


@dataclass(frozen=True)
class CorpusFacts:
    """What a table says of the corpus it was measured on."""

    name: str
    title: str
    stands_in_for: str | None
    sizes: Mapping[str, int]
    checksum: str


def build_table(
    paper: str,
    table: str,
    corpus: CorpusFacts,
    protocol: Mapping[str, Any],
    scores: Mapping[str, pd.DataFrame],
    *,
    reference: str | None = None,
    printed: bool = True,
    code: Mapping[str, str],
) -> dict[str, Any]:
    """The table as the dictionary above.

    Parameters
    ----------
    scores : method -> (n, S) frame, a row a split or seed in the same order for
        every method, a column a score; the table's rows follow this order
    printed : whether the paper has this table; ours beside the papers' have no
        published cells
    reference : the method that every other is tested against, paired and
        one-tailed (does it beat them?); None for no test
    code : checksums of the code the scores came from
    """
    rows = {method: _summary(frame) for method, frame in scores.items()}
    if reference is not None:
        _add_tests(rows, scores, reference)
    if printed:
        _add_published(rows, paper, table)
    return {
        "paper": paper,
        "table": table,
        "corpus": asdict(corpus),
        "protocol": dict(protocol),
        "rows": rows,
        # A list, since DVC would show each value of a mapping as a metric.
        "code": [list(pair) for pair in sorted(code.items())],
    }


def _summary(scores: pd.DataFrame) -> dict[str, Any]:
    return {
        score: {
            "mean": rounded(values.mean()),
            "std": rounded(values.std(ddof=1)),
            "n": len(values),
            "published": None,
        }
        for score, values in scores.items()
    }


def _add_tests(
    rows: dict[str, dict[str, Any]], scores: Mapping[str, pd.DataFrame], reference: str
) -> None:
    for method in rows.keys() - {reference}:
        for score, values in scores[method].items():
            p = paired_t_test(scores[reference][score].to_numpy(), values.to_numpy())
            rows[method][f"p_{score}"] = rounded(p)


def _add_published(rows: dict[str, dict[str, Any]], paper: str, table: str) -> None:
    for method, row in rows.items():
        for score in [name for name in row if not name.startswith("p_")]:
            printed = cell(paper, table, method, score)
            row[score]["published"] = printed and printed.mean
            p = p_value(paper, table, method, score)
            if p is not None:
                row[f"published_p_{score}"] = p


def rounded(value: float, digits: int = DIGITS) -> float | None:
    """``value`` to so many significant digits, None for nan: enough to read, stable to compare."""
    if not np.isfinite(value):
        return None
    return float(f"{value:.{digits}g}") if not math.isclose(value, 0) else 0.0


def write_table(file: Path, table: Mapping[str, Any]) -> None:
    """Write a table file, whole or not at all."""
    write_json(file, table)


def merge_code(parts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The checksums of several results as one mapping.

    Raises ValueError if two of them were made by different versions of the same code.
    """
    merged: dict[str, str] = {}
    for part in parts:
        for name, checksum in part.items():
            if merged.setdefault(name, checksum) != checksum:
                raise ValueError(f"{name}: results were made by two versions of this code")
    return merged
