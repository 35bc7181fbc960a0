"""musicvideo, Tables 1 and 2: every method on one corpus of music videos, on every draw."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from _music_video_paths import music_video_features
from _paths import runs
from _rows import Row, train_rows
from _stage import run

from tfrepro.evaluation.style_runs import SEGMENT, VIDEO, chunks_of, halves, run_halves
from tfrepro.features.feature_set import FeatureSet
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.musicvideo import MusicVideoPaper, Styles
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import merged


def musicvideo_styles_run(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    part = read_section(Styles, "musicvideo.styles")
    seeds = range(paper.seed, paper.seed + paper.runs)
    salt = [paper.seed, paper.runs, part.test, part.folds, part.transductive, part.style[corpus]]
    rows = {}
    for method, values in part.methods.items():
        made = merged({}, part.overrides[corpus], method, values, deep=False)
        checked = read_hyper_parameters(
            method, made, prefix="musicvideo.styles.methods", answers="chunks"
        )
        units = (VIDEO, SEGMENT) if method in part.torn[corpus] else (VIDEO,)
        experiment = partial(_find, part, part.style[corpus], units, seeds)
        rows[method] = Row(checked, experiment, [*salt, units])
    train_rows(
        rows,
        music_video_features(corpus),
        runs(corpus, "musicvideo", "styles"),
        stage="musicvideo_styles_run",
        compute=read_section(Compute, "compute"),
    )


def _find(
    part: Styles,
    style: str,
    units: Iterable[str],
    seeds: range,
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    **how: Any,
) -> None:
    """The experiment: every way to draw halves, with every seed."""
    chunks = chunks_of(features, style)
    drawn = halves(chunks, units, seeds, part.test)
    run_halves(
        make, chunks, drawn, work, folder, folds=part.folds, transductive=part.transductive, **how
    )


if __name__ == "__main__":
    run(musicvideo_styles_run)
