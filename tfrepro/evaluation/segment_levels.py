"""Time scales: segments of six seconds, and longer ones made of adjacent ones.

Conventions
-----------
C chunks of a minute are cut into S = 10 base segments each. Level n joins n adjacent segments of
a chunk, so that it has P = S / n units a chunk: 10, 5, 2 and 1 on the levels 1, 2, 5 and 10.
What is known of units is (C, P, ...), in the order of time. A chunk has one label and belongs to
one source video, and so do all of its units.

Source: musicvideo, sections 3.3 and 4.2.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import average_precision_score

from tfrepro.errors import UserError
from tfrepro.evaluation.protocols import folds_of_groups

SEGMENTS = 10
LEVELS = (1, 2, 5, 10)


def chunk_rows(
    chunks: np.ndarray, places: np.ndarray, segments: int = SEGMENTS
) -> tuple[np.ndarray, np.ndarray]:
    """Where the segments of each chunk stand in a set.

    Parameters
    ----------
    chunks : (N,) name or number of each segment's chunk
    places : (N,) what orders the segments of a chunk: a number, or the second it starts
    segments : S, of every chunk

    Returns
    -------
    names : (C,) of the chunks, in the order in which they first appear
    rows : (C, S) row numbers, in the order of time

    Raises UserError naming a chunk that has more or fewer segments, or one place twice.
    """
    chunks, places = np.asarray(chunks), np.asarray(places)
    if chunks.shape != places.shape:
        raise ValueError(f"{len(chunks)} chunks, but {len(places)} places")
    names, first, own, counts = np.unique(
        chunks, return_index=True, return_inverse=True, return_counts=True
    )
    for name, count in zip(names, counts, strict=True):
        if count != segments:
            raise UserError(f"chunk {name}: has {count} segments, must have {segments}")
    order = np.argsort(first)
    rows = np.lexsort((places, own)).reshape(-1, segments)[order]
    names = names[order]
    twice = np.flatnonzero((places[rows][:, 1:] == places[rows][:, :-1]).any(axis=1))
    if twice.size:
        raise UserError(f"chunk {names[twice[0]]}: has two segments at one place")
    return names, rows


def join_adjacent(H: np.ndarray, level: int) -> np.ndarray:
    """Units of a level, each its segments' vectors one after the other.

    H : (C, S, D) -> (C, S / level, level D). Raises ValueError if S is no multiple of the level.
    """
    C, S, D = H.shape
    if S % level:
        raise ValueError(f"level = {level}: must divide the {S} segments of a chunk")
    return H.reshape(C, S // level, level * D)


def join_modalities(deep: Sequence[np.ndarray], level: int) -> np.ndarray:
    """What the shared layer of a level sees: each modality's units, side by side.

    Parameters
    ----------
    deep : (C, S, D_m) of each modality m

    Returns
    -------
    (C, S / level, level Σ D_m); the segments are joined within a modality first
    """
    return np.concatenate([join_adjacent(H, level) for H in deep], axis=-1)


def inherit(chunks: np.ndarray, units: int) -> np.ndarray:
    """What units have of their chunk, like its label: (C,) -> (C, units)."""
    return np.repeat(np.asarray(chunks)[:, None], units, axis=1)


def average_units(P: np.ndarray) -> np.ndarray:
    """The prediction of a chunk as the mean of its units': (C, P) -> (C,).

    Source: musicvideo, Table 2, "averaging".
    """
    return np.asarray(P).mean(axis=1)


def average_precision(y: np.ndarray, P: np.ndarray) -> float:
    """Average precision over all units of a level; chance is the share of positive ones.

    Parameters
    ----------
    y : (C,) bool, the chunks' labels
    P : (C,) or (C, P) predictions, the higher the more likely positive

    Raises ValueError if no chunk is positive.
    """
    if not np.any(y):
        raise ValueError("no chunk is positive: there is no average precision")
    units = P.shape[1] if P.ndim == 2 else 1
    return float(average_precision_score(inherit(y, units).ravel(), P.ravel()))


def video_folds(y: np.ndarray, videos: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold of each chunk, 0 ... folds - 1, no source video in two: (C,) int.

    Parameters
    ----------
    y : (C,) int or bool, the class of each chunk, spread as evenly as videos allow
    videos : (C,) its source video

    Raises UserError as :func:`tfrepro.evaluation.protocols.folds_of_groups`.
    """
    fold = np.empty(len(y), int)
    for number, split in enumerate(folds_of_groups(np.asarray(y, int), videos, folds, seed)):
        fold[split.test] = number
    return fold
