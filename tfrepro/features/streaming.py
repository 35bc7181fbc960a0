"""Shuffled batches of arrays on disk that need not fit into memory.

How it is shuffled
------------------
The rows of the arrays are cut into blocks, always at the same places. In each epoch the
blocks come in a new random order. As many as the buffer holds are read, all their rows are
handed out in a random order, and it is filled again. So

- every row comes just once an epoch, as likely early as late;
- rows of two blocks can be in one batch only if the buffer holds both blocks at once, which
  is drawn anew each epoch, or if the batch is the one at the seam of two fillings;
- rows of one block are always in the buffer together, so they never lie farther apart than
  the rows of a buffer. Of an array sorted by class, a buffer has the classes of its blocks
  alone: shuffle such an array once before, or take small blocks.
"""

import mmap
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import RawIOBase
from pathlib import Path

import numpy as np

from tfrepro.errors import UserError

# Fills an array with consecutive rows, from that number on.
Read = Callable[[int, np.ndarray], None]


def streamed_batches(
    arrays: Mapping[str, np.ndarray],
    rows: np.ndarray,
    batch: int,
    block_rows: int,
    buffer_blocks: int,
    rng: np.random.Generator,
) -> Iterator[dict[str, np.ndarray]]:
    """One epoch of batches; only the last may be smaller.

    Memory: (buffer_blocks · block_rows + batch) · bytes of a row of all arrays, and 32 bytes
    for each of ``rows``, beside the batches that the caller keeps. How many rows the arrays
    have does not matter.

    Parameters
    ----------
    arrays : name -> (N, ...) array. Of a file that is memory-mapped as a whole, to be read
        only, the file is read, for the pages of a map stay in memory; others, like parts of
        such an array, are read in slices
    rows : (n,) int, ascending: which of the N rows the epoch is of. In a block, what lies
        between them is read too
    batch : rows of a batch
    block_rows : rows that are read at once
    buffer_blocks : blocks that are mixed
    rng : gives the order, a new one each time

    Returns
    -------
    Iterator of name -> (batch, ...), new arrays of the same types

    Raises
    ------
    ValueError
        if ``rows`` do not ascend or are not in every array, or if a size is below 1.
    UserError
        as soon as a batch is asked for: naming a file that is gone or has another size than
        when it was mapped.
    """
    sizes = {"batch": batch, "block_rows": block_rows, "buffer_blocks": buffer_blocks}
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} = {size}: must be at least 1")
    rows = np.asarray(rows)
    if len(rows) == 0:
        return iter(())
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or np.any(rows[1:] <= rows[:-1]):
        raise ValueError("rows must be row numbers in ascending order")
    for name, array in arrays.items():
        if not 0 <= rows[0] <= rows[-1] < len(array):
            raise ValueError(f"rows {rows[0]} to {rows[-1]}: {name} has {len(array)}")
    rows = rows.astype(np.int64, copy=False)
    blocks = np.split(rows, np.flatnonzero(np.diff(rows // block_rows)) + 1)
    return _batches(arrays, blocks, batch, block_rows, buffer_blocks, rng)


def _batches(
    arrays: Mapping[str, np.ndarray],
    blocks: Sequence[np.ndarray],
    batch: int,
    block_rows: int,
    buffer_blocks: int,
    rng: np.random.Generator,
) -> Iterator[dict[str, np.ndarray]]:
    room = block_rows * min(buffer_blocks, len(blocks))
    buffers = {name: _empty(room, array) for name, array in arrays.items()}
    left = sum(len(block) for block in blocks)
    out, filled = {}, 0
    # Parts as equal as can be: the last is no smaller, so its blocks are mixed as well.
    parts = np.array_split(rng.permutation(len(blocks)), -(-len(blocks) // buffer_blocks))
    with ExitStack() as files:
        reads = {name: files.enter_context(_reading(array)) for name, array in arrays.items()}
        for part in parts:
            order = rng.permutation(_fill(buffers, reads, [blocks[b] for b in part], block_rows))
            while len(order):
                if not out:
                    size = min(batch, left)
                    out = {name: _empty(size, buffer) for name, buffer in buffers.items()}
                now, order = order[: size - filled], order[size - filled :]
                for name, buffer in buffers.items():
                    # Mode "raise" would copy twice, to check what cannot be wrong.
                    np.take(buffer, now, 0, out[name][filled : filled + len(now)], mode="clip")
                filled += len(now)
                if filled == size:
                    yield out
                    out, filled, left = {}, 0, left - size


def _empty(rows: int, like: np.ndarray) -> np.ndarray:
    """Room for so many rows of that kind."""
    return np.empty((rows, *like.shape[1:]), like.dtype)


def _fill(
    buffers: Mapping[str, np.ndarray],
    reads: Mapping[str, Read],
    blocks: Sequence[np.ndarray],
    block_rows: int,
) -> np.ndarray:
    """Read blocks into the buffers; the places at which their rows lie there: (n,) int."""
    places = []
    for number, rows in enumerate(blocks):
        start, first, count = number * block_rows, int(rows[0]), int(rows[-1] - rows[0]) + 1
        for name, read in reads.items():
            read(first, buffers[name][start : start + count])
        places.append(start + (rows - first))
    return np.concatenate(places)


@contextmanager
def _reading(array: np.ndarray) -> Iterator[Read]:
    """How rows of an array are read, from its file if it is a whole one."""
    if not _is_whole_file(array):
        yield lambda first, out: np.copyto(out, array[first : first + len(out)])
        return
    with _opened(array.filename) as file:
        if os.fstat(file.fileno()).st_size != array.offset + array.nbytes:
            raise UserError(f"{array.filename}: has changed since it was mapped; start anew")
        yield lambda first, out: _read_rows(file, array, first, out)


def _opened(path: Path) -> RawIOBase:
    """The file, to be read without a buffer in between."""
    try:
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None


def _is_whole_file(array: np.ndarray) -> bool:
    """Whether an array is a memory-mapped file, no part of one, that the map does not change."""
    return (
        isinstance(array, np.memmap)
        and isinstance(array.base, mmap.mmap)
        and array.mode == "r"
        and array.filename is not None
        and array.flags.c_contiguous
    )


def _read_rows(file: RawIOBase, array: np.memmap, first: int, out: np.ndarray) -> None:
    """Fill ``out`` with rows of an array's file."""
    file.seek(array.offset + first * array.strides[0])
    left = memoryview(out.reshape(-1).view(np.uint8))
    while len(left):  # the system reads no more than 2 GB at once
        if not (count := file.readinto(left)):
            raise UserError(f"{array.filename}: has been cut off; start anew")
        left = left[count:]
