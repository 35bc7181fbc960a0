"""Sequences of a feature set, as networks that read them step by step are given them.

Conventions
-----------
A modality is (N, T, D) steps, of which the first ``lengths : (N,)`` count, 0 ... T; what lies
beyond may be anything, and is zeros once it is scaled. A modality of which a set has one vector
a video is a sequence of one step.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.preprocessing import StandardScaler

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.rows import RowsOf, read_rows

_BLOCK = 256


@dataclass(frozen=True)
class Sequences:
    """One modality of N videos, read where rows are asked for.

    Attributes
    ----------
    array : (N, T, D), or (N, D) for sequences of one step; possibly on disk
    lengths : (N,) int32
    """

    array: np.ndarray | RowsOf
    lengths: np.ndarray

    def __post_init__(self):
        longest = self.array.shape[1] if len(self.array.shape) == 3 else 1
        bad = np.flatnonzero((self.lengths < 0) | (self.lengths > longest))
        if len(bad):
            raise ValueError(
                f"length {self.lengths[bad[0]]} in row {bad[0]}: must lie in 0 ... {longest}"
            )

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def dimension(self) -> int:
        """D"""
        return self.array.shape[-1]

    def read(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those rows, (n, T, D), and their lengths, (n,)."""
        steps = read_rows(self.array, rows)
        return (steps if steps.ndim == 3 else steps[:, None]), self.lengths[rows]


def sequences_of(features: FeatureSet, modality: str) -> Sequences:
    """The sequences of a modality, or its vectors as sequences of one step.

    Raises ValueError if the set has neither.
    """
    name = f"{modality}_sequence"
    if name in features.arrays:
        lengths = features.index[f"{name}_length"].to_numpy(np.int32)
        return Sequences(features.arrays[name], lengths)
    if modality not in features.arrays:
        raise ValueError(f"no modality {modality!r}: this set has {', '.join(features.arrays)}")
    there = np.ones(len(features), np.int32)
    if f"has_{modality}" in features.index:
        there = features.index[f"has_{modality}"].to_numpy(np.int32)
    return Sequences(features.arrays[modality], there)


class StepScaling:
    """Standardises each dimension over the steps that count; other steps become zeros.

    A dimension that never varied in training is only shifted.

    Parameters
    ----------
    standardise : False leaves the steps that count as they are

    Attributes
    ----------
    mean_, deviation_ : (D,) float32, of the training part
    """

    def __init__(self, standardise: bool = True):
        self.standardise = standardise

    def fit(self, sequences: Sequences) -> "StepScaling":
        """Learn from training sequences, reading them block by block."""
        self.mean_ = np.zeros(sequences.dimension, np.float32)
        self.deviation_ = np.ones(sequences.dimension, np.float32)
        if self.standardise and sequences.lengths.any():
            scaler = StandardScaler()
            for steps in _blocks_of_steps(sequences):
                scaler.partial_fit(steps)
            self.mean_ = scaler.mean_.astype(np.float32)
            self.deviation_ = scaler.scale_.astype(np.float32)
        return self

    def __call__(self, steps: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """(n, T, D) steps, scaled, float32."""
        scaled = np.subtract(steps, self.mean_, dtype=np.float32)
        scaled /= self.deviation_
        scaled[np.arange(steps.shape[1]) >= lengths[:, None]] = 0
        return scaled


def _blocks_of_steps(sequences: Sequences) -> Iterator[np.ndarray]:
    """The steps that count of some videos after others: (n, D), n > 0."""
    there = np.flatnonzero(sequences.lengths)
    for start in range(0, len(there), _BLOCK):
        steps, lengths = sequences.read(there[start : start + _BLOCK])
        yield steps[np.arange(steps.shape[1]) < lengths[:, None]]
