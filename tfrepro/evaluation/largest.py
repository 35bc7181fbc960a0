"""The largest scores of every row, best first."""

import numpy as np


def largest(scores: np.ndarray, numbers: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k largest of each row, descending, and their numbers.

    scores, numbers : (Q, N), k at most N; among equal scores the order is any
    """
    if k < scores.shape[1]:
        kept = np.argpartition(scores, -k, axis=1)[:, -k:]
        scores, numbers = np.take_along_axis(scores, kept, 1), np.take_along_axis(numbers, kept, 1)
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(scores, order, 1), np.take_along_axis(numbers, order, 1)
