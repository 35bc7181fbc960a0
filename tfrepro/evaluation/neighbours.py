"""The nearest others of a query: what a person is shown, and whether it fits.

Source: Surís et al., section 3.2 and Figure 2: the closest candidate, and the second
where the closest is the query's own video.
"""

from collections.abc import Sequence

import numpy as np

from tfrepro.evaluation.largest import largest
from tfrepro.features.embeddings import Direction
from tfrepro.models.negative_sampling import label_matrix

BLOCK = 1024


def nearest_others(
    direction: Direction, queries: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """The best candidates of some queries, their own videos left out.

    Parameters
    ----------
    queries : (Q,) row numbers
    count : of matches, at most N - 1

    Returns
    -------
    rows : (Q, count) row numbers of candidates, best first
    scores : (Q, count) their dot products
    """
    if not 0 < count < len(direction.candidates):
        raise ValueError(f"count = {count}: must lie in 1 ... {len(direction.candidates) - 1}")
    found = [
        _nearest(direction, queries[start : start + BLOCK], count)
        for start in range(0, max(1, len(queries)), BLOCK)
    ]
    rows, scores = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(scores)


def _nearest(
    direction: Direction, queries: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    products = direction.queries[queries] @ direction.candidates.T
    products[np.arange(len(queries)), queries] = -np.inf
    everyone = np.broadcast_to(np.arange(products.shape[1]), products.shape)
    scores, rows = largest(products, everyone, count)
    return rows, scores


def label_agreement(direction: Direction, labels: Sequence[Sequence[int]]) -> float:
    """How often the nearest other has a label in common with the query, in [0, 1].

    labels : (N) lists of label numbers
    """
    everyone = np.arange(len(direction.queries))
    rows, _ = nearest_others(direction, everyone, 1)
    most = max((max(row) for row in labels if len(row)), default=0)
    Y = label_matrix(labels, most + 1)
    common = np.asarray(Y.multiply(Y[rows[:, 0]]).sum(axis=1)).ravel()
    return float(np.mean(common > 0))
