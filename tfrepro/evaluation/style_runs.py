"""Finding a style of music videos in random halves of the chunks.

A run (:mod:`tfrepro.evaluation.fits`) has the frames

- ``predictions``: ``unit``, ``seed``, ``row`` of a table, ``chunk``, ``positive``, ``place`` of
  the unit in its chunk (``WHOLE`` for a chunk as a whole) and ``score``, a row a prediction
- ``history``: what training logged

and, of each fit in ``costs``, how many chunks it was trained and tested on, and how many source
videos stand on both sides.

Source: musicvideo, section 4.2, Tables 1 and 2.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.corpora.music_videos.split import split_segments, torn_videos
from tfrepro.errors import UserError
from tfrepro.evaluation.fits import Fit, FittedFrames, Frames, run_fits
from tfrepro.evaluation.method import history_of
from tfrepro.evaluation.segment_levels import average_precision, chunk_rows, video_folds
from tfrepro.evaluation.style_finder import StyleFinder
from tfrepro.features.chunks import Chunks
from tfrepro.features.feature_set import FeatureSet

WHOLE = -1
VIDEO, SEGMENT = "video", "segment"
# Rows whose units' predictions are averaged as well, and the rows that makes.
AVERAGED = {"shared-base-1": "average-shared", "svm-initial": "average-svm"}


@dataclass(frozen=True)
class Half:
    """One draw of what is trained and what is tested on.

    Attributes
    ----------
    unit : what was drawn: see :data:`tfrepro.corpora.music_videos.split.UNITS`
    seed : of the draw and of the method
    train, test : numbers of chunks
    torn : source videos that stand on both sides
    """

    unit: str
    seed: int
    train: np.ndarray
    test: np.ndarray
    torn: int


def chunks_of(features: FeatureSet, style: str) -> Chunks:
    """The whole minutes of a set of segments, of music videos whose style is known.

    Parameters
    ----------
    features : index columns ``chunk`` (empty for segments of none), ``place``, ``group``,
        ``label``, and maybe ``music``; ``meta`` says how many ``segments`` a chunk has
    style : the label that counts as positive

    Raises UserError if no chunk is of the style, and as
    :func:`tfrepro.evaluation.segment_levels.chunk_rows`.
    """
    index = features.index
    usable = (index["chunk"] != "") & (index["label"] != "")
    if "music" in index:
        usable &= index["music"]
    rows = np.flatnonzero(usable)
    labels = index["label"].to_numpy()[rows]
    if style not in labels:
        known = ", ".join(sorted(set(labels))) or "none"
        raise UserError(f"style {style}: no whole minute is of it; there are: {known}")
    names, places = chunk_rows(
        index["chunk"].to_numpy()[rows], index["place"].to_numpy()[rows], features.meta["segments"]
    )
    first = places[:, 0]
    return Chunks(
        names,
        index["group"].to_numpy()[rows][first],
        labels[first] == style,
        {name: np.asarray(array[rows[places]]) for name, array in features.arrays.items()},
    )


def halves(chunks: Chunks, units: Iterable[str], seeds: Iterable[int], test: float) -> list[Half]:
    """Every unit drawn with every seed; raises as ``split_segments``.

    test : share of the chunks to test on
    """
    labels = np.where(chunks.positive, "sought", "other")
    made = []
    for unit in units:
        for seed in seeds:
            parts = split_segments(
                labels, chunks.videos, chunks.names, unit=unit, test=test, seed=seed
            )
            train, tested = (np.flatnonzero(parts == part) for part in ("train", "test"))
            made.append(Half(unit, seed, train, tested, torn_videos(parts, chunks.videos)))
    return made


def run_halves(
    make: Callable[[int], StyleFinder],
    chunks: Chunks,
    drawn: Sequence[Half],
    work: Path,
    folder: Path,
    *,
    folds: int,
    transductive: bool,
    **how: Any,
) -> FittedFrames:
    """Fit the method on every half and predict the other, and write the run.

    Parameters
    ----------
    make : seed -> a fresh method
    folds : of the training chunks, for predictions out of fold
    transductive : whether the features of the test chunks may be learned from, too
    how : of :func:`tfrepro.evaluation.fits.run_fits`
    """
    fits = [
        Fit(
            {"unit": half.unit, "seed": half.seed},
            partial(_find, make, chunks, half, folds, transductive),
            {"train": len(half.train), "test": len(half.test), "torn_videos": half.torn},
        )
        for half in drawn
    ]
    return run_fits(fits, work, folder, **how)


def unit_scores(run: FittedFrames, unit: str) -> dict[str, pd.DataFrame]:
    """Table 1: row -> ``average_precision`` over the units of its time scale, a row a seed.

    unit : what was drawn
    """
    said = _said(run, unit)
    return _precisions(said[said["place"] != WHOLE])


def chunk_scores(run: FittedFrames, unit: str) -> dict[str, pd.DataFrame]:
    """Table 2: the same over chunks, of those that are fused or averaged."""
    said = _said(run, unit)
    local = said[(said["place"] != WHOLE) & said["row"].isin(list(AVERAGED))]
    means = local.groupby(["seed", "row", "chunk"], sort=False, as_index=False).agg(
        positive=("positive", "first"), score=("score", "mean")
    )
    averaged = means.assign(row=means["row"].map(AVERAGED))
    return _precisions(said[said["place"] == WHOLE]) | _precisions(averaged)


def units_of(run: FittedFrames) -> dict[str, int]:
    """Row of a table -> how many units it cuts a chunk into; none of chunks as a whole."""
    said = run.frames["predictions"]
    last = said[said["place"] != WHOLE].groupby("row", sort=False)["place"].max()
    return {str(row): int(place) + 1 for row, place in last.items()}


def share_of_style(run: FittedFrames, unit: str) -> float:
    """What chance scores: how many of the chunks tested on are of the style."""
    return float(_said(run, unit).drop_duplicates(["seed", "chunk"])["positive"].mean())


def _said(run: FittedFrames, unit: str) -> pd.DataFrame:
    said = run.frames["predictions"]
    return said[said["unit"] == unit]


def _precisions(said: pd.DataFrame) -> dict[str, pd.DataFrame]:
    found: dict[str, dict[int, float]] = {}
    for (row, seed), own in said.groupby(["row", "seed"], sort=False):
        precision = average_precision(own["positive"].to_numpy(), own["score"].to_numpy())
        found.setdefault(row, {})[seed] = precision
    return {
        row: pd.DataFrame({"average_precision": pd.Series(of).sort_index()})
        for row, of in found.items()
    }


def _find(
    make: Callable[[int], StyleFinder], chunks: Chunks, half: Half, folds: int, transductive: bool
) -> Frames:
    finder = make(half.seed)
    train, test = chunks.take(half.train), chunks.take(half.test)
    fold = video_folds(train.positive, train.videos, folds, half.seed)
    finder.fit(train, fold, test if transductive else None)
    parts = [_as_frame(row, test, P) for row, P in finder.predict(test).items()]
    return {"predictions": pd.concat(parts, ignore_index=True), "history": history_of(finder)}


def _as_frame(row: str, test: Chunks, P: np.ndarray) -> pd.DataFrame:
    """A row a prediction, of chunks (C,) or of their units (C, P)."""
    units = P.shape[1] if P.ndim == 2 else 1
    places = np.arange(units) if P.ndim == 2 else [WHOLE]
    return pd.DataFrame(
        {
            "row": row,
            "chunk": np.repeat(test.names, units),
            "positive": np.repeat(test.positive, units),
            "place": np.tile(places, len(test)),
            "score": P.ravel(),
        }
    )
