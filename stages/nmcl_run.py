"""NMCL, Tables 2 to 5: every method on one corpus of micro-videos, from every initialisation."""

from functools import partial
from pathlib import Path
from typing import Any

from _paths import runs
from _rows import Row, train_rows
from _stage import run
from _venue_paths import files_of, sounds_of, videos_of
from _venue_runs import run_initialisations
from _venue_settings import hyper_parameters

from tfrepro.evaluation.answers import answering, keep_answers
from tfrepro.features.feature_set import FeatureSet
from tfrepro.settings.nmcl import FusionRows, NmclPaper
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def nmcl_run(corpus: str) -> None:
    paper = read_section(NmclPaper, "nmcl")
    alone = read_section(FusionRows, "nmcl.rows").table4
    sounds = sounds_of(corpus)
    rows = {}
    for method, own in paper.methods.items():
        values = hyper_parameters(
            method, own, paper.deep, paper.overrides[corpus], prefix="nmcl.methods", sounds=sounds
        )
        heard = sounds if "sounds" in values.model_fields_set else None
        inputs = (*files_of(heard), *files_of(getattr(values, "tree_folder", None)))
        kept = method in alone
        experiment = partial(
            run_with_answers if kept else run_initialisations, seed=paper.seed, runs=paper.runs
        )
        rows[method] = Row(values, experiment, [paper.seed, paper.runs, kept], inputs)
    train_rows(
        rows,
        videos_of(corpus),
        runs(corpus, "nmcl", "venues"),
        stage="nmcl_run",
        compute=read_section(Compute, "compute"),
    )


def run_with_answers(
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    *,
    seed: int,
    runs: int,
    **how: Any,
) -> None:
    """The experiment, and what each modality's answer is by itself."""
    make = answering(make, work)
    run_initialisations(make, features, work, folder, seed=seed, runs=runs, **how)
    keep_answers(folder, work, range(seed, seed + runs))


if __name__ == "__main__":
    run(nmcl_run)
