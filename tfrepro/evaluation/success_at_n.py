"""Success@N: how often the right candidate is among the first N.

Conventions
-----------
Q queries, N candidates. ``scores : (Q, N)``, the higher the better a candidate answers a query;
``right : (Q,)`` is the one right answer of each. A curve is (N,): its entry n - 1 is Success@n,
a fraction; by chance it is n / N.

Candidates whose scores differ by less than float32 can tell are tied, and the right one then
stands at any of the tied places with equal probability: queries that all answer alike score
exactly chance.

Source: musicvideo, section 4.1 and Figure 3, where it is called the precision of the top N.
"""

import numpy as np

from tfrepro.baselines.cross_modal import unit_rows

_RESOLUTION = 1e-6


def distance_scores(reconstructed: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Minus the squared Euclidean distance of each pair: (Q, D), (N, D) -> (Q, N) float64.

    Source: musicvideo, section 3.2.2: candidates whose features are nearest to those
    reconstructed from the query.
    """
    made, own = np.asarray(reconstructed, float), np.asarray(candidates, float)
    squares = np.einsum("qd,qd->q", made, made)[:, None] + np.einsum("nd,nd->n", own, own)
    return np.minimum(2 * made @ own.T - squares, 0)


def cosine_scores(queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """The cosine of each pair, 0 with a vector of zeros: (Q, d), (N, d) -> (Q, N)."""
    return unit_rows(np.asarray(queries, float)) @ unit_rows(np.asarray(candidates, float)).T


def success_at_n(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The curve of Success@n for n = 1 ... N: (N,) float64, never falling, 1 in the end.

    A query with b better candidates and t tied ones, the right one included, counts
    min(max(n - b, 0), t) / t. Raises ValueError if shapes do not fit, or scores are not finite.
    """
    right = np.asarray(right)
    if scores.ndim != 2 or right.shape != scores.shape[:1] or not scores.size:
        raise ValueError(
            f"scores of shape {scores.shape}, right answers of shape {right.shape}: must be "
            "(Q, N) and (Q,), Q > 0"
        )
    N = scores.shape[1]
    if right.min() < 0 or right.max() >= N:
        raise ValueError(f"right answers {right.min()} ... {right.max()}: must be 0 ... {N - 1}")
    if not np.isfinite(scores).all():
        raise ValueError("scores: not all are finite")
    own = scores[np.arange(len(right)), right][:, None]
    tolerance = _RESOLUTION * np.abs(scores).max(axis=1, keepdims=True)
    better = (scores > own + tolerance).sum(axis=1, keepdims=True)
    tied = (np.abs(scores - own) <= tolerance).sum(axis=1, keepdims=True)
    return np.mean(np.clip(np.arange(1, N + 1) - better, 0, tied) / tied, axis=0)


def chance(candidates: int) -> np.ndarray:
    """The curve of a random order: n / N."""
    return np.arange(1, candidates + 1) / candidates


def area(curve: np.ndarray) -> float:
    """The mean of a curve over all n: the area below it where n / N goes from 0 to 1.

    By chance (N + 1) / 2 N, and 1 if every right candidate is the first.
    """
    return float(np.mean(curve))
