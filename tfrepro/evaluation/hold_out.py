"""Methods that are watched on part of what they are given to learn from."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideo_split import resamplings
from tfrepro.evaluation.method import Method, history_of
from tfrepro.evaluation.protocols import Split
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.rows import part


class HeldOut:
    """A method that is given a share of the training videos as its validation part.

    Parameters
    ----------
    method : learns from the other videos
    share : of the training videos, whose groups stay whole; None for no validation part
    seed : of the draw
    """

    def __init__(self, method: Method, share: float | None, seed: int):
        self.method = method
        self.share = share
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "HeldOut":
        if self.share is None:
            self.method.fit(train)
            return self
        kept, drawn = hold_out(train, self.share, self.seed)
        self.method.fit(part(train, kept), part(train, drawn))
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        return self.method.predict_proba(test)

    @property
    def history_(self) -> pd.DataFrame:
        return history_of(self.method)


def held_out(make: Callable[[int], Method], share: float | None) -> Callable[[int], HeldOut]:
    """``make`` of methods that hold out a share; methods of one seed hold out the same videos."""
    return partial(_make, make, share)


def _make(make: Callable[[int], Method], share: float | None, seed: int) -> HeldOut:
    return HeldOut(make(seed), share, seed)


def hold_out(features: FeatureSet, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to learn from and to watch on, each class in both as nearly as can be.

    Raises UserError if there are too few groups.
    """
    groups = features.index["group"].to_numpy()
    count = max(1, round(share * len(features)))
    return resamplings(features.y, 1, count, seed, groups, stratified=True)[0]


def resampled(features: FeatureSet, runs: int, share: float, seed: int) -> list[Split]:
    """Random cuts into a training and a test part, whose groups stay whole.

    Parameters
    ----------
    share : of the videos, about, to test on; EASTERN's is 2,093 of 20,093

    Raises UserError if there are too few groups.

    Source: EASTERN, section 5.
    """
    groups = features.index["group"].to_numpy()
    cuts = resamplings(
        features.y, runs, round(share * len(features)), seed, groups, stratified=True
    )
    return [Split(f"draw-{number:02d}", *cut) for number, cut in enumerate(cuts, 1)]
