"""EASTERN, Tables 1 to 3: one method on one corpus of micro-videos, on every draw."""

from functools import partial

from _paths import runs
from _sequence_splits import run_splits
from _stage import run
from _train import train
from _venue_paths import files_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.settings.eastern import EasternPaper, Splits
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def eastern_run(corpus: str, method: str) -> None:
    paper = read_section(EasternPaper, "eastern")
    splits = read_section(Splits, "eastern.splits")
    values = hyper_parameters(
        method,
        paper.methods[method],
        paper.deep,
        paper.overrides[corpus],
        prefix="eastern.methods",
    )
    train(
        method,
        values,
        videos_of(corpus),
        partial(run_splits, splits, corpus, seed=paper.seed),
        runs(corpus, "eastern", "venues") / method,
        stage="eastern_run",
        compute=read_section(Compute, "compute"),
        salt=[splits.model_dump(mode="json"), paper.seed],
        inputs=files_of(getattr(values, "tree_folder", None)),
    )


if __name__ == "__main__":
    run(eastern_run)
