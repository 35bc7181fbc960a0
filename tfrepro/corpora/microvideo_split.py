"""Splits of micro-videos as DARE, NMCL and EASTERN made them.

Where videos have a group, like one uploader or one recording, no group stands on two sides;
the sizes asked for are then met as nearly as the groups allow.
"""

import numpy as np
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

from tfrepro.errors import UserError

SHARE = 0.3


def split_venue(
    y: np.ndarray, seeds: tuple[int, int] = (0, 1), groups: np.ndarray | None = None
) -> np.ndarray:
    """``train``, ``valid`` or ``test`` for each video: (N,) strings.

    A stratified draw of 30 % is for testing, then one of 30 % of the others for validation.
    Each is rounded up, so 270,145 videos become 132,370, 56,731 and 81,044. The sizes are
    those of DARE and NMCL; which videos are drawn depends on scikit-learn's version.

    Parameters
    ----------
    y : (N,) int, the class of each video
    seeds : of the two draws
    groups : (N,) names or numbers

    Raises UserError if a class has too few videos, or if there are too few groups.

    Source: ``trumman.py`` of TRUMANN's authors.
    """
    y = np.asarray(y)
    parts = np.full(len(y), "train", dtype=object)
    rest = np.arange(len(y))
    for part, seed in zip(("test", "valid"), seeds, strict=True):
        own = None if groups is None else np.asarray(groups)[rest]
        kept, drawn = _draw(y[rest], SHARE, 1, seed, own, stratified=True)[0]
        parts[rest[drawn]] = part
        rest = rest[kept]
    return parts


def resamplings(
    y: np.ndarray,
    count: int = 10,
    test: int = 2093,
    seed: int = 0,
    groups: np.ndarray | None = None,
    *,
    stratified: bool = False,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Row numbers to train and to test on, ``count`` times anew, each in ascending order.

    EASTERN's 20,093 videos are cut ten times at random into 18,000 and 2,093. There is no
    validation part; the paper chose its settings on these tests.

    Parameters
    ----------
    y : (N,) int, the class of each video
    test : how many videos are tested on
    seed : of all the draws; the first of ten are the first of five
    groups : (N,) names or numbers
    stratified : whether each class is tested on its share

    Raises UserError if nothing is left to train on, or if there are too few groups.

    Source: EASTERN, Section 5.
    """
    if not 0 < test < len(y):
        raise UserError(f"test = {test}: must be from 1 to {len(y) - 1}, there are {len(y)} videos")
    return _draw(np.asarray(y), test, count, seed, groups, stratified=stratified)


def _draw(
    y: np.ndarray,
    test: int | float,
    count: int,
    seed: int,
    groups: np.ndarray | None,
    *,
    stratified: bool,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """(kept, drawn) rows; ``test`` is a number of rows, or their share if below 1."""
    if groups is not None:
        rows = test if isinstance(test, int) else test * len(y)
        strata = y if stratified else np.zeros(len(y), dtype=int)
        rng = np.random.default_rng(seed)
        return [_draw_groups(strata, rows, rng, groups) for _ in range(count)]
    splitter = StratifiedShuffleSplit if stratified else ShuffleSplit
    try:
        draws = list(splitter(count, test_size=test, random_state=seed).split(y, y))
    except ValueError as error:
        raise UserError(f"{len(y)} videos cannot be split: {error}") from None
    return [(np.sort(kept), np.sort(drawn)) for kept, drawn in draws]


def _draw_groups(
    strata: np.ndarray, rows: float, rng: np.random.Generator, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw whole groups, from each stratum about its share of ``rows``.

    A group belongs to the stratum that most of its rows are of. A stratum always keeps a
    group; what it gives too many or too few, the next makes up for.
    """
    if len(groups) != len(strata):
        raise ValueError(f"{len(groups)} groups for {len(strata)} videos")
    names, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(group)
    stratum = _most_common(group, strata)
    drawn, missing = np.zeros(len(names), dtype=bool), 0.0
    for s in np.unique(stratum):
        own = rng.permutation(np.flatnonzero(stratum == s))
        missing += rows * sizes[own].sum() / len(strata)
        taken = np.concatenate([[0], np.cumsum(sizes[own])])[: len(own)]
        enough = int(np.argmin(np.abs(taken - missing)))
        drawn[own[:enough]] = True
        missing -= taken[enough]
    if not drawn.any():
        raise UserError(f"{len(names)} groups are too few to test on any without training on it")
    return np.flatnonzero(~drawn[group]), np.flatnonzero(drawn[group])


def _most_common(group: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """The stratum of most rows of each group, the first of equals: (G,) int."""
    pairs, counts = np.unique(np.stack([group, strata]), axis=1, return_counts=True)
    best = np.lexsort((pairs[1], -counts, pairs[0]))
    return pairs[1][best][np.unique(pairs[0][best], return_index=True)[1]]
