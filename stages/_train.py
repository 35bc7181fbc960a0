"""Training one method for one table: what the papers' training stages share."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from _code import code_of
from _stage import log, read, work_folder, wrote

from tfrepro.evaluation.embedder import Embedder
from tfrepro.evaluation.method import Method
from tfrepro.features.feature_set import read_feature_set
from tfrepro.methods import METHODS, make_method
from tfrepro.settings.base import Section
from tfrepro.settings.shared import Compute


def train(
    method: str,
    hyper_parameters: Section,
    features_folder: Path,
    experiment: Callable[..., None],
    folder: Path,
    *,
    stage: str,
    compute: Compute,
    salt: object = None,
    inputs: Sequence[Path] = (),
    parts: Sequence[str] = (),
) -> None:
    """Run an experiment with a method and write ``folder``; finished fits survive a kill.

    ``experiment(make, features, work, folder, jobs=, info=, title=)`` makes and fits the
    method as often as it needs, keeps finished fits in ``work``, and writes ``folder``.
    ``salt`` is whatever it depends on besides, ``inputs`` are files besides the features
    that the method reads, ``parts`` the code that made them.
    """
    features = read_feature_set(read(features_folder))
    made_by = features.meta["code"] | code_of(f"stages/{stage}", f"methods/{method}", *parts)
    info = {
        "method": method,
        "hyper_parameters": hyper_parameters.model_dump(mode="json"),
        "corpus": features.meta["corpus"],
        "code": made_by,
    }
    salt = json.dumps([info, salt, compute.precision], sort_keys=True)
    make, jobs = partial(make_method, method, hyper_parameters), compute.jobs
    if METHODS[method].keras:
        make, jobs, where = _on_device(make, compute)
        info["compute"] = where
        log.info("%s runs on %s, %d at a time", method, where, jobs)
    name = f"{stage}-{features.meta['corpus']['name']}-{folder.name}"
    with work_folder(name, *features_folder.iterdir(), *inputs, salt=salt) as work:
        experiment(make, features, work, folder, jobs=jobs, info=info, title=name)
    wrote(folder)


def _on_device(make: Any, compute: Compute) -> tuple[Any, int, dict[str, str]]:
    """``make`` with the device set up first in whichever process calls it."""
    from tfrepro.models.devices import configure, processes

    where = configure(compute.device, compute.precision)
    jobs = processes(compute.jobs, where["device"])
    # One thread each: processes that share the cores do not wait for one another,
    # and sums are added in the same order on every machine.
    setup = partial(configure, compute.device, compute.precision, threads=1)
    return partial(_make_there, setup, make), jobs, where


def _make_there(setup: Any, make: Any, seed: int) -> Method | Embedder:
    setup()
    return make(seed)
