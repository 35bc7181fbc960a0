"""A run: what a method predicted, so that every score can be computed later.

On disk it is a folder:

- ``predictions.parquet``: ``protocol``, ``split``, ``id``, ``y`` (class number), a row
  a prediction
- ``probabilities.npy``: (rows, K) float32, row for row
- ``history.parquet``: what training logged, with ``protocol`` and ``split``
- ``run.json``: method, hyper-parameters, classes, corpus, seed, seconds and peak
  memory of each split, device and versions

A folder that exists is whole.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.evaluation.scores import evaluate
from tfrepro.files import atomic_folder, read_json, write_json


@dataclass(frozen=True)
class Run:
    """One method's predictions on every split of every protocol.

    Attributes
    ----------
    predictions : columns ``protocol``, ``split``, ``id``, ``y``
    probabilities : (len(predictions), K) float32
    history : training curves, possibly empty
    info : what ``run.json`` holds; ``classes`` are the K class names
    """

    predictions: pd.DataFrame
    probabilities: np.ndarray
    history: pd.DataFrame
    info: dict[str, Any]

    def scores(self, protocol: str) -> pd.DataFrame:
        """Every score on every split of a protocol: a row a split, a column a score."""
        chosen = self.predictions[self.predictions["protocol"] == protocol]
        return pd.DataFrame(
            {
                split: evaluate(rows["y"].to_numpy(), self.probabilities[rows.index])
                for split, rows in chosen.groupby("split")
            }
        ).T


def write_run(folder: Path, run: Run) -> None:
    """Write a run as a folder, whole or not at all."""
    if len(run.predictions) != len(run.probabilities):
        raise ValueError(
            f"{len(run.predictions)} predictions, {len(run.probabilities)} rows of probabilities"
        )
    with atomic_folder(folder) as part:
        run.predictions.to_parquet(part / "predictions.parquet", index=False)
        np.save(part / "probabilities.npy", run.probabilities.astype(np.float32))
        run.history.to_parquet(part / "history.parquet", index=False)
        write_json(part / "run.json", run.info)


def read_run(folder: Path) -> Run:
    """The run in a folder; UserError if there is none."""
    try:
        return Run(
            pd.read_parquet(folder / "predictions.parquet"),
            np.load(folder / "probabilities.npy", allow_pickle=False),
            pd.read_parquet(folder / "history.parquet"),
            read_json(folder / "run.json"),
        )
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to train it") from None
