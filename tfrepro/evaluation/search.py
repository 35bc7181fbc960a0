"""Hyper-parameters chosen on the validation part."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.evaluation.method import Method
from tfrepro.evaluation.pieces import make_missing
from tfrepro.evaluation.scores import evaluate
from tfrepro.evaluation.variants import with_parameters
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.rows import part
from tfrepro.files import read_json, write_json


def combinations(grid: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Every combination of the values of a grid; the last name changes fastest."""
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def search(
    make: Callable[[int], Method],
    features: FeatureSet,
    grid: Mapping[str, Sequence[Any]],
    work: Path,
    *,
    seed: int,
    runs: int,
    jobs: int = 1,
    title: str = "search",
) -> list[dict[str, Any]]:
    """What each combination scores on the validation part; the test part is not looked at.

    Parameters
    ----------
    make : seed -> a fresh method
    features : with a column ``split``; learned from ``train``, scored on ``valid``
    grid : hyper-parameter -> its values
    work : folder of finished fits
    seed, runs : of the first initialisation, and how many there are

    Returns
    -------
    ``values`` and the mean ``micro_f1`` and ``macro_f1``, best Micro-F1 first, of equals the
    one that comes first in the grid.
    """
    work.mkdir(parents=True, exist_ok=True)
    tried = list(combinations(grid))
    makers = {
        work / f"{number}-{run}.json": partial(
            _score, with_parameters(make, **values), features, seed + run
        )
        for number, values in enumerate(tried)
        for run in range(runs)
    }
    make_missing(makers, jobs=jobs, title=title, unit="fit")
    found = []
    for number, values in enumerate(tried):
        scores = [read_json(work / f"{number}-{run}.json") for run in range(runs)]
        means = {name: float(np.mean([s[name] for s in scores])) for name in scores[0]}
        found.append({"values": values, **means})
    return sorted(found, key=lambda entry: -entry["micro_f1"])


def _score(make: Callable[[int], Method], features: FeatureSet, seed: int, file: Path) -> None:
    split = features.index["split"].to_numpy()
    train, valid = (part(features, np.flatnonzero(split == name)) for name in ("train", "valid"))
    method = make(seed).fit(train, valid)
    write_json(file, evaluate(valid.y, method.predict_proba(valid)))
