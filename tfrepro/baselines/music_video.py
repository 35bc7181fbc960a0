"""What music videos are compared with: canonical correlation, and support vectors."""

from typing import Literal

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from tfrepro.baselines.cross_modal import Moments, canonical_correlations, unit_rows
from tfrepro.features.scaling import Scaling

_ROUNDS = 10_000


class CcaSpace:
    """A common space of two modalities: regularised canonical correlation analysis.

    Each modality is reduced to its principal components first. Projections are weighted by
    their correlation, and compared by cosine.

    Parameters
    ----------
    components : directions kept, cut down to the components there are; the paper gives none
    ridge : added to the variance of each principal component
    variance : share of the variance that the principal components keep, in (0, 1)
    most : principal components at most
    standardise : whether features are divided by their deviation first; False for deep
        representations, which have one scale, and units that hardly vary
    seed : of the approximate decomposition of large sets

    Attributes
    ----------
    correlations_ : (components,), largest first

    Source: musicvideo, section 4.1, after X. Wu et al., ACM Multimedia 2012.
    """

    def __init__(
        self,
        components: int = 100,
        ridge: float = 1.0,
        variance: float = 0.95,
        most: int = 500,
        standardise: bool = True,
        seed: int = 0,
    ):
        self.components = components
        self.ridge = ridge
        self.variance = variance
        self.most = most
        self.standardise = standardise
        self.seed = seed

    def fit(self, visual: np.ndarray, acoustic: np.ndarray) -> "CcaSpace":
        """Learn from (N, D_v) and (N, D_a); row i of both is one segment."""
        if len(visual) != len(acoustic):
            raise ValueError(f"{len(visual)} visual rows, but {len(acoustic)} acoustic ones")
        arrays = {"visual": visual, "acoustic": acoustic}
        self.scaling_ = Scaling("standard" if self.standardise else "none").fit(arrays)
        self.pca_ = {name: self._principal(self.scaling_(name, X)) for name, X in arrays.items()}
        V, A = (self._components(name, X).astype(float) for name, X in arrays.items())
        W_v, W_a, correlations = canonical_correlations(_moments(V, A), self.ridge, self.ridge)
        kept = slice(self.components)
        self.correlations_ = correlations[kept]
        self.directions_ = {
            "visual": W_v[:, kept] * self.correlations_,
            "acoustic": W_a[:, kept] * self.correlations_,
        }
        return self

    def project(self, modality: str, X: np.ndarray) -> np.ndarray:
        """Vectors of length one of ``visual`` or ``acoustic`` rows: (N, D) -> (N, components)."""
        return unit_rows(self._components(modality, X) @ self.directions_[modality])

    def _principal(self, X: np.ndarray) -> PCA:
        pca = PCA(min(self.most, *X.shape), random_state=self.seed).fit(X)
        enough = np.searchsorted(np.cumsum(pca.explained_variance_ratio_), self.variance) + 1
        pca.components_ = pca.components_[:enough]
        return pca

    def _components(self, modality: str, X: np.ndarray) -> np.ndarray:
        pca = self.pca_[modality]
        return (self.scaling_(modality, X) - pca.mean_) @ pca.components_.T


def _moments(V: np.ndarray, A: np.ndarray) -> Moments:
    """Covariances of centred components.

    They are not standardised: a ridge on components of equal variance would change nothing.
    """
    N = len(V)
    (zero_v, one_v), (zero_a, one_a) = ((np.zeros(X.shape[1]), np.ones(X.shape[1])) for X in (V, A))
    return Moments(zero_v, one_v, zero_a, one_a, V.T @ V / N, A.T @ A / N, V.T @ A / N)


class SupportVectors:
    """A support vector machine on standardised features; its decision value is the prediction.

    Parameters
    ----------
    kernel : ``linear``, with the squared hinge loss, or ``rbf``, whose cost grows with the
        square of the rows
    C : inverse strength of the penalty
    seed : of the linear machine's solver

    Source: musicvideo, section 4.2, which names neither kernel nor C.
    """

    def __init__(self, kernel: Literal["linear", "rbf"] = "linear", C: float = 1.0, seed: int = 0):
        self.kernel = kernel
        self.C = C
        self.seed = seed

    def fit(
        self, X: np.ndarray, y: np.ndarray, groups: np.ndarray | None = None
    ) -> "SupportVectors":
        """Learn from rows (N, D) and their labels (N,) bool; ``groups`` are not used."""
        self.machine_ = self._make().fit(X, np.asarray(y, bool))
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Decision values, positive on the positive side: (N,)."""
        return self.machine_.decision_function(X)

    def _make(self) -> Pipeline:
        if self.kernel == "linear":
            svm = LinearSVC(C=self.C, dual="auto", max_iter=_ROUNDS, random_state=self.seed)
        elif self.kernel == "rbf":
            svm = SVC(C=self.C, kernel="rbf")
        else:
            raise ValueError(f"kernel = {self.kernel!r}: must be linear or rbf")
        return make_pipeline(StandardScaler(), svm)
