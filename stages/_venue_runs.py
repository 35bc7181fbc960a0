"""A method from every initialisation, for tables whose test is over initialisations."""

from pathlib import Path
from typing import Any

from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.runs import write_run
from tfrepro.evaluation.validated import initialisations, validated
from tfrepro.features.feature_set import FeatureSet

# With so few videos, all fits take less time than TensorFlow to start in another process.
FEW = 600


def run_initialisations(
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    *,
    seed: int,
    runs: int,
    jobs: int,
    **how: Any,
) -> None:
    """The experiment: the method from every initialisation, scored on the test part."""
    splits = initialisations(features.index["split"].to_numpy(), runs)
    jobs = 1 if len(features) <= FEW else jobs
    run = run_method(validated(make), features, {"test": splits}, work, seed=seed, jobs=jobs, **how)
    write_run(folder, run)
