"""The least squares problem of TRUMANN, and its minimisation in turn.

Conventions
-----------
X^s (N, D_s) are the features of N videos in the s-th of S views, Y (N, T) is one-hot. Sought
are a space B (N, K) that all views share, their maps into it, A^s (D_s, K), and a linear
classifier in it, W (K, T), that minimise

    J = ½ ‖Y - BW‖² + λ1/2 Σ_s ‖X^s A^s - B‖² + λ2/2 Σ_s ‖A^s‖² + λ3/2 Ω(W),

with the penalty Ω of :mod:`tfrepro.baselines.tree_lasso`. For one of them at a time:

    A^s = (λ1 X^s'X^s + λ2 I)⁻¹ λ1 X^s'B
    B   = (Y W' + λ1 Σ_s X^s A^s) (λ1 S I + W W')⁻¹
    w_t = (B'B + λ3 Q^t)⁻¹ B'y_t

The second makes B = F C of the features and labels side by side, F = [X^1 ... X^S Y]. Hence F'F
(D + T, D + T), D = Σ D_s, is all that is needed of the videos: it is gathered in one pass,
and an iteration takes as long for a thousand videos as for a million. Only what B is before
that, random, has to be asked for with it, as X'B. Neither B nor X^s A^s is ever formed.

Views stand side by side in X (N, D) and one above the other in A (D, K). All is float64.

Source: J. Zhang et al., Shorter-is-better (TRUMANN), MM 2016; as its released code has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from scipy.linalg import cho_factor, cho_solve

from tfrepro.baselines.tree_lasso import (
    Nodes,
    Normalisation,
    fit_tasks,
    inverse_penalties,
    tree_penalty,
)


@dataclass(frozen=True)
class Strengths:
    """What the terms of the objective count.

    Attributes
    ----------
    agreement, ridge, tree : λ1, λ2, λ3, all above 0

    Raises ValueError naming the one that is not.
    """

    agreement: float
    ridge: float
    tree: float

    def __post_init__(self):
        for name in ("agreement", "ridge", "tree"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} = {getattr(self, name)}: must be above 0")


@dataclass(frozen=True)
class Moments:
    """All that is known of the videos.

    Attributes
    ----------
    views : the columns of each view in X
    gram : (D + T, D + T) F'F
    start : (D, K) X'B, B as it is at the start
    """

    views: tuple[slice, ...]
    gram: np.ndarray
    start: np.ndarray

    @property
    def D(self) -> int:
        return len(self.start)

    @property
    def class_means(self) -> np.ndarray:
        """The mean features of each class: (T, D)."""
        return self.gram[self.D :, : self.D] / np.diag(self.gram)[self.D :, None]


@dataclass(frozen=True)
class LatentProducts:
    """B by its inner products.

    Attributes
    ----------
    XB, BY, BB : (D, K), (K, T), (K, K): X'B, B'Y, B'B
    """

    XB: np.ndarray
    BY: np.ndarray
    BB: np.ndarray


@dataclass(frozen=True)
class Solution:
    """What was found.

    Attributes
    ----------
    A : (D, K)
    W : (K, T)
    objectives : J after each iteration
    """

    A: np.ndarray
    W: np.ndarray
    objectives: list[float]


def gather_moments(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
    widths: Sequence[int],
    classes: int,
    latent: int,
    rng: Generator,
) -> Moments:
    """One pass over the videos.

    Parameters
    ----------
    blocks : features (n, D) float64 and class numbers (n,) of some videos after others
    widths : D_s of each view
    classes : T
    latent : K
    rng : of B at the start, uniform in [0, 1)
    """
    edges = np.cumsum([0, *widths])
    D = int(edges[-1])
    gram, start = np.zeros((D + classes, D + classes)), np.zeros((D, latent))
    for X, y in blocks:
        F = np.zeros((len(X), D + classes))
        F[:, :D] = X
        F[np.arange(len(X)), D + y] = 1
        gram += F.T @ F
        start += X.T @ rng.random((len(X), latent))
    views = tuple(slice(*pair) for pair in pairwise(edges))
    return Moments(views, gram, start)


def factorise_views(moments: Moments, strengths: Strengths) -> list[tuple[np.ndarray, bool]]:
    """The Cholesky factor of λ1 X^s'X^s + λ2 I of each view."""
    factors = []
    for view in moments.views:
        system = strengths.agreement * moments.gram[view, view]
        system[np.diag_indices_from(system)] += strengths.ridge
        factors.append(cho_factor(system, overwrite_a=True))
    return factors


def fit_views(
    moments: Moments,
    factors: Sequence[tuple[np.ndarray, bool]],
    XB: np.ndarray,
    strengths: Strengths,
) -> np.ndarray:
    """The best maps for a given B: A (D, K)."""
    right = strengths.agreement * XB
    views = zip(moments.views, factors, strict=True)
    return np.concatenate([cho_solve(factor, right[view]) for view, factor in views])


def view_products(moments: Moments, A: np.ndarray) -> list[np.ndarray]:
    """F'X^s A^s of each view: (D + T, K)."""
    return [moments.gram[:, view] @ A[view] for view in moments.views]


def fit_latent(
    moments: Moments,
    A: np.ndarray,
    products: Sequence[np.ndarray],
    W: np.ndarray,
    strengths: Strengths,
) -> LatentProducts:
    """The best B for given maps and classifier, by its inner products.

    Parameters
    ----------
    products : those of A, see :func:`view_products`
    """
    D, agreement = moments.D, strengths.agreement
    system = W @ W.T + agreement * len(moments.views) * np.eye(len(W))
    C = np.linalg.solve(system, np.concatenate([agreement * A, W.T]).T).T
    FB = np.linalg.solve(system, (agreement * sum(products) + moments.gram[:, D:] @ W.T).T).T
    return LatentProducts(FB[:D], FB[D:].T, C.T @ FB)


def objective(
    moments: Moments,
    nodes: Nodes,
    A: np.ndarray,
    products: Sequence[np.ndarray],
    latent: LatentProducts,
    W: np.ndarray,
    strengths: Strengths,
) -> float:
    """J; ``products`` are those of A, see :func:`view_products`."""
    error = np.trace(moments.gram[moments.D :, moments.D :])
    error += np.vdot(W, latent.BB @ W - 2 * latent.BY)
    distance = len(moments.views) * np.trace(latent.BB)
    for view, product in zip(moments.views, products, strict=True):
        distance += np.vdot(A[view], product[view] - 2 * latent.XB[view])
    penalties = strengths.ridge * np.vdot(A, A) + strengths.tree * tree_penalty(W, nodes)
    return float(error + strengths.agreement * distance + penalties) / 2


def minimise(
    moments: Moments,
    nodes: Nodes,
    strengths: Strengths,
    *,
    iterations: int,
    least_change: float,
    normalisation: Normalisation,
    rng: Generator,
) -> Solution:
    """Update A, B, q and W in turn, until J changes by less than ``least_change``.

    Parameters
    ----------
    iterations : the most there are, at least 1
    normalisation : of q, see :func:`~tfrepro.baselines.tree_lasso.inverse_penalties`. J never
        rises if it is ``global``.
    rng : of W at the start, uniform in [0, 1)
    """
    W = rng.random((moments.start.shape[1], nodes.members.shape[1]))
    XB, factors = moments.start, factorise_views(moments, strengths)
    objectives: list[float] = []
    for _ in range(iterations):
        A = fit_views(moments, factors, XB, strengths)
        products = view_products(moments, A)
        latent = fit_latent(moments, A, products, W, strengths)
        inverse = inverse_penalties(W, nodes, normalisation)
        W = fit_tasks(latent.BB, latent.BY, inverse, strengths.tree)
        XB = latent.XB
        objectives.append(objective(moments, nodes, A, products, latent, W, strengths))
        if len(objectives) > 1 and abs(objectives[-2] - objectives[-1]) < least_change:
            break
    return Solution(A, W, objectives)
