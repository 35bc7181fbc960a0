"""Softmax classifiers on features as they are, or on their principal components."""

from collections.abc import Sequence

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tfrepro.features.feature_set import FeatureSet


def softmax_regression(C: float) -> ClassifierMixin:
    """Multinomial logistic regression.

    Minimises the cross entropy plus ‖W‖² / (2 C) by L-BFGS, a convex problem, so
    no seed is needed. Source: "a softmax model", DARE, section 5.2.
    """
    return LogisticRegression(C=C, max_iter=5000, tol=1e-4)


def expand_classes(P: np.ndarray, seen: np.ndarray, K: int) -> np.ndarray:
    """Probabilities over the classes a fit has seen, spread over all K: (N, K)."""
    full = np.zeros((len(P), K), np.float32)
    full[:, seen] = P
    return full


class SoftmaxOnFeatures:
    """A softmax classifier on some modalities, side by side and standardised.

    Parameters
    ----------
    modalities : names of the feature set's arrays, each (N, D)
    C : inverse strength of the penalty
    seed : not used; the problem is convex
    """

    def __init__(self, modalities: Sequence[str], C: float, seed: int = 0):
        self.modalities = modalities
        self.C = C
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "SoftmaxOnFeatures":
        X = self._fit_inputs(train.stack(self.modalities))
        self.classifier_ = softmax_regression(self.C).fit(X, train.y)
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        P = self.classifier_.predict_proba(self._inputs(test.stack(self.modalities)))
        return expand_classes(P, self.classifier_.classes_, len(test.classes))

    def _fit_inputs(self, X: np.ndarray) -> np.ndarray:
        """Learn how features become the classifier's inputs, and make them."""
        self.scaler_ = StandardScaler().fit(X)
        return self.scaler_.transform(X)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return self.scaler_.transform(X)


class SoftmaxOnComponents(SoftmaxOnFeatures):
    """The same on the leading principal components of the standardised features.

    Components keep their variances: scaling each to one would weigh the last,
    which are noise, like the first. ``components`` is cut down to the number of
    training rows where that is smaller.
    """

    def __init__(self, modalities: Sequence[str], C: float, components: int, seed: int = 0):
        super().__init__(modalities, C, seed)
        self.components = components

    def _fit_inputs(self, X: np.ndarray) -> np.ndarray:
        X = super()._fit_inputs(X)
        self.pca_ = PCA(min(self.components, *X.shape), svd_solver="full").fit(X)
        return self.pca_.transform(X)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return self.pca_.transform(super()._inputs(X))
