"""Methods that are watched, or chosen, on a validation part."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from tfrepro.evaluation.method import Method, history_of
from tfrepro.evaluation.protocols import Split
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.rows import part


class Validated:
    """A method that is given the validation part: rows whose ``split`` says ``valid``.

    Parameters
    ----------
    method : learns from the other rows
    """

    def __init__(self, method: Method):
        self.method = method

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Validated":
        held_out = (train.index["split"] == "valid").to_numpy()
        self.method.fit(
            part(train, np.flatnonzero(~held_out)), part(train, np.flatnonzero(held_out))
        )
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        return self.method.predict_proba(test)

    @property
    def history_(self) -> pd.DataFrame:
        return history_of(self.method)


def validated(make: Callable[[int], Method]) -> Callable[[int], Validated]:
    """``make`` of methods that are given the validation part."""
    return partial(_make, make)


def _make(make: Callable[[int], Method], seed: int) -> Validated:
    return Validated(make(seed))


def initialisations(parts: np.ndarray, runs: int) -> list[Split]:
    """The same split again and again, for methods that start from other seeds.

    Parameters
    ----------
    parts : (N,) ``train``, ``valid`` or ``test``; the first two are for fitting
    runs : how often

    Source: DARE, section 5.1.3: five initialisations on one split.
    """
    test = np.flatnonzero(parts == "test")
    rest = np.flatnonzero(parts != "test")
    return [Split(f"run-{number:02d}", rest, test) for number in range(1, runs + 1)]
