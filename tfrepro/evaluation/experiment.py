"""A method over every split of every protocol, resumable split by split."""

import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from tqdm import tqdm

from tfrepro.evaluation.method import Method, history_of
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
    seconds : wall time of fitting and predicting
    peak_mb : largest resident set of the process that did it, in MiB
    """

    probabilities: np.ndarray
    history: pd.DataFrame
    seconds: float
    peak_mb: float


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
    todo = [task for task in tasks if not task[3].exists()]
    if todo:
        workers = joblib.Parallel(n_jobs=min(jobs, len(todo)), return_as="generator_unordered")
        done = workers(
            joblib.delayed(_fit_and_save)(make, features, split, split_seed, file)
            for _, split, split_seed, file in todo
        )
        for _ in tqdm(done, total=len(todo), desc=title, unit="split"):
            pass
    return _assemble(features, tasks, dict(info or {}, seed=seed))


def fit_split(method: Method, features: FeatureSet, split: Split) -> Outcome:
    """Fit on the training rows, predict the test rows."""
    start = time.perf_counter()
    train, test = features.take(split.train), features.take(split.test)
    method.fit(train)
    probabilities = np.asarray(method.predict_proba(test), np.float32)
    return Outcome(
        probabilities,
        history_of(method),
        seconds=time.perf_counter() - start,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _fit_and_save(
    make: Callable[[int], Method], features: FeatureSet, split: Split, seed: int, file: Path
) -> None:
    outcome = fit_split(make(seed), features, split)
    with atomic_file(file) as part, open(part, "wb") as out:
        np.savez(
            out,
            probabilities=outcome.probabilities,
            history=np.array(outcome.history.to_json(orient="records")),
            seconds=outcome.seconds,
            peak_mb=outcome.peak_mb,
        )


def _load(file: Path) -> Outcome:
    with np.load(file, allow_pickle=False) as saved:
        return Outcome(
            saved["probabilities"],
            pd.DataFrame(json.loads(str(saved["history"]))),
            float(saved["seconds"]),
            float(saved["peak_mb"]),
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
        costs.append({**where, "seconds": outcome.seconds, "peak_mb": outcome.peak_mb})
    return Run(
        pd.concat(predictions, ignore_index=True),
        np.concatenate(probabilities),
        pd.concat(histories, ignore_index=True),
        info | {"classes": list(features.classes), "costs": costs},
    )
