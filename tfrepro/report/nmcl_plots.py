"""NMCL's figures as the small CSV files that ``dvc plots show`` draws.

Curves have the columns of :mod:`tfrepro.report.venue_plots`. A map of cells has a name for each
row and each column, a value, and ``order``.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tfrepro.report.venue_plots import SCORES, _ordered

FUSED = "all modalities"


def roc_panels(curves: Mapping[str, Mapping[str, np.ndarray]]) -> pd.DataFrame:
    """Figure 4: a panel an average, a curve a method.

    curves : method -> what :func:`tfrepro.evaluation.roc.curves` gives
    """
    return _ordered(
        (f"{average}-average", method, x, y)
        for average in ("micro", "macro")
        for method, of in curves.items()
        for x, y in zip(of["false_positive_rate"], of[average], strict=True)
    )


def answer_panels(history: pd.DataFrame, answers: Sequence[str]) -> pd.DataFrame:
    """Figure 5: scores on the validation part after each epoch, of every answer and of all.

    A panel a score. Each is the mean over the runs that came so far.
    """
    rows = []
    for score, panel in SCORES.items():
        columns = {**{name: f"{name}_{score}" for name in answers}, FUSED: score}
        for curve, column in columns.items():
            if column in history:
                means = history.groupby("epoch")[column].mean()
                rows += [(f"{panel}, validation", curve, x, y) for x, y in means.items()]
    return _ordered(rows)


def cells(
    values: np.ndarray, rows: Sequence[str], columns: Sequence[str], names: tuple[str, str, str]
) -> pd.DataFrame:
    """A row a cell of a matrix.

    Parameters
    ----------
    values : (R, C)
    rows, columns : R and C names
    names : of the rows' and the columns' name, and of the value
    """
    found = [
        (row, column, values[r, c])
        for r, row in enumerate(rows)
        for c, column in enumerate(columns)
    ]
    return pd.DataFrame(found, columns=list(names)).assign(order=range(len(found)))
