"""Scores of classifiers.

Conventions
-----------
``y : (N,)`` true classes 0 ... K-1, ``P : (N, K)`` predicted probabilities.
Every score is a fraction in [0, 1], higher is better. A score that averages
over classes averages over all K, also those absent from ``y``; a class that is
never predicted and never true counts as 0.
"""

from collections.abc import Callable, Mapping

import numpy as np
from sklearn.metrics import f1_score

# Probabilities are kept as float32, and rounded once more by a half-precision softmax.
_TOLERANCE = 1e-3


def validate_predictions(y: np.ndarray, P: np.ndarray) -> None:
    """Raise ValueError unless ``y`` and ``P`` fit together and ``P`` holds distributions."""
    if P.ndim != 2 or len(y) != len(P):
        raise ValueError(f"P has shape {P.shape}, must be ({len(y)}, K)")
    if len(y) and not 0 <= y.min() <= y.max() < P.shape[1]:
        raise ValueError(f"y ranges over {y.min()} ... {y.max()}, P has {P.shape[1]} classes")
    bad = np.argwhere(~(np.isfinite(P) & (P >= 0)))
    if len(bad):
        row, k = bad[0]
        raise ValueError(f"P[{row}, {k}] = {P[row, k]:.4g}: must be finite and at least 0")
    sums = P.sum(axis=1)
    bad = np.flatnonzero(np.abs(sums - 1) > _TOLERANCE)
    if len(bad):
        raise ValueError(f"P[{bad[0]}] sums to {sums[bad[0]]:.4g}: must be 1")


def micro_f1(y: np.ndarray, P: np.ndarray) -> float:
    """F1 over all items together; with one label an item it equals accuracy."""
    return _f1(y, P, "micro")


def macro_f1(y: np.ndarray, P: np.ndarray) -> float:
    """F1 of each class, averaged with equal weight."""
    return _f1(y, P, "macro")


def _f1(y: np.ndarray, P: np.ndarray, average: str) -> float:
    classes = np.arange(P.shape[1])
    return float(f1_score(y, P.argmax(1), labels=classes, average=average, zero_division=0))


SCORES: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "micro_f1": micro_f1,
    "macro_f1": macro_f1,
}


def evaluate(y: np.ndarray, P: np.ndarray) -> dict[str, float]:
    """Every score of one set of predictions."""
    validate_predictions(y, P)
    return {name: score(y, P) for name, score in SCORES.items()}
