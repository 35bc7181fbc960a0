"""DARE, Tables 3 to 5: every method on one corpus of micro-videos, from every initialisation."""

from functools import partial

from _paths import runs
from _rows import Row, train_rows
from _stage import run
from _venue_paths import files_of, sounds_of, videos_of
from _venue_runs import run_initialisations
from _venue_settings import hyper_parameters

from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Venues

PREFIX = "dare.venues.methods"


def dare_run(corpus: str) -> None:
    paper = read_section(Venues, "dare.venues")
    sounds = sounds_of(corpus)
    experiment = partial(run_initialisations, seed=paper.seed, runs=paper.runs)
    rows = {}
    for method, own in paper.methods.items():
        values = hyper_parameters(
            method, own, paper.deep, paper.overrides[corpus], prefix=PREFIX, sounds=sounds
        )
        tree = getattr(values, "tree_folder", None)
        inputs = (*files_of(sounds), *files_of(tree))
        rows[method] = Row(values, experiment, [paper.seed, paper.runs], inputs)
    train_rows(
        rows,
        videos_of(corpus),
        runs(corpus, "dare", "venues"),
        stage="dare_run",
        compute=read_section(Compute, "compute"),
    )


if __name__ == "__main__":
    run(dare_run)
