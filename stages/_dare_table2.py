"""What the two training stages of DARE's Table 2 share: its splits and what becomes of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.protocols import Split, given_folds, stratified_folds
from tfrepro.evaluation.runs import write_run
from tfrepro.features.feature_set import FeatureSet
from tfrepro.settings.dare import Table2


def cross_validate(
    table: Table2, make: Any, features: FeatureSet, work: Path, folder: Path, **how: Any
) -> None:
    """The experiment: a method over every fold of both protocols."""
    run = run_method(make, features, _protocols(features, table), work, seed=table.seed, **how)
    write_run(folder, run)


def _protocols(features: FeatureSet, table: Table2) -> Mapping[str, Sequence[Split]]:
    """``random``, the paper's cross-validation, and ``grouped``, the corpus' own folds."""
    return {
        "random": stratified_folds(features.y, table.folds, table.seed),
        "grouped": given_folds(features.index["fold"].to_numpy()),
    }
