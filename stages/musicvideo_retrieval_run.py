"""musicvideo, Figure 3: every method on one corpus of music videos, on every draw."""

from functools import partial
from pathlib import Path
from typing import Any

from _music_video_paths import music_video_features
from _paths import runs
from _rows import Row, train_rows
from _stage import run

from tfrepro.evaluation.held_out_search import run_searches, searches
from tfrepro.features.feature_set import FeatureSet
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.musicvideo import MusicVideoPaper, Retrieval
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import merged


def musicvideo_retrieval_run(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    part = read_section(Retrieval, "musicvideo.retrieval")
    seeds = range(paper.seed, paper.seed + paper.runs)
    salt = [paper.seed, paper.runs, part.candidates, part.queries, part.most]
    trainings = part.train_on[corpus]
    experiment = partial(_search, part, trainings, seeds)
    rows = {}
    for method, values in part.methods.items():
        made = merged({}, part.overrides[corpus], method, values, deep=False)
        checked = read_hyper_parameters(
            method, made, prefix="musicvideo.retrieval.methods", answers="embeddings"
        )
        rows[method] = Row(checked, experiment, [*salt, trainings])
    train_rows(
        rows,
        music_video_features(corpus),
        runs(corpus, "musicvideo", "retrieval"),
        stage="musicvideo_retrieval_run",
        compute=read_section(Compute, "compute"),
    )


def _search(
    part: Retrieval,
    trainings: tuple[str, ...],
    seeds: range,
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    **how: Any,
) -> None:
    """The experiment: every training on every draw."""
    wanted = searches(
        features.index,
        trainings,
        seeds,
        candidates=part.candidates,
        queries=part.queries,
        most=part.most,
    )
    run_searches(make, features, wanted, work, folder, **how)


if __name__ == "__main__":
    run(musicvideo_retrieval_run)
