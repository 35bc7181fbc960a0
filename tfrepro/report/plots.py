"""Tables and runs as the small CSV files that ``dvc plots show`` draws."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tfrepro.evaluation.runs import Run
from tfrepro.files import atomic_file


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


def write_plot(file: Path, data: pd.DataFrame) -> None:
    """Write a plot's data, whole or not at all, to five significant digits."""
    with atomic_file(file) as part:
        data.to_csv(part, index=False, float_format="%.5g")
