"""EASTERN's experiment: a method on draws of a test part, or on a corpus' own split."""

from pathlib import Path
from typing import Any

from _venue_runs import run_initialisations

from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.hold_out import held_out, resampled
from tfrepro.evaluation.runs import write_run
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.time_averages import with_time_averages
from tfrepro.settings.eastern import Splits

PROTOCOL = "test"


def run_splits(
    splits: Splits,
    corpus: str,
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    *,
    seed: int,
    **how: Any,
) -> None:
    """Fit and predict on every draw, or from every initialisation on an official split."""
    if corpus not in splits.own_vectors:
        features = with_time_averages(features)
    if corpus in splits.official:
        run_initialisations(
            make, features, work, folder, seed=seed, runs=splits.initialisations, **how
        )
        return
    draws = resampled(features, splits.draws_of(corpus), splits.test, seed)
    make = held_out(make, splits.hold_out)
    write_run(folder, run_method(make, features, {PROTOCOL: draws}, work, seed=seed, **how))


def facts_of(splits: Splits, corpus: str, seed: int) -> dict[str, Any]:
    """What a table says of them."""
    vectors = "means of the sequences"
    if corpus in splits.own_vectors:
        vectors = "the corpus' own; conv takes means of the sequences"
    facts = {"seed": seed, "methods_without_order_see": vectors}
    if corpus in splits.official:
        return {
            "splits": "the corpus' own",
            "initialisations": splits.initialisations,
            "watched_on": "the validation part, by which the best epoch is chosen",
            **facts,
        }
    watched = "nothing: all epochs, and the last weights, as in the paper"
    if splits.hold_out is not None:
        watched = f"{splits.hold_out:.0%} of the training part, by which the best epoch is chosen"
    return {
        "splits": "random draws of a test part that keep groups together",
        "draws": splits.draws_of(corpus),
        "tested_on": f"{splits.test:.0%} of the videos",
        "watched_on": watched,
        "features": "learned, without labels, on the training part of one split",
        **facts,
    }
