"""What each answer of a method says by itself, kept beside what they say together.

A method that fuses several answers, as NMCL does one a modality, tells them apart by
``predict_each(test)``, name -> (N, K). They are written where the method predicts, for a run keeps
the fused probabilities alone.

On disk they are one file in the run's folder, ``answers.npz``: name -> (rows, K) float32, row for
row as in ``predictions.parquet``.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.evaluation.method import Method, history_of
from tfrepro.evaluation.runs import Run, read_run
from tfrepro.features.feature_set import FeatureSet
from tfrepro.files import atomic_file

FILE = "answers.npz"


class Answering:
    """A method that writes each answer to a file whenever it predicts.

    Parameters
    ----------
    method : with ``predict_each``
    file : to write
    """

    def __init__(self, method: Method, file: Path):
        self.method = method
        self.file = file

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Answering":
        self.method.fit(train, valid)
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """What the method says: (N, K)."""
        each = self.method.predict_each(test)
        with atomic_file(self.file) as part, open(part, "wb") as out:
            np.savez(out, **{name: np.asarray(P, np.float32) for name, P in each.items()})
        return self.method.predict_proba(test)

    @property
    def history_(self) -> pd.DataFrame:
        return history_of(self.method)


def answering(make: Callable[[int], Method], folder: Path) -> Callable[[int], Answering]:
    """``make`` of methods that write their answers to ``folder``, a file a seed."""
    return partial(_make, make, folder)


def keep_answers(run: Path, folder: Path, seeds: Iterable[int]) -> None:
    """Put the answers of methods with these seeds, in this order, into the folder of their run."""
    parts = [_read(_file(folder, seed)) for seed in seeds]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    with atomic_file(run / FILE) as part, open(part, "wb") as out:
        np.savez(out, **whole)


def read_answers(folder: Path) -> dict[str, Run]:
    """Each answer of the run in a folder as a run; UserError if none were kept."""
    run = read_run(folder)
    try:
        answers = _read(folder / FILE)
    except FileNotFoundError:
        raise UserError(f"{folder / FILE}: missing; run `dvc repro` to train it") from None
    return {name: replace(run, probabilities=P) for name, P in answers.items()}


def _make(make: Callable[[int], Method], folder: Path, seed: int) -> Answering:
    return Answering(make(seed), _file(folder, seed))


def _file(folder: Path, seed: int) -> Path:
    return folder / f"answers-{seed}.npz"


def _read(file: Path) -> dict[str, np.ndarray]:
    with np.load(file, allow_pickle=False) as saved:
        return dict(saved)
