"""Endless shuffled batches, in an order that depends on the seed argument alone.

One stream for a whole training: Keras then builds one iterator instead of one
an epoch, which for small data costs more than the arithmetic.
"""

from collections.abc import Iterator

import numpy as np


def shuffled_batches(X: np.ndarray, batch: int, seed: int) -> Iterator[tuple[np.ndarray]]:
    """Batches of the rows of ``X : (N, ...)``, in a new order each epoch, without end.

    Each is a tuple of one array, as ``Model.fit`` takes inputs without targets;
    the last batch of an epoch may be smaller.
    """
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            yield (X[order[start : start + batch]],)


def steps_per_epoch(rows: int, batch: int) -> int:
    """Batches that :func:`shuffled_batches` makes of so many rows."""
    return -(-rows // batch)


def steps_per_execution(steps: int, most: int = 64) -> int:
    """The largest divisor of ``steps`` up to ``most``: epochs then end where they should."""
    return max(n for n in range(1, most + 1) if steps % n == 0)
