"""Some rows of arrays on disk, which stay there until they are asked for."""

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tfrepro.features.feature_set import FeatureSet


class RowsOf:
    """Some rows of an array, read where they are indexed.

    Parameters
    ----------
    array : (N, ...) array, maybe memory-mapped
    rows : (n,) int, which of its rows
    """

    def __init__(self, array: np.ndarray, rows: np.ndarray):
        self.array = array
        self.rows = np.asarray(rows)
        self.shape = (len(self.rows), *array.shape[1:])
        self.dtype = array.dtype

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: slice | Sequence[int] | np.ndarray) -> np.ndarray:
        """A new array of the rows that a slice, numbers or a mask choose: (m, ...)."""
        return read_rows(self.array, self.rows[which])

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def part(features: FeatureSet, rows: np.ndarray) -> FeatureSet:
    """The given rows of a set, in that order, still on disk."""
    rows = np.arange(len(features))[rows]
    return replace(
        features,
        index=features.index.iloc[rows].reset_index(drop=True),
        arrays={name: RowsOf(array, rows) for name, array in features.arrays.items()},
    )


def read_rows(array: np.ndarray | RowsOf, rows: np.ndarray) -> np.ndarray:
    """Rows of an array, in that order: (n, ...).

    Those of a memory-mapped file are read from the file: the pages of a map that are touched
    once stay in memory, and after an epoch they all would.
    """
    if isinstance(array, RowsOf):
        return array[rows]
    if not isinstance(array, np.memmap) or array.filename is None or not array.flags.c_contiguous:
        return np.asarray(array[rows])
    out = np.empty((len(rows), *array.shape[1:]), array.dtype)
    size, start = array.strides[0], _place_in_file(array)
    flat = out.view(np.uint8).reshape(len(rows), size)
    file = os.open(array.filename, os.O_RDONLY)
    try:
        for place, row in enumerate(rows):
            if os.preadv(file, [flat[place]], start + int(row) * size) != size:
                raise ValueError(f"{array.filename}: has no row {row}")
    finally:
        os.close(file)
    return out


def _place_in_file(array: np.memmap) -> int:
    """Where in its file an array starts, of a part of a map as well."""
    whole = array
    while isinstance(whole.base, np.memmap):
        whole = whole.base
    return whole.offset + array.ctypes.data - whole.ctypes.data
