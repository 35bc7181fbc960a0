"""Cross-modal retrieval without a network: chance, ridge regression, canonical correlation.

Conventions
-----------
Visual features V (N, D_v) and acoustic features A (N, D_a) are standardised by the
training videos. All that the two linear methods then need of them is the
correlation matrix of both side by side, which is gathered block by block, so that
training videos may be any number. Penalties are per video: ``ridge = r`` adds r to
the diagonal of a correlation matrix.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from tfrepro.features.embeddings import Direction, Embeddings
from tfrepro.features.feature_set import FeatureSet

BLOCK = 16384


@dataclass(frozen=True)
class Moments:
    """What the linear methods know of the training videos.

    Attributes
    ----------
    visual_mean, visual_std, acoustic_mean, acoustic_std : (D_v,), (D_v,), (D_a,), (D_a,);
        the deviation of a feature that never varied is 1
    visual, acoustic, cross : correlations (D_v, D_v), (D_a, D_a), (D_v, D_a), float64
    """

    visual_mean: np.ndarray
    visual_std: np.ndarray
    acoustic_mean: np.ndarray
    acoustic_std: np.ndarray
    visual: np.ndarray
    acoustic: np.ndarray
    cross: np.ndarray

    def standardise(self, features: FeatureSet) -> tuple[np.ndarray, np.ndarray]:
        """The set's features as the methods see them: (N, D_v), (N, D_a) float64."""
        return (
            (features.arrays["visual"] - self.visual_mean) / self.visual_std,
            (features.arrays["acoustic"] - self.acoustic_mean) / self.acoustic_std,
        )


def gather_moments(visual: np.ndarray, acoustic: np.ndarray, block: int = BLOCK) -> Moments:
    """The moments of (N, D_v) and (N, D_a), in float64, a block of rows at a time."""
    N, D_v = visual.shape
    blocks = [slice(start, start + block) for start in range(0, N, block)]
    mean = sum(_side_by_side(visual, acoustic, rows).sum(axis=0) for rows in blocks) / N
    covariance = np.zeros((len(mean), len(mean)))
    for rows in blocks:
        centred = _side_by_side(visual, acoustic, rows) - mean
        covariance += centred.T @ centred / N
    std = np.sqrt(np.diag(covariance))
    std[std == 0] = 1
    R = covariance / np.outer(std, std)
    return Moments(
        mean[:D_v], std[:D_v], mean[D_v:], std[D_v:], R[:D_v, :D_v], R[D_v:, D_v:], R[:D_v, D_v:]
    )


def _side_by_side(visual: np.ndarray, acoustic: np.ndarray, rows: slice) -> np.ndarray:
    return np.concatenate([visual[rows], acoustic[rows]], axis=1, dtype=np.float64)


def ridge_map(R_xx: np.ndarray, R_xy: np.ndarray, ridge: float) -> np.ndarray:
    """The matrix B (D_x, D_y) that minimises mean ‖y − B'x‖² + r ‖B‖²: (R_xx + r I)⁻¹ R_xy."""
    return scipy.linalg.solve(_raised(R_xx, ridge), R_xy, assume_a="pos")


def canonical_correlations(
    moments: Moments, visual_ridge: float, acoustic_ridge: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directions of largest correlation between two sets of features, best first.

    Maximises w_v' R_va w_a with w_v' (R_vv + r_v I) w_v = w_a' (R_aa + r_a I) w_a = 1:
    with Cholesky factors L L' of the two penalised matrices, the singular vectors of
    L_v⁻¹ R_va L_a⁻ᵀ, taken back by L⁻ᵀ.

    Returns
    -------
    W_v (D_v, q), W_a (D_a, q), correlations (q,) in [0, 1]; q = min(D_v, D_a)

    Source: H. Hotelling, 1936; H. D. Vinod, 1976, for the ridge.
    """
    L_v = scipy.linalg.cholesky(_raised(moments.visual, visual_ridge), lower=True)
    L_a = scipy.linalg.cholesky(_raised(moments.acoustic, acoustic_ridge), lower=True)
    half = scipy.linalg.solve_triangular(L_v, moments.cross, lower=True)
    whitened = scipy.linalg.solve_triangular(L_a, half.T, lower=True).T
    U, correlations, Wt = scipy.linalg.svd(whitened, full_matrices=False)
    return (
        scipy.linalg.solve_triangular(L_v, U, lower=True, trans="T"),
        scipy.linalg.solve_triangular(L_a, Wt.T, lower=True, trans="T"),
        correlations,
    )


def _raised(R: np.ndarray, ridge: float) -> np.ndarray:
    return R + ridge * np.eye(len(R))


def unit_rows(X: np.ndarray) -> np.ndarray:
    """Rows of length one as float32; rows of zeros stay zeros."""
    length = np.linalg.norm(X, axis=1, keepdims=True)
    return np.divide(X, length, out=np.zeros_like(X), where=length > 0).astype(np.float32)


class RandomEmbedding:
    """Vectors that know nothing: what chance scores.

    Parameters
    ----------
    dimensions : d
    seed : of all vectors
    """

    def __init__(self, dimensions: int = 250, seed: int = 0):
        self.dimensions = dimensions
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "RandomEmbedding":
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """Directions drawn evenly from the sphere: (N, d)."""
        visual, acoustic = np.random.default_rng(self.seed).standard_normal(
            (2, len(test), self.dimensions)
        )
        return Embeddings.in_one_space(unit_rows(visual), unit_rows(acoustic))


class RidgeEmbedding:
    """Predicts the features of one modality from the other's.

    A query is taken to the modality that it asks for, and the candidates there are
    ranked by the cosine of their own, standardised features with the prediction: a
    sound asks with the image it suggests, an image with the sound it suggests.

    Parameters
    ----------
    visual_ridge : penalty of the map from image to sound
    acoustic_ridge : penalty of the map from sound to image
    seed : not used; there is one solution
    """

    def __init__(self, visual_ridge: float, acoustic_ridge: float, seed: int = 0):
        self.visual_ridge = visual_ridge
        self.acoustic_ridge = acoustic_ridge
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "RidgeEmbedding":
        self.moments_ = gather_moments(train.arrays["visual"], train.arrays["acoustic"])
        R = self.moments_
        self.to_acoustic_ = ridge_map(R.visual, R.cross, self.visual_ridge)
        self.to_visual_ = ridge_map(R.acoustic, R.cross.T, self.acoustic_ridge)
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """Predictions and features: (N, D_v) for sounds that ask, (N, D_a) for images."""
        V, A = self.moments_.standardise(test)
        return Embeddings(
            audio_to_video=Direction(unit_rows(A @ self.to_visual_), unit_rows(V)),
            video_to_audio=Direction(unit_rows(V @ self.to_acoustic_), unit_rows(A)),
        )


class CcaEmbedding:
    """Regularised canonical correlation analysis.

    Both modalities are projected on their canonical directions, each weighted by its
    correlation, and compared by cosine.

    Parameters
    ----------
    components : directions kept, cut down to the smaller modality's dimension
    visual_ridge, acoustic_ridge : penalties
    seed : not used; there is one solution

    Attributes
    ----------
    correlations_ : (components,), of the penalised training features, largest first
    """

    def __init__(self, components: int, visual_ridge: float, acoustic_ridge: float, seed: int = 0):
        self.components = components
        self.visual_ridge = visual_ridge
        self.acoustic_ridge = acoustic_ridge
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "CcaEmbedding":
        self.moments_ = gather_moments(train.arrays["visual"], train.arrays["acoustic"])
        W_v, W_a, correlations = canonical_correlations(
            self.moments_, self.visual_ridge, self.acoustic_ridge
        )
        kept = slice(self.components)
        self.correlations_ = correlations[kept]
        self.visual_directions_ = W_v[:, kept] * self.correlations_
        self.acoustic_directions_ = W_a[:, kept] * self.correlations_
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """Weighted projections of length one: (N, components)."""
        V, A = self.moments_.standardise(test)
        return Embeddings.in_one_space(
            unit_rows(V @ self.visual_directions_), unit_rows(A @ self.acoustic_directions_)
        )
