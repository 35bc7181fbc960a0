"""What is trained and what is tested on, of segments of music videos.

A segment's *video* is what it is cut from: the ``group`` of the corpus. The paper draws 60-s
segments at random, so that one of a video may be trained and another one tested on: what a
model remembers of a video then helps it. Here videos stay whole; the paper's way is there to
measure what it gives away, under its own name.

Source: Fusing Music and Video Modalities, Sections 4.1 and 4.2.
"""

from typing import NamedTuple

import numpy as np

from tfrepro.corpora.microvideo_split import resamplings
from tfrepro.errors import UserError

UNITS = {
    "video": "no video stands on two sides",
    "segment": "60-s segments at random, as in the paper: videos may stand on two sides",
}


def split_segments(
    labels: np.ndarray,
    videos: np.ndarray,
    minutes: np.ndarray,
    *,
    unit: str = "video",
    test: float = 0.5,
    seed: int = 0,
) -> np.ndarray:
    """``train`` or ``test`` for each segment: (N,) strings.

    Each class gives about its share to the test. In the paper 4,000 segments of 60 s, 400 of
    them of the style, become twice 2,000, of which 200 are.

    Parameters
    ----------
    labels : (N,) the style of each segment, which is its video's
    videos : (N,) names or numbers of the source videos
    minutes : (N,) names or numbers, alike for what is of the same 60 s of the same video, which
        stays together in any case
    unit : of ``UNITS``, what is drawn
    test : share of the segments to test on
    seed : of the draw

    Raises
    ------
    UserError
        if a style is not on both sides
    ValueError
        for another unit or share, or arrays of different lengths
    """
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r} must be one of {', '.join(UNITS)}")
    labels = np.asarray(labels)
    if not len(labels) == len(videos) == len(minutes):
        raise ValueError(f"{len(labels)} labels, {len(videos)} videos and {len(minutes)} minutes")
    if not 0 < test < 1:
        raise ValueError(f"test {test} must lie between 0 and 1")
    whole = _numbers(videos) if unit == "video" else _numbers(videos, minutes)
    classes, y = np.unique(labels, return_inverse=True)
    rows = min(max(1, round(test * len(y))), len(y) - 1)
    _, tested = resamplings(y, 1, rows, seed, whole, stratified=True)[0]
    parts = np.full(len(y), "train", dtype=object)
    parts[tested] = "test"
    for number, name in enumerate(classes):
        if len(set(parts[y == number])) < 2:
            count = len(np.unique(whole[y == number]))
            raise UserError(
                f"style {name!r}: {count} {unit}s are too few to train on some and test on others"
            )
    return parts


def torn_videos(parts: np.ndarray, videos: np.ndarray) -> int:
    """How many videos stand on more than one side."""
    pairs = np.unique(np.stack([_numbers(videos), _numbers(parts)]), axis=1)
    return int((np.bincount(pairs[0]) > 1).sum())


class HoldOut(NamedTuple):
    """Row numbers, each in ascending order.

    Attributes
    ----------
    train : every row of the videos that are not held out
    candidates : rows of the videos that are
    queries : those of the candidates that are searched for
    """

    train: np.ndarray
    candidates: np.ndarray
    queries: np.ndarray


def hold_out(
    videos: np.ndarray,
    *,
    candidates: int = 2000,
    queries: int = 500,
    most: float = 0.6,
    eligible: np.ndarray | None = None,
    seed: int = 0,
) -> HoldOut:
    """Segments to search among and for, of videos that nothing is trained on.

    Whole videos are held out; what these have beyond ``candidates`` is left out altogether. Of
    a small corpus fewer are held out, and as many fewer queries.

    Parameters
    ----------
    videos : (N,) names or numbers of the source videos
    candidates, queries : how many of a large corpus
    most : the largest share of the eligible segments to hold out
    eligible : (N,) bool, which may be held out; None for all. A video is, or is not.
    seed : of the draw

    Raises
    ------
    UserError
        if nothing is left to train on
    ValueError
        for more queries than candidates, or none, or a share that is none
    """
    if not 0 < queries <= candidates or not 0 < most <= 1:
        raise ValueError(f"queries {queries}, candidates {candidates} and most {most}")
    video = _numbers(videos)
    can = np.ones(len(video), bool) if eligible is None else np.asarray(eligible, bool)
    count = min(candidates, int(most * can.sum()))
    if count < 1:
        raise UserError(f"{can.sum()} segments of music videos are too few to hold any out")
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.unique(video[can]))
    enough = 1 + np.searchsorted(np.cumsum(np.bincount(video[can])[order]), count)
    out = np.isin(video, order[:enough])
    if out[can].all():
        raise UserError(
            f"{len(order)} music videos are too few to hold some out and train on others"
        )
    held = np.sort(rng.permutation(np.flatnonzero(out & can))[:count])
    asked = max(1, round(queries * count / candidates))
    return HoldOut(np.flatnonzero(~out), held, np.sort(rng.choice(held, asked, replace=False)))


def _numbers(*names: np.ndarray) -> np.ndarray:
    """(N,) int, one for each combination of names, in their order."""
    columns = [np.unique(np.asarray(name), return_inverse=True)[1] for name in names]
    return np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
