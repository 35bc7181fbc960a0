"""Training what finds a style in minutes of music videos: what two stages share."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from _music_video_paths import music_video_features
from _paths import runs
from _rows import Row, train_rows

from tfrepro.evaluation.style_runs import chunks_of, halves, run_halves
from tfrepro.features.feature_set import FeatureSet
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.base import Section
from tfrepro.settings.musicvideo import MusicVideoPaper, Styles
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import merged


def train_styles(
    paper: MusicVideoPaper,
    part: Styles,
    corpus: str,
    methods: Iterable[str],
    unit: str,
    folder: str,
    *,
    stage: str,
    compute: Compute,
) -> None:
    """Fit methods on every draw of half of the units, into the runs' ``folder``.

    Parameters
    ----------
    unit : what is drawn, see :mod:`tfrepro.evaluation.style_runs`
    """
    seeds = range(paper.seed, paper.seed + paper.runs)
    salt = [paper.seed, paper.runs, part.test, part.folds, part.transductive]
    experiment = partial(_find, part, part.style[corpus], unit, seeds)
    settings = _hyper_parameters(part, corpus, methods)
    train_rows(
        {
            method: Row(values, experiment, [*salt, part.style[corpus], unit])
            for method, values in settings.items()
        },
        music_video_features(corpus),
        runs(corpus, "musicvideo", folder),
        stage=stage,
        compute=compute,
    )


def _hyper_parameters(part: Styles, corpus: str, methods: Iterable[str]) -> Mapping[str, Section]:
    return {
        method: read_hyper_parameters(
            method,
            merged({}, part.overrides[corpus], method, part.methods[method], deep=False),
            prefix="musicvideo.styles.methods",
            answers="chunks",
        )
        for method in methods
    }


def _find(
    part: Styles,
    style: str,
    unit: str,
    seeds: range,
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    **how: Any,
) -> None:
    """The experiment: halves drawn with every seed."""
    chunks = chunks_of(features, style)
    drawn = halves(chunks, [unit], seeds, part.test)
    run_halves(
        make, chunks, drawn, work, folder, folds=part.folds, transductive=part.transductive, **how
    )
