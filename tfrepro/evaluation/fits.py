"""Fits that leave data frames behind, resumable fit by fit.

A run on disk is a folder:

- ``<frame>.parquet``: a frame of each fit one below the other, with columns that tell the fits
  apart
- ``run.json``: what is known of the run, and ``costs``: seconds and peak memory of each fit

A folder that exists is whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from tfrepro.errors import UserError
from tfrepro.evaluation.pieces import make_missing, measured
from tfrepro.files import atomic_folder, read_json, write_json

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Fit:
    """One fit of a method.

    Attributes
    ----------
    where : what tells it from the others: column -> value
    work : does it; must pickle when fits are done in processes of their own. Every fit of a run
        gives frames of the same names.
    facts : what else to note of it, beside its cost
    """

    where: Mapping[str, Any]
    work: Callable[[], Frames]
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        return "_".join(str(value) for value in self.where.values())


@dataclass(frozen=True)
class FittedFrames:
    """What a run left behind.

    Attributes
    ----------
    frames : name -> frame
    info : what ``run.json`` holds
    """

    frames: Mapping[str, pd.DataFrame]
    info: Mapping[str, Any]

    @property
    def costs(self) -> pd.DataFrame:
        """A row a fit: what tells it from the others, its facts, ``seconds`` and ``peak_mb``."""
        return pd.DataFrame(self.info["costs"])


def run_fits(
    fits: Sequence[Fit],
    work: Path,
    folder: Path,
    *,
    jobs: int = 1,
    info: Mapping[str, Any] | None = None,
    title: str = "fits",
) -> FittedFrames:
    """Do every fit that is not in ``work`` yet, and write the run.

    Parameters
    ----------
    work : folder of finished fits; it must belong to just these arguments, and whoever calls
        removes it when the run is safe
    folder : the run's
    jobs : processes; -1 for one a core
    info : what is known about the run besides, for ``run.json``
    """
    makers = {work / fit.name: partial(_do, fit) for fit in fits}
    make_missing(makers, jobs=jobs, title=title, unit="fit")
    with atomic_folder(folder) as part:
        for name in sorted(file.stem for file in (work / fits[0].name).glob("*.parquet")):
            frames = [
                pd.read_parquet(work / fit.name / f"{name}.parquet").assign(**fit.where)
                for fit in fits
            ]
            pd.concat(frames, ignore_index=True).to_parquet(part / f"{name}.parquet", index=False)
        costs = [
            {**fit.where, **fit.facts, **read_json(work / fit.name / "cost.json")} for fit in fits
        ]
        write_json(part / "run.json", dict(info or {}, costs=costs))
    return read_fits(folder)


def read_fits(folder: Path) -> FittedFrames:
    """The run in a folder; UserError if there is none."""
    try:
        info = read_json(folder / "run.json")
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to train it") from None
    return FittedFrames(
        {file.stem: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}, info
    )


def _do(fit: Fit, folder: Path) -> None:
    with measured() as cost:
        frames = fit.work()
    with atomic_folder(folder) as part:
        for name, frame in frames.items():
            frame.to_parquet(part / f"{name}.parquet", index=False)
        write_json(part / "cost.json", asdict(cost))
