"""Search among held-out music videos: which pictures belong to a sound, and the other way round.

Every fit has a draw of its own of the videos that are held out, so that a deviation over fits is
one over videos, too. A run (:mod:`tfrepro.evaluation.fits`) has the frames

- ``curves``: ``training``, ``seed``, ``direction``, ``n`` and ``success``, Success@n of
  :mod:`tfrepro.evaluation.success_at_n`
- ``history``: what training logged

and, of each fit in ``costs``, how many ``segments`` it was trained on, how many ``candidates``
there are and how many ``queries`` were asked.

Source: musicvideo, section 4.1 and Figure 3, which has one draw, and asks by sound alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.corpora.music_videos.split import hold_out
from tfrepro.errors import UserError
from tfrepro.evaluation.embedder import Embedder
from tfrepro.evaluation.fits import Fit, FittedFrames, Frames, run_fits
from tfrepro.evaluation.method import history_of
from tfrepro.evaluation.success_at_n import area, success_at_n
from tfrepro.features.embeddings import Direction
from tfrepro.features.feature_set import FeatureSet

MUSIC, ALL = "music", "all"
BY_SOUND = "audio_to_video"
DIRECTIONS = (BY_SOUND, "video_to_audio")


@dataclass(frozen=True)
class Search:
    """What one fit is trained on and asked for.

    Attributes
    ----------
    training : ``music``, music videos alone, or ``all``, whatever the corpus has
    seed : of the draw and of the method
    train, candidates : row numbers, of different videos
    queries : which of the candidates are searched for, as places among them
    """

    training: str
    seed: int
    train: np.ndarray
    candidates: np.ndarray
    queries: np.ndarray


def searches(
    index: pd.DataFrame,
    trainings: Iterable[str],
    seeds: Iterable[int],
    *,
    candidates: int,
    queries: int,
    most: float,
) -> list[Search]:
    """Every training with every seed; with one seed all have the same candidates and queries.

    Parameters
    ----------
    index : ``group``, the source videos, and maybe ``music``, which rows are of music videos;
        only these are held out
    candidates, queries, most : of :func:`tfrepro.corpora.music_videos.split.hold_out`

    Raises UserError if all videos are asked for where there are music videos alone.
    """
    music = index["music"].to_numpy(bool) if "music" in index else np.ones(len(index), bool)
    made = []
    for training in trainings:
        if training == ALL and music.all():
            raise UserError("training on all videos: the corpus has music videos alone")
        for seed in seeds:
            drawn = hold_out(
                index["group"].to_numpy(),
                candidates=candidates,
                queries=queries,
                most=most,
                eligible=music,
                seed=seed,
            )
            train = drawn.train if training == ALL else drawn.train[music[drawn.train]]
            places = np.searchsorted(drawn.candidates, drawn.queries)
            made.append(Search(training, seed, train, drawn.candidates, places))
    return made


def run_searches(
    make: Callable[[int], Embedder],
    features: FeatureSet,
    wanted: Sequence[Search],
    work: Path,
    folder: Path,
    **how: Any,
) -> FittedFrames:
    """Fit the method for every search, and write the run.

    ``make`` gives a fresh method for a seed; for the others see
    :func:`tfrepro.evaluation.fits.run_fits`.
    """
    fits = [
        Fit(
            {"training": search.training, "seed": search.seed},
            partial(_search, make, features, search),
            {
                "segments": len(search.train),
                "candidates": len(search.candidates),
                "queries": len(search.queries),
            },
        )
        for search in wanted
    ]
    return run_fits(fits, work, folder, **how)


def success_curve(way: Direction, queries: np.ndarray) -> np.ndarray:
    """Success@n of some of the candidates, which are searched for among all: (N,)."""
    asked = np.asarray(way.queries[queries], float)
    return success_at_n(asked @ np.asarray(way.candidates, float).T, queries)


def search_scores(
    run: FittedFrames, training: str, ns: Sequence[int], direction: str = BY_SOUND
) -> pd.DataFrame:
    """``success_at_<n>``, as far as there are candidates, and ``area``: a row a seed."""
    curves = run.frames["curves"]
    chosen = curves[(curves["training"] == training) & (curves["direction"] == direction)]
    table = chosen.pivot(index="seed", columns="n", values="success")
    columns = {f"success_at_{n}": table[n] for n in ns if n in table}
    return pd.DataFrame({**columns, "area": table.apply(area, axis=1)})


def _search(make: Callable[[int], Embedder], features: FeatureSet, search: Search) -> Frames:
    method = make(search.seed)
    method.fit(features.take(search.train))
    embeddings = method.embed(features.take(search.candidates))
    numbers = np.arange(1, len(search.candidates) + 1)
    curves = [
        pd.DataFrame(
            {
                "direction": direction,
                "n": numbers,
                "success": success_curve(getattr(embeddings, direction), search.queries),
            }
        )
        for direction in DIRECTIONS
    ]
    return {"curves": pd.concat(curves, ignore_index=True), "history": history_of(method)}
