"""DARE, Tables 3 to 5: one method on one corpus of micro-videos, from every initialisation."""

from functools import partial

from _paths import runs
from _stage import run
from _train import train
from _venues import hyper_parameters, run_initialisations, sound_files, tree_files, videos_of

from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Venues


def dare_run(corpus: str, method: str) -> None:
    paper = read_section(Venues, "dare.venues")
    values = hyper_parameters(paper, corpus, method)
    train(
        method,
        values,
        videos_of(corpus),
        partial(run_initialisations, paper),
        runs(corpus, "dare", "venues") / method,
        stage="dare_run",
        compute=read_section(Compute, "compute"),
        salt=[paper.seed, paper.runs],
        inputs=[*sound_files(corpus), *tree_files(values)],
    )


if __name__ == "__main__":
    run(dare_run)
