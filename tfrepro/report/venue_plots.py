"""Curves of methods on micro-videos as the small CSV files that ``dvc plots show`` draws.

Each has the columns ``panel``, ``curve``, ``x``, ``y`` (fractions but for losses), and
``order`` to keep panels and curves in the order of the rows.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

COLUMNS = ["panel", "curve", "x", "y"]
SCORES = {"micro_f1": "Micro-F1", "macro_f1": "Macro-F1"}
GROUP = re.compile(r"micro_f1_group_(\d+)")


def sweep_panels(table: Mapping[str, Any]) -> pd.DataFrame:
    """Each score against the value that a row is named by, ``0_3`` for 0.3; a panel a score.

    The curve is the mean; ``mean ± std`` are two more.
    """
    rows = []
    for name, row in table["rows"].items():
        x = float(name.replace("_", "."))
        for score, panel in SCORES.items():
            mean, std = row[score]["mean"], row[score]["std"] or 0
            rows += [
                (panel, "mean", x, mean),
                (panel, "mean - std", x, mean - std),
                (panel, "mean + std", x, mean + std),
            ]
    return _ordered(rows)


def epoch_panels(history: pd.DataFrame) -> pd.DataFrame:
    """What training logged in each epoch, the mean over splits that came so far.

    A panel for all losses, and one for each score on the validation part.
    """
    numbers = history.drop(columns=[name for name in ("protocol", "split") if name in history])
    means = numbers.groupby("epoch").mean()
    losses = [name for name in means if name not in SCORES]
    rows = [("loss", name, x, y) for name in losses for x, y in means[name].items()]
    for score, panel in SCORES.items():
        if score in means:
            rows += [(f"{panel}, validation", "mean", x, y) for x, y in means[score].items()]
    return _ordered(rows)


def score_panels(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Scores on the validation part after each epoch: a panel a score, a curve a method.

    Each is the mean over the splits that came so far; methods that log no score have no curve.
    """
    rows = []
    for score, panel in SCORES.items():
        for method, history in histories.items():
            if score in history:
                means = history.groupby("epoch")[score].mean()
                rows += [(f"{panel}, validation", method, x, y) for x, y in means.items()]
    return _ordered(rows)


def value_panels(tried: pd.DataFrame) -> pd.DataFrame:
    """Scores against the value of one hyper-parameter: a panel each, a curve a score.

    tried : a row a value, with ``name`` of the hyper-parameter, ``value`` and the scores
    """
    rows = [
        (name, panel, value, mean)
        for name, values in tried.groupby("name", sort=False)
        for score, panel in SCORES.items()
        for value, mean in zip(values["value"], values[score], strict=True)
    ]
    return _ordered(rows)


def group_panels(table: Mapping[str, Any]) -> pd.DataFrame:
    """Micro-F1 of each group of classes, from the most frequent on; a curve a method."""
    rows = []
    for method, row in table["rows"].items():
        for score, value in row.items():
            if (place := GROUP.fullmatch(score)) and value["mean"] is not None:
                rows.append(("Micro-F1", method, int(place[1]), value["mean"]))
    return _ordered(rows)


def _ordered(rows: Iterable[tuple]) -> pd.DataFrame:
    data = pd.DataFrame(rows, columns=COLUMNS)
    return data.assign(order=range(len(data)))
