"""A method over every split of every protocol, resumable split by split."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.evaluation.method import Method, history_of
from tfrepro.evaluation.pieces import Cost, make_missing, measured
from tfrepro.evaluation.protocols import Split
from tfrepro.evaluation.runs import Run
from tfrepro.features.feature_set import FeatureSet
from tfrepro.files import atomic_file


@dataclass(frozen=True)
class Outcome:
    """What one split left behind.

    Attributes
    ----------
    probabilities : (len(split.test), K) float32
    history : training curves, possibly empty
    cost : of fitting and predicting
    """

    probabilities: np.ndarray
    history: pd.DataFrame
    cost: Cost


def run_method(
    make: Callable[[int], Method],
    features: FeatureSet,
    protocols: Mapping[str, Sequence[Split]],
    work: Path,
    *,
    seed: int,
    jobs: int = 1,
    info: Mapping[str, Any] | None = None,
    title: str = "splits",
) -> Run:
    """Fit and predict on every split; finished splits in ``work`` are not done again.

    Parameters
    ----------
    make : seed -> a fresh method; must pickle when ``jobs`` is not 1
    protocols : name -> splits of ``features``
    work : folder of finished splits, which must belong to just these arguments;
        whoever calls removes it when the run is safe
    seed : split ``i`` of each protocol is given ``seed + i``
    jobs : processes; -1 for one a core
    info : what is known about the run besides, for ``run.json``
    """
    work.mkdir(parents=True, exist_ok=True)
    tasks = [
        (name, split, seed + number, work / f"{name}-{split.name}.npz")
        for name, splits in protocols.items()
        for number, split in enumerate(splits)
    ]
    makers = {
        file: partial(_fit_and_save, make, features, split, split_seed)
        for _, split, split_seed, file in tasks
    }
    make_missing(makers, jobs=jobs, title=title, unit="split")
    return _assemble(features, tasks, dict(info or {}, seed=seed))


def fit_split(method: Method, features: FeatureSet, split: Split) -> Outcome:
    """Fit on the training rows, predict the test rows."""
    with measured() as cost:
        train, test = features.take(split.train), features.take(split.test)
        method.fit(train)
        probabilities = np.asarray(method.predict_proba(test), np.float32)
    return Outcome(probabilities, history_of(method), cost)


def _fit_and_save(
    make: Callable[[int], Method], features: FeatureSet, split: Split, seed: int, file: Path
) -> None:
    outcome = fit_split(make(seed), features, split)
    with atomic_file(file) as part, open(part, "wb") as out:
        np.savez(
            out,
            probabilities=outcome.probabilities,
            history=np.array(outcome.history.to_json(orient="records")),
            **asdict(outcome.cost),
        )


def _load(file: Path) -> Outcome:
    with np.load(file, allow_pickle=False) as saved:
        return Outcome(
            saved["probabilities"],
            pd.DataFrame(json.loads(str(saved["history"]))),
            Cost(float(saved["seconds"]), float(saved["peak_mb"])),
        )


def _assemble(
    features: FeatureSet, tasks: Sequence[tuple[str, Split, int, Path]], info: dict[str, Any]
) -> Run:
    predictions, probabilities, histories, costs = [], [], [], []
    for protocol, split, _, file in tasks:
        outcome = _load(file)
        where = {"protocol": protocol, "split": split.name}
        part = features.index.iloc[split.test]
        predictions.append(
            pd.DataFrame({**where, "id": part["id"].to_numpy(), "y": features.y[split.test]})
        )
        probabilities.append(outcome.probabilities)
        histories.append(outcome.history.assign(**where))
        costs.append({**where, **asdict(outcome.cost)})
    return Run(
        pd.concat(predictions, ignore_index=True),
        np.concatenate(probabilities),
        pd.concat(histories, ignore_index=True),
        info | {"classes": list(features.classes), "costs": costs},
    )
