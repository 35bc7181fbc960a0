"""EASTERN, Tables 1 to 3: every method on one corpus of micro-videos, on every draw."""

from functools import partial

from _paths import runs
from _rows import Row, train_rows
from _sequence_splits import run_splits
from _stage import run
from _venue_paths import files_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.settings.eastern import EasternPaper, Splits
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def eastern_run(corpus: str) -> None:
    paper = read_section(EasternPaper, "eastern")
    splits = read_section(Splits, "eastern.splits")
    experiment = partial(run_splits, splits, corpus, seed=paper.seed)
    salt = [splits.model_dump(mode="json"), paper.seed]
    rows = {}
    for method, own in paper.methods.items():
        values = hyper_parameters(
            method, own, paper.deep, paper.overrides[corpus], prefix="eastern.methods"
        )
        inputs = files_of(getattr(values, "tree_folder", None))
        rows[method] = Row(values, experiment, salt, tuple(inputs))
    train_rows(
        rows,
        videos_of(corpus),
        runs(corpus, "eastern", "venues"),
        stage="eastern_run",
        compute=read_section(Compute, "compute"),
    )


if __name__ == "__main__":
    run(eastern_run)
