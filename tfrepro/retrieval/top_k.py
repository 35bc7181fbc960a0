"""The K best of any number of vectors, exactly, in memory that does not grow with them."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from tfrepro.evaluation.largest import largest

QUERY_BLOCK = 512
VECTOR_BLOCK = 4096
_FEW = 1 / 8


def top_k(
    queries: np.ndarray,
    vectors: np.ndarray,
    k: int,
    *,
    query_block: int = QUERY_BLOCK,
    vector_block: int = VECTOR_BLOCK,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The largest dot products of each query, best first, and whose they are.

    Vectors are read once, a block at a time, so they may be memory-mapped and larger
    than memory. Of vectors that score the same any may be given.

    Parameters
    ----------
    queries : (Q, d) float32
    vectors : (N, d) float32
    k : cut down to N
    query_block, vector_block : products that a thread holds at a time
    threads : None for one a core

    Returns
    -------
    scores : (Q, k) float32, descending
    rows : (Q, k) int64, row numbers of ``vectors``
    """
    k = min(k, len(vectors))
    scores = np.full((len(queries), k), -np.inf, np.float32)
    rows = np.zeros((len(queries), k), np.int64)
    parts = [slice(first, first + query_block) for first in range(0, len(queries), query_block)]
    # A thread a block of queries, and none within a product: the comparisons after the
    # products then run side by side too.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for start in range(0, len(vectors), vector_block):
            block = np.ascontiguousarray(vectors[start : start + vector_block], np.float32).T
            compete = partial(_compete, scores, rows, queries, block, start)
            for _ in pool.map(compete, parts):
                pass
    return scores, rows


def _compete(
    scores: np.ndarray,
    rows: np.ndarray,
    queries: np.ndarray,
    block: np.ndarray,
    start: int,
    part: slice,
) -> None:
    """Let a block (d, b) of vectors from row ``start`` on compete for some of the queries."""
    _merge(scores[part], rows[part], queries[part] @ block, start)


def _merge(scores: np.ndarray, rows: np.ndarray, products: np.ndarray, start: int) -> None:
    """Let a block's ``products : (q, b)`` of rows from ``start`` on compete, in place."""
    k, width = scores.shape[1], products.shape[1]
    # After the first blocks hardly a product beats the K-th best so far: comparing all
    # and sorting the few is many times faster than partitioning every block.
    hits = np.flatnonzero(products > scores[:, -1:])
    if not hits.size:
        return
    if hits.size > _FEW * products.size:
        numbers = np.broadcast_to(np.arange(start, start + width), products.shape)
        scores[:], rows[:] = largest(np.hstack([scores, products]), np.hstack([rows, numbers]), k)
        return
    query, column = np.divmod(hits, width)
    touched, place, counts = np.unique(query, return_inverse=True, return_counts=True)
    position = k + np.arange(hits.size) - np.repeat(np.cumsum(counts) - counts, counts)
    contest = np.full((touched.size, k + counts.max()), -np.inf, np.float32)
    numbers = np.zeros(contest.shape, np.int64)
    contest[:, :k], numbers[:, :k] = scores[touched], rows[touched]
    contest[place, position] = products.ravel()[hits]
    numbers[place, position] = start + column
    scores[touched], rows[touched] = largest(contest, numbers, k)
