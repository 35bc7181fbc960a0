"""What a p-value does not say: how large a difference is, and how many were looked at.

Conventions
-----------
Beside each ``p_<score>`` of a row stand then, seen from the reference as ``p_<score>`` is,

- ``effect_<score>``: Cohen's d_z, the mean of the paired differences in their standard
  deviations. Above 0 the reference is better. It does not grow with the number of runs, as t
  = d_z √n does; but it is of runs, which differ less than items, so 0.8 is not "large" here.
  null for one run, and where all differences are the same number, to which no deviation can
  be compared; 0 if that number is zero.
- ``q_<score>``: p corrected by Benjamini and Yekutieli for the number of methods that
  the reference is tested against in this score. Among those with q below 0.05, one in
  twenty at most is expected to be luck. All are compared with one reference, and on the same
  splits, so they are dependent; this correction holds for any dependence, at the price of a
  q that is Σ 1/i times larger than Benjamini and Hochberg's.

Sources: J. Cohen, Statistical power analysis, 1988; Y. Benjamini and D. Yekutieli, The
control of the false discovery rate in multiple testing under dependency, 2001.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from tfrepro.evaluation.tables import rounded

# Differences of fractions that are equal, but for the rounding of the last bit.
_EQUAL = 1e-12


def add_comparisons(
    table: Mapping[str, Any], scores: Mapping[str, pd.DataFrame], reference: str
) -> dict[str, Any]:
    """The table with ``effect_<score>`` and ``q_<score>`` behind each ``p_<score>``.

    Parameters
    ----------
    table : of :func:`~tfrepro.evaluation.tables.build_table`, with the tests against
        ``reference``; it is not changed
    scores : method -> (n, S) frame, those that the table was built from
    reference : the method that every other was tested against

    Raises ValueError naming a method that has no scores.
    """
    rows = table["rows"]
    for method in (reference, *rows):
        if method not in scores:
            raise ValueError(f"no scores of the method {method!r}")
    corrected = {score: corrected_p(rows, score) for score in scores[reference]}
    return {
        **table,
        "rows": {
            method: _with_comparisons(row, method, scores, reference, corrected)
            for method, row in rows.items()
        },
    }


def effect_size(better: np.ndarray, other: np.ndarray) -> float:
    """Cohen's d_z of n paired scores, above 0 where ``better`` is.

    0 if all differences are zero, nan for n < 2 or if they are all the same other number.

    Raises ValueError unless both are (n,).
    """
    better, other = np.asarray(better, float), np.asarray(other, float)
    if better.shape != other.shape or better.ndim != 1:
        raise ValueError(f"shapes {better.shape} and {other.shape}: must both be (n,)")
    difference = better - other
    if len(difference) < 2:
        return float("nan")
    if np.ptp(difference) < _EQUAL:
        return 0.0 if abs(difference[0]) < _EQUAL else float("nan")
    return float(difference.mean() / difference.std(ddof=1))


def corrected_p(rows: Mapping[str, Mapping[str, Any]], score: str) -> dict[str, float]:
    """Method -> the Benjamini-Yekutieli q of its ``p_<score>``; none where p is null."""
    p = {
        method: row[f"p_{score}"]
        for method, row in rows.items()
        if row.get(f"p_{score}") is not None
    }
    if not p:
        return {}
    q = false_discovery_control(list(p.values()), method="by")
    return dict(zip(p, q.tolist(), strict=True))


def _with_comparisons(
    row: Mapping[str, Any],
    method: str,
    scores: Mapping[str, pd.DataFrame],
    reference: str,
    corrected: Mapping[str, Mapping[str, float]],
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in row.items():
        out[key] = value
        score = key.removeprefix("p_")
        if score == key or score not in corrected:
            continue
        better, other = (scores[name][score].to_numpy() for name in (reference, method))
        out[f"effect_{score}"] = rounded(effect_size(better, other))
        out[f"q_{score}"] = rounded(corrected[score].get(method, np.nan))
    return out
