"""DARE, Tables 3 to 5: one method on one corpus of micro-videos, from every initialisation."""

from functools import partial

from _paths import runs
from _stage import run
from _train import train
from _venue_paths import files_of, sounds_of, videos_of
from _venue_runs import run_initialisations
from _venue_settings import hyper_parameters

from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Venues

PREFIX = "dare.venues.methods"


def dare_run(corpus: str, method: str) -> None:
    paper = read_section(Venues, "dare.venues")
    sounds = sounds_of(corpus)
    values = hyper_parameters(
        method,
        paper.methods[method],
        paper.deep,
        paper.overrides[corpus],
        prefix=PREFIX,
        sounds=sounds,
    )
    tree = getattr(values, "tree_folder", None)
    train(
        method,
        values,
        videos_of(corpus),
        partial(run_initialisations, seed=paper.seed, runs=paper.runs),
        runs(corpus, "dare", "venues") / method,
        stage="dare_run",
        compute=read_section(Compute, "compute"),
        salt=[paper.seed, paper.runs],
        inputs=[*files_of(sounds), *files_of(tree)],
    )


if __name__ == "__main__":
    run(dare_run)
