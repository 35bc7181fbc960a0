"""Tables and runs as the small CSV files that ``dvc plots show`` draws."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tfrepro.evaluation.runs import Run
from tfrepro.files import atomic_file

PUBLISHED = "published, on the paper's data"
RECALL = re.compile(r"recall_at_(?P<K>\d+)_pool_(?P<pool>\d+)")


def bars(table: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each method and score of a table: mean, and mean ± one deviation.

    Columns ``method``, ``score``, ``mean``, ``low``, ``high`` (fractions),
    ``corpus``, and ``order`` to keep the table's order of rows.
    """
    return pd.DataFrame(
        [
            {
                "corpus": table["corpus"]["name"],
                "order": order,
                "method": method,
                "score": score,
                "mean": value["mean"],
                "low": value["mean"] - (value["std"] or 0),
                "high": value["mean"] + (value["std"] or 0),
            }
            for order, (method, row) in enumerate(table["rows"].items())
            for score, value in row.items()
            if isinstance(value, Mapping)
        ]
    )


def confusion(run: Run, protocol: str) -> pd.DataFrame:
    """A row a prediction with the names of the ``actual`` and the ``predicted`` class."""
    classes = pd.Series(run.info["classes"])
    rows = run.predictions["protocol"] == protocol
    predicted = run.probabilities[rows.to_numpy()].argmax(axis=1)
    return pd.DataFrame(
        {
            "actual": classes[run.predictions.loc[rows, "y"]].to_numpy(),
            "predicted": classes[predicted].to_numpy(),
        }
    ).sort_values(["actual", "predicted"])


def autoencoder_curves(runs: Mapping[str, Run], protocol: str) -> pd.DataFrame:
    """The loss of each layer and epoch, averaged over splits: one curve a run and layer.

    Columns ``curve``, ``epoch``, ``loss`` (nats a clip).
    """
    parts = []
    for name, run in runs.items():
        history = run.history[run.history["protocol"] == protocol]
        mean = history.groupby(["layer", "epoch"], as_index=False)["loss"].mean()
        parts.append(mean.assign(curve=name + ", layer " + mean["layer"].astype(int).astype(str)))
    columns = ["curve", "epoch", "loss"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def loss_curves(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The loss of each epoch, averaged over whatever was trained besides: one curve a method.

    Columns ``curve``, ``epoch``, ``loss``; methods that log no loss have no curve.
    """
    parts = [
        history.groupby("epoch", as_index=False)["loss"].mean().assign(curve=name)
        for name, history in histories.items()
        if {"epoch", "loss"} <= set(history)
    ]
    columns = ["curve", "epoch", "loss"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def recall_panels(tables: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Recall against the size of the pool: a panel a K, a row of panels a direction.

    tables : direction -> its table; the published cells are one more curve.

    Columns ``corpus``, ``direction``, ``panel``, ``curve``, ``pool``, ``recall``, and
    ``order`` to keep panels and curves in the tables' order.
    """
    rows = []
    for direction, table in tables.items():
        for method, row in table["rows"].items():
            for score, value in row.items():
                place = RECALL.fullmatch(score)
                if not place:
                    continue
                for curve, recall in ((method, value["mean"]), (PUBLISHED, value["published"])):
                    rows.append(
                        {
                            "corpus": table["corpus"]["name"],
                            "direction": direction.replace("_", " "),
                            "panel": f"Recall@{place['K']}",
                            "curve": curve,
                            "pool": int(place["pool"]),
                            "recall": recall,
                        }
                    )
    measured_first = (
        pd.DataFrame(rows)
        .dropna(subset="recall")
        .sort_values("curve", key=lambda curve: curve == PUBLISHED, kind="stable")
    )
    return measured_first.assign(order=range(len(measured_first)))


def training_size_panels(table: Mapping[str, Any]) -> pd.DataFrame:
    """Recall against the number of training videos: a panel a pool, a row a direction.

    table : rows ``<method>-<videos>``, scores ``<direction>_recall_at_<K>_pool_<P>``

    Columns ``corpus``, ``direction``, ``panel``, ``curve``, ``videos``, ``recall``, ``order``.
    """
    rows = []
    for name, row in table["rows"].items():
        method, _, videos = name.rpartition("-")
        for score, value in row.items():
            place = RECALL.search(score)
            rows.append(
                {
                    "corpus": table["corpus"]["name"],
                    "direction": score[: place.start()].strip("_").replace("_", " "),
                    "panel": f"Recall@{place['K']} in {place['pool']}",
                    "curve": method,
                    "videos": int(videos),
                    "recall": value["mean"],
                    "order": len(rows),
                }
            )
    return pd.DataFrame(rows)


def write_plot(file: Path, data: pd.DataFrame) -> None:
    """Write a plot's data, whole or not at all, to five significant digits."""
    with atomic_file(file) as part:
        data.to_csv(part, index=False, float_format="%.5g")
