"""Recall@K: how often a query finds its own video among a pool of candidates.

Conventions
-----------
``queries`` and ``candidates`` are (N, d); row ``i`` of both is video ``i``, the one
right answer to query ``i``. Candidates are ranked by dot product. A pool of P
videos is asked by each of its P queries, as in the paper's code, whose tables
call P "k". Scores are fractions, named ``recall_at_<K>_pool_<P>``; chance is K / P.

Ties
----
Embeddings may coincide: two silent videos sound the same, and ReLU towers can
collapse to one vector. The right answer then stands at any of the tied places with
equal probability, and a query counts as the probability that this is within the
first K. So embeddings that are all equal score exactly K / P. Products that differ
by no more than float32 can tell apart are tied.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.features.embeddings import Direction

KS = (1, 5, 10)
POOLS = (256, 512, 1024)
_BLOCK = 1024
_RESOLUTION = 1e-6


def validate_pool(queries: np.ndarray, candidates: np.ndarray) -> None:
    """Raise ValueError unless both are (N, d), N > 0, and finite."""
    if queries.ndim != 2 or queries.shape != candidates.shape or not len(queries):
        raise ValueError(
            f"queries of shape {queries.shape}, candidates of shape {candidates.shape}: "
            "must both be (N, d), N > 0"
        )
    for name, vectors in (("queries", queries), ("candidates", candidates)):
        broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if broken.size:
            raise ValueError(f"{name}: row {broken[0]} holds values that are not finite")


def rank_counts(
    queries: np.ndarray, candidates: np.ndarray, block: int = _BLOCK
) -> tuple[np.ndarray, np.ndarray]:
    """How many candidates beat the right one, and how many tie with it, itself included.

    Never holds more than (block, block) products.

    Parameters
    ----------
    queries, candidates : (N, d)

    Returns
    -------
    better : (N,) int, 0 ... N - 1
    tied : (N,) int, 1 ... N
    """
    N = len(queries)
    right = np.einsum("nd,nd->n", queries, candidates, dtype=np.float64)
    longest = np.linalg.norm(candidates, axis=1).max()
    tolerance = _RESOLUTION * longest * np.linalg.norm(queries, axis=1)
    better, no_worse = np.zeros(N, int), np.zeros(N, int)
    for first in range(0, N, block):
        rows = slice(first, first + block)
        high = (right[rows] + tolerance[rows])[:, None]
        low = (right[rows] - tolerance[rows])[:, None]
        for start in range(0, N, block):
            products = queries[rows] @ candidates[start : start + block].T
            better[rows] += (products > high).sum(axis=1)
            no_worse[rows] += (products >= low).sum(axis=1)
    # A tie with itself must not be lost to rounding.
    return better, np.maximum(no_worse - better, 1)


def recall_at_k(queries: np.ndarray, candidates: np.ndarray, ks: Sequence[int] = KS) -> np.ndarray:
    """Recall at each K in one pool of all N videos: (len(ks),) in [0, 1].

    A query with b better and t tied candidates counts min(max(K - b, 0), t) / t.
    """
    validate_pool(queries, candidates)
    better, tied = rank_counts(queries, candidates)
    return np.array([np.mean(np.clip(K - better, 0, tied) / tied) for K in ks])


def cut_into_pools(videos: int, pool: int, seed: int) -> Iterator[np.ndarray]:
    """Row numbers of each pool: all videos, shuffled, cut into parts of P.

    What is left over when P does not divide the number of videos is left out.
    Raises UserError if there are fewer videos than one pool takes.
    """
    if not 0 < pool <= videos:
        raise UserError(f"pool = {pool}: must lie in 1 ... {videos}, the number of test videos")
    order = np.random.default_rng(seed).permutation(videos)
    for start in range(0, videos - pool + 1, pool):
        yield order[start : start + pool]


def evaluate(
    direction: Direction,
    *,
    ks: Sequence[int] = KS,
    pools: Sequence[int] = POOLS,
    shuffles: int = 1,
    seed: int = 0,
) -> pd.DataFrame:
    """Every score of one direction: a row a shuffle, a column ``recall_at_<K>_pool_<P>``.

    Parameters
    ----------
    direction : queries and candidates of the test videos
    shuffles : ways to cut the videos into pools; number ``i`` is seeded ``seed + i``,
        so every method is asked the same
    """
    validate_pool(direction.queries, direction.candidates)
    return pd.DataFrame(
        [
            {
                f"recall_at_{K}_pool_{P}": recall
                for P in pools
                for K, recall in zip(ks, _mean_recalls(direction, ks, P, number), strict=True)
            }
            for number in range(seed, seed + shuffles)
        ]
    )


def _mean_recalls(direction: Direction, ks: Sequence[int], pool: int, seed: int) -> np.ndarray:
    """Recall at each K, averaged over the pools of one shuffle: (len(ks),)."""
    return np.mean(
        [
            recall_at_k(direction.queries[rows], direction.candidates[rows], ks)
            for rows in cut_into_pools(len(direction.queries), pool, seed)
        ],
        axis=0,
    )
