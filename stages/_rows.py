"""All rows of a paper's tables on one corpus: trained side by side, and kept while they fit.

One stage for all rows starts TensorFlow once a core instead of once a row. A row that is there
is kept if the code, settings and features behind it are those of today, so a new method, or a
new value for one, trains that row alone.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import joblib
from _code import code_of
from _stage import log
from _train import train
from threadpoolctl import threadpool_limits

from tfrepro.evaluation.pieces import make_missing
from tfrepro.files import read_json, sha256, write_json
from tfrepro.methods import METHODS
from tfrepro.settings.base import Section
from tfrepro.settings.shared import Compute

STAMP = "made_from.json"


@dataclass(frozen=True)
class Row:
    """What one row is trained from.

    Attributes
    ----------
    hyper_parameters : of its method
    experiment : see :func:`_train.train`
    salt : whatever the experiment depends on besides
    inputs : files that the method reads besides the features
    """

    hyper_parameters: Section
    experiment: Callable[..., None]
    salt: Any = None
    inputs: tuple[Path, ...] = ()


def train_rows(
    rows: Mapping[str, Row], features: Path, folder: Path, *, stage: str, compute: Compute
) -> None:
    """Bring ``folder``, with a folder for every row, up to date.

    Parameters
    ----------
    rows : method -> its row
    features : folder of the feature set that all are trained on
    """
    stamps = _stamps(rows, features, stage, compute.precision)
    kept = {name for name, stamp in stamps.items() if _stamp_in(folder / name) == stamp}
    _remove_others(folder, kept)
    log.info("%d of %d rows are up to date", len(kept), len(rows))
    jobs = _jobs([name for name in rows if name not in kept], compute)
    makers = {
        folder / name: partial(_train_row, name, row, features, stage, compute, stamps[name])
        for name, row in rows.items()
    }
    make_missing(makers, jobs=jobs, title=stage, unit="row")


def _train_row(
    method: str, row: Row, features: Path, stage: str, compute: Compute, stamp: str, folder: Path
) -> None:
    # One thread, as networks have: sums come out the same however many rows run beside this one.
    with threadpool_limits(1):
        train(
            method,
            row.hyper_parameters,
            features,
            row.experiment,
            folder,
            stage=stage,
            compute=compute.model_copy(update={"jobs": 1}),
            salt=row.salt,
            inputs=row.inputs,
        )
    # Last: a row without it is trained again.
    write_json(folder / STAMP, stamp)


def _stamps(rows: Mapping[str, Row], features: Path, stage: str, precision: str) -> dict[str, str]:
    """Row -> a checksum of all that it is trained from."""
    shared = [[file.name, sha256(file)] for file in sorted(features.iterdir())]
    stamps = {}
    for name, row in rows.items():
        values = row.hyper_parameters.model_dump(mode="json")
        files = [sha256(file) for file in row.inputs]
        code = code_of(f"stages/{stage}", f"methods/{name}")
        facts = json.dumps([values, row.salt, files, code, shared, precision], sort_keys=True)
        stamps[name] = hashlib.sha256(facts.encode()).hexdigest()
    return stamps


def _stamp_in(folder: Path) -> str | None:
    file = folder / STAMP
    return read_json(file) if file.is_file() else None


def _remove_others(folder: Path, kept: Iterable[str]) -> None:
    for other in folder.glob("*"):
        if other.name not in kept:
            shutil.rmtree(other)


def _jobs(todo: list[str], compute: Compute) -> int:
    """Processes to train rows in: one where a GPU does the work."""
    jobs = min(joblib.effective_n_jobs(compute.jobs), len(todo))
    if jobs < 2 or compute.device == "cpu" or not any(METHODS[name].keras for name in todo):
        return max(jobs, 1)
    # Asked where rows will be trained: this process does without TensorFlow, slow to start.
    ask = joblib.delayed(_device)(compute.device, compute.precision)
    devices = joblib.Parallel(n_jobs=jobs)([ask] * jobs)
    return jobs if set(devices) <= {"cpu", "auto"} else 1


def _device(device: str, precision: str) -> str:
    from tfrepro.models.devices import configure

    return configure(device, precision, threads=1)["device"]
