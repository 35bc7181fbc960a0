"""DARE, Table 2: one method on one sound corpus, over every fold."""

from functools import partial

from _dare_table2 import cross_validate
from _paths import runs, sound_features
from _stage import run
from _train import train

from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.dare import Table2
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def dare_table2_run(corpus: str, method: str) -> None:
    table = read_section(Table2, "dare.table2")
    train(
        method,
        read_hyper_parameters(method, table.methods[method], prefix="dare.table2.methods"),
        sound_features(corpus),
        partial(cross_validate, table),
        runs(corpus, "dare", "table2") / method,
        stage="dare_table2_run",
        compute=read_section(Compute, "compute"),
        salt=[table.folds, table.seed],
    )


if __name__ == "__main__":
    run(dare_table2_run)
