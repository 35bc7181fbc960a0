"""Concepts heard in videos, beside the videos' venues: DARE's Figure 6.

Conventions
-----------
N videos, K' acoustic concepts, K venues. ``A : (N, K')`` says how much of each concept is heard
in a video, ``y : (N,)`` is its venue.
"""

import numpy as np
from scipy.linalg import lstsq


def concept_venue_correlation(A: np.ndarray, y: np.ndarray, K: int) -> np.ndarray:
    """Pearson's correlation of each concept's score with being of each venue: (K', K).

    0 where a concept's score never changes, or where no video, or every one, is of a venue.

    Source: DARE, section 5.6, which takes inner products of "the conceptual distributions and
    venue label vectors". These grow with the number of a venue's videos and with a concept's
    mean score, so that one row and one column would outshine all; of standardised columns the
    inner product is the correlation.
    """
    Y = np.eye(K)[y]
    return _standardised(A).T @ _standardised(Y) / len(y)


def strongest(C: np.ndarray, concepts: int, venues: int) -> tuple[np.ndarray, np.ndarray]:
    """The concepts, and the venues, that have the highest correlations in C, highest first."""
    rows = np.argsort(-C.max(axis=1), kind="stable")[:concepts]
    columns = np.argsort(-C[rows].max(axis=0), kind="stable")[:venues]
    return rows, columns


def expected_from(
    X_train: np.ndarray, A_train: np.ndarray, X: np.ndarray, ridge: float = 1.0
) -> np.ndarray:
    """How much of each concept another modality lets one expect in a video: (n, K').

    Ridge regression of A on the modality's vectors X, both standardised on the training part;
    in units of each concept's standard deviation.
    """
    mean, deviation = X_train.mean(axis=0), _deviation(X_train)
    Z = (X_train - mean) / deviation
    penalty = np.sqrt(ridge * Z.shape[1])
    stacked = np.concatenate([Z, penalty * np.eye(Z.shape[1])])
    target = np.concatenate([_standardised(A_train), np.zeros((Z.shape[1], A_train.shape[1]))])
    weights, *_ = lstsq(stacked, target, lapack_driver="gelsy")
    return (X - mean) / deviation @ weights


def in_deviations(A_train: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Scores in standard deviations from their mean over the training part: (n, K')."""
    return (A - A_train.mean(axis=0)) / _deviation(A_train)


def _standardised(X: np.ndarray) -> np.ndarray:
    return (X - X.mean(axis=0)) / _deviation(X)


def _deviation(X: np.ndarray) -> np.ndarray:
    """Of each column, 1 where there is none."""
    deviation = X.std(axis=0)
    return np.where(deviation > 1e-12, deviation, 1)
