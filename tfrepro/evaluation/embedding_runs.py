"""A run of a retrieval method: what it made of the held-out videos, for any score later.

On disk it is a folder:

- ``videos.parquet``: ``id`` of the held-out videos, row for row as in the arrays
- ``<training>/seed-<s>/``: the :class:`~tfrepro.features.embeddings.Embeddings` of one fit,
  an array a file; ``<training>`` is ``all`` or ``videos-<n>``, the videos trained on
- ``all/seed-<s>/model/``: the trained networks of the first seed, for methods that save them
- ``history.parquet``: what training logged, with ``training`` and ``seed``
- ``run.json``: method, hyper-parameters, corpus, seconds and peak memory of each fit,
  device and versions

A folder that exists is whole. Arrays are memory-mapped when read.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.evaluation.embedder import Embedder
from tfrepro.evaluation.method import history_of
from tfrepro.evaluation.pieces import make_missing, measured
from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet
from tfrepro.files import atomic_folder, read_json, write_json

ALL = "all"


@dataclass(frozen=True)
class Training:
    """One fit.

    Attributes
    ----------
    name : ``all`` or ``videos-<n>``
    rows : of the videos to train on
    seed : of the method
    """

    name: str
    rows: np.ndarray
    seed: int

    @property
    def folder(self) -> str:
        return f"{self.name}/seed-{self.seed}"


@dataclass(frozen=True)
class EmbeddingRun:
    """What a method left behind.

    Attributes
    ----------
    folder : where it is
    ids : (N,) of the held-out videos
    history : training curves, possibly empty
    info : what ``run.json`` holds
    """

    folder: Path
    ids: np.ndarray
    history: pd.DataFrame
    info: Mapping[str, Any]

    @property
    def trainings(self) -> dict[str, int]:
        """``all`` and whatever else it was trained on -> how many videos that is."""
        return {cost["training"]: cost["videos"] for cost in self.info["costs"]}

    def seeds(self, training: str = ALL) -> tuple[int, ...]:
        costs = self.info["costs"]
        return tuple(cost["seed"] for cost in costs if cost["training"] == training)

    def embeddings(self, seed: int, training: str = ALL) -> Embeddings:
        """What the fit with that seed made of the held-out videos; UserError if there is none."""
        if seed not in self.seeds(training):
            raise UserError(f"{self.folder}: has no training {training} with seed {seed}")
        folder = self.folder / training / f"seed-{seed}"
        return Embeddings.from_arrays(
            {
                file.stem: np.load(file, mmap_mode="r", allow_pickle=False)
                for file in sorted(folder.glob("*.npy"))
            }
        )


def training_subsets(
    rows: np.ndarray, sizes: Sequence[int], seeds: Sequence[int]
) -> list[Training]:
    """All of ``rows``, and random subsets of the given sizes, with every seed.

    With one seed the smaller subsets are parts of the larger ones.
    Raises UserError if a size is larger than there are rows.
    """
    for size in sizes:
        if size > len(rows):
            raise UserError(
                f"fewer_videos: {size} is too many, there are only {len(rows)} to train on"
            )
    return [Training(ALL, rows, seed) for seed in seeds] + [
        Training(f"videos-{size}", np.sort(_shuffled(rows, seed)[:size]), seed)
        for size in sizes
        for seed in seeds
    ]


def _shuffled(rows: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(rows)


def run_embedder(
    make: Callable[[int], Embedder],
    features: FeatureSet,
    trainings: Sequence[Training],
    held_out: np.ndarray,
    work: Path,
    folder: Path,
    *,
    jobs: int = 1,
    info: Mapping[str, Any] | None = None,
    title: str = "trainings",
) -> EmbeddingRun:
    """Fit every training, embed the held-out rows, and write the run.

    Parameters
    ----------
    make : seed -> a fresh method; must pickle when ``jobs`` is not 1
    work : folder of finished fits, which are not done again; it must belong to just
        these arguments, and whoever calls removes it when the run is safe
    folder : the run's
    info : what is known about the run besides, for ``run.json``
    """
    first = trainings[0].seed
    makers = {
        work / training.folder: partial(_fit_and_save, make, features, training, held_out, first)
        for training in trainings
    }
    make_missing(makers, jobs=jobs, title=title, unit="fit")
    with atomic_folder(folder) as part:
        histories, costs = [], []
        for training in trainings:
            shutil.copytree(
                work / training.folder,
                part / training.folder,
                ignore=shutil.ignore_patterns("outcome.json"),
            )
            outcome = read_json(work / training.folder / "outcome.json")
            where = {"training": training.name, "seed": training.seed}
            histories.append(pd.DataFrame(outcome["history"]).assign(**where))
            costs.append({**where, "videos": len(training.rows), **outcome["cost"]})
        features.index[["id"]].iloc[held_out].to_parquet(part / "videos.parquet", index=False)
        pd.concat(histories, ignore_index=True).to_parquet(part / "history.parquet", index=False)
        write_json(part / "run.json", dict(info or {}, costs=costs))
    return read_embedding_run(folder)


def _fit_and_save(
    make: Callable[[int], Embedder],
    features: FeatureSet,
    training: Training,
    held_out: np.ndarray,
    first_seed: int,
    folder: Path,
) -> None:
    method = make(training.seed)
    with measured() as cost:
        method.fit(features.take(training.rows))
        embeddings = method.embed(features.take(held_out))
    with atomic_folder(folder) as part:
        for name, array in embeddings.arrays().items():
            np.save(part / f"{name}.npy", array)
        if training.name == ALL and training.seed == first_seed and hasattr(method, "save"):
            method.save(part / "model")
        history = json.loads(history_of(method).to_json(orient="records"))
        write_json(part / "outcome.json", {"history": history, "cost": asdict(cost)})


def read_embedding_run(folder: Path) -> EmbeddingRun:
    """The run in a folder; UserError if there is none."""
    try:
        return EmbeddingRun(
            folder,
            pd.read_parquet(folder / "videos.parquet")["id"].to_numpy(),
            pd.read_parquet(folder / "history.parquet"),
            read_json(folder / "run.json"),
        )
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to train it") from None
