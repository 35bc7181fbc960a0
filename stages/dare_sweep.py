"""DARE, Figures 4 and 5: the method with other values of one hyper-parameter."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from _paths import runs
from _stage import log, run
from _train import train
from _venues import hyper_parameters, run_initialisations, sound_files, sounds_of, videos_of

from tfrepro.evaluation.variants import with_parameters
from tfrepro.features.feature_set import FeatureSet
from tfrepro.files import atomic_folder
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Venues

METHOD = "dare"


def dare_sweep(corpus: str, name: str) -> None:
    paper = read_section(Venues, "dare.venues")
    values = getattr(paper.sweeps, name)
    if name == "concepts":
        values = [round(share * _concepts(corpus)) for share in values]
    train(
        METHOD,
        hyper_parameters(paper, corpus, METHOD),
        videos_of(corpus),
        partial(_sweep, paper, name, values),
        runs(corpus, "dare", f"{name}_sweep"),
        stage="dare_sweep",
        compute=read_section(Compute, "compute"),
        salt=[paper.seed, paper.runs, name, values],
        inputs=sound_files(corpus),
    )


def _concepts(corpus: str) -> int:
    """How many concepts the external sounds have."""
    folder = sounds_of(corpus)
    if folder is None:
        log.warning("%s: has no external sounds, so Figure 4 has one point only", corpus)
        return 0
    tags = pd.read_parquet(folder / "index.parquet", columns=["concepts"])["concepts"]
    return len({name for names in tags for name in names})


def _sweep(
    paper: Venues,
    name: str,
    values: list[float],
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    *,
    title: str,
    **how: Any,
) -> None:
    """The experiment: all initialisations with every value, a run in a folder of its own."""
    with atomic_folder(folder) as part:
        for number, value in enumerate(dict.fromkeys(values)):
            run_initialisations(
                paper,
                with_parameters(make, **{name: value}),
                features,
                work / f"{number}",
                part / f"{value}",
                title=f"{title} {value}",
                **how,
            )


if __name__ == "__main__":
    run(dare_sweep)
