"""What the dictionaries here are given: unit-length vectors of each modality.

Read a few rows at a time, since a set may be larger than memory.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.scaling import unit_length

# The inputs X^s (n, D_s), a list of S, of the rows asked for.
Read = Callable[[np.ndarray | slice], list[np.ndarray]]


def modality_rows(
    features: FeatureSet, names: Sequence[str], rows: np.ndarray | slice
) -> list[np.ndarray]:
    """Some rows of each modality, each of length one: a list of (n, D_s).

    A row of zeros, which is how a video lacks a modality, stays one. Raises ValueError naming
    a modality this set does not have.
    """
    absent = [name for name in names if name not in features.arrays]
    if absent:
        raise ValueError(f"no modality {absent[0]!r}: this set has {', '.join(features.arrays)}")
    return [unit_length(np.asarray(features.arrays[name][rows])) for name in names]


def joined_rows(
    features: FeatureSet, names: Sequence[str], rows: np.ndarray | slice
) -> list[np.ndarray]:
    """The same side by side and of length one again: a list of one (n, Σ_s D_s)."""
    return [unit_length(np.concatenate(modality_rows(features, names, rows), axis=1))]


def shuffled_batches(N: int, batch: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The rows of one epoch's batches, ascending within a batch, as files are read fastest."""
    order = rng.permutation(N)
    return (np.sort(order[start : start + batch]) for start in range(0, N, batch))


def in_pieces(N: int, size: int = 1024) -> Iterator[slice]:
    """All rows, a piece at a time."""
    return (slice(start, min(start + size, N)) for start in range(0, N, size))
