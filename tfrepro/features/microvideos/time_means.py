"""Sequences -> their means over time, made where they are read."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TimeMeans:
    """(N, D) of (N, T, D): the mean of the steps that count; zeros where none does.

    Attributes
    ----------
    sequences : (N, T, D), anything that can be sliced
    lengths : (N,) steps that count
    """

    sequences: np.ndarray
    lengths: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        rows, _, dimensions = self.sequences.shape
        return rows, dimensions

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, rows: slice) -> np.ndarray:
        lengths = np.asarray(self.lengths[rows])
        steps = np.asarray(self.sequences[rows], np.float32)
        counts = np.arange(steps.shape[1]) < lengths[:, None]
        sums = np.einsum("ntd,nt->nd", steps, counts.astype(np.float32))
        return sums / np.maximum(lengths, 1)[:, None].astype(np.float32)
