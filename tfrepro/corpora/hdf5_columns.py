"""Columns of tables in an HDF5 file, read when they are asked for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tfrepro.errors import UserError

BLOCK = 4096


@dataclass(frozen=True)
class Columns:
    """Some columns of one or several (N_i, D) nodes, row upon row; memory holds what is read.

    Attributes
    ----------
    file : of HDF5
    nodes : name -> N_i, in the order of the rows
    start, stop : the first column, and the one after the last
    """

    file: Path
    nodes: Mapping[str, int]
    start: int
    stop: int

    def __len__(self) -> int:
        return sum(self.nodes.values())

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), self.stop - self.start

    def __getitem__(self, rows: Any) -> np.ndarray:
        """A slice of rows, or rows by number, as (n, stop - start) float32.

        Raises UserError naming the file and the node if they cannot be read.
        """
        if not isinstance(rows, slice):
            return self._scattered(np.arange(len(self))[np.atleast_1d(rows)])
        first, last, step = rows.indices(len(self))
        if step != 1:
            return self._scattered(np.arange(first, last, step))
        out = np.empty((max(last - first, 0), self.stop - self.start), np.float32)
        with open_hdf5(self.file) as h5:
            begin = 0
            for name, count in self.nodes.items():
                end = begin + count
                low, high = max(first, begin), min(last, end)
                if low < high:
                    place = np.s_[low - begin : high - begin, self.start : self.stop]
                    out[low - first : high - first] = read_node(self.file, h5[name], place)
                begin = end
        return out

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:].astype(dtype or np.float32, copy=False)

    def _scattered(self, rows: np.ndarray) -> np.ndarray:
        """Rows in any order, found block by block."""
        out = np.empty((len(rows), self.stop - self.start), np.float32)
        for first in np.unique(rows // BLOCK) * BLOCK:
            wanted = np.flatnonzero(rows // BLOCK * BLOCK == first)
            out[wanted] = self[first : first + BLOCK][rows[wanted] - first]
        return out


@contextmanager
def open_hdf5(file: Path) -> Iterator[h5py.File]:
    """The file, open to read; UserError if it is missing, cut off, damaged or none of HDF5."""
    try:
        h5 = h5py.File(file, "r")
    except FileNotFoundError:
        raise UserError(f"{file}: missing") from None
    except OSError as error:
        raise UserError(f"{file}: not a whole HDF5 file ({_line(error)})") from None
    try:
        with h5:
            yield h5
    except (OSError, RuntimeError, ValueError) as error:  # h5py has no class for damage
        raise UserError(f"{file}: damaged ({_line(error)})") from None


def read_node(file: Path, node: h5py.Dataset, place: Any = ()) -> np.ndarray:
    """What a node holds there; UserError naming the file and the node if it cannot be read."""
    try:
        return node[place]
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"{file}: {node.name} cannot be read ({_line(error)})") from None


def _line(error: Exception) -> str:
    """What HDF5 says, whose words run over several lines."""
    return " ".join(str(error).split())
