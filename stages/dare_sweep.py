"""DARE, Figures 4 and 5: the method with other values of one hyper-parameter."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from _paths import runs
from _stage import log, run
from _train import train
from _venue_paths import files_of, sounds_of, videos_of
from _venue_runs import run_initialisations
from _venue_settings import hyper_parameters

from tfrepro.evaluation.variants import with_parameters
from tfrepro.features.feature_set import FeatureSet
from tfrepro.files import atomic_folder
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Sweeps, Venues

METHOD = "dare"
PREFIX = "dare.venues.methods"


def dare_sweep(corpus: str, name: str) -> None:
    paper = read_section(Venues, "dare.venues")
    sweeps = read_section(Sweeps, "dare.venues.sweeps")
    sounds = sounds_of(corpus)
    values = getattr(sweeps.values, name)
    if name == "concepts":
        values = [round(share * _concepts(corpus, sounds)) for share in values]
    own = hyper_parameters(
        METHOD,
        paper.methods[METHOD],
        paper.deep,
        paper.overrides[corpus],
        prefix=PREFIX,
        sounds=sounds,
    )
    train(
        METHOD,
        own,
        videos_of(corpus),
        partial(_sweep, name, values, seed=paper.seed, runs=sweeps.runs),
        runs(corpus, "dare", f"{name}_sweep"),
        stage="dare_sweep",
        compute=read_section(Compute, "compute"),
        salt=[paper.seed, sweeps.runs, name, values],
        inputs=files_of(sounds),
    )


def _concepts(corpus: str, sounds: Path | None) -> int:
    """How many concepts the external sounds have."""
    if sounds is None:
        log.warning("%s: has no external sounds, so Figure 4 has one point only", corpus)
        return 0
    tags = pd.read_parquet(sounds / "index.parquet", columns=["concepts"])["concepts"]
    return len({name for names in tags for name in names})


def _sweep(
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
                with_parameters(make, **{name: value}),
                features,
                work / f"{number}",
                part / f"{value}",
                title=f"{title} {value}",
                **how,
            )


if __name__ == "__main__":
    run(dare_sweep)
