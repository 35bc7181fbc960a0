"""What a method is: the shape that every model and every baseline has."""

from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from tfrepro.features.feature_set import FeatureSet


@runtime_checkable
class Method(Protocol):
    """An estimator in scikit-learn's manner, on feature sets.

    A constructor takes the hyper-parameters of ``params.yaml`` and ``seed``, and
    stores them untouched. Optional attributes after ``fit``: ``history_``, a
    data frame of what training logged.
    """

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Method":
        """Learn from ``train``; ``valid`` may steer stopping, never the weights."""
        ...

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities of each row: (N, K), K = ``len(test.classes)``."""
        ...


def history_of(method: Method) -> pd.DataFrame:
    """What training logged; an empty frame for methods that log nothing."""
    return getattr(method, "history_", pd.DataFrame())
