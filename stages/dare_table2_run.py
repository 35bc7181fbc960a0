"""DARE, Table 2: every method on one sound corpus, over every fold."""

from functools import partial

from _dare_table2 import cross_validate
from _paths import runs, sound_features
from _rows import Row, train_rows
from _stage import run

from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.dare import Table2
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def dare_table2_run(corpus: str) -> None:
    table = read_section(Table2, "dare.table2")
    experiment, salt = partial(cross_validate, table), [table.folds, table.seed]
    rows = {
        name: Row(read_hyper_parameters(name, own, prefix="dare.table2.methods"), experiment, salt)
        for name, own in table.methods.items()
    }
    train_rows(
        rows,
        sound_features(corpus),
        runs(corpus, "dare", "table2") / "rows",
        stage="dare_table2_run",
        compute=read_section(Compute, "compute"),
    )


if __name__ == "__main__":
    run(dare_table2_run)
