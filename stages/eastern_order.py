"""EASTERN on planted sequences: the order of events on, shuffled, and off."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _code import code_of
from _paths import metrics
from _planted_sets import parts_of, plant, score_methods, with_effects
from _stage import log, run, work_folder, wrote
from _venue_settings import hyper_parameters

from tfrepro.corpora.microvideos.planted_sequences import CARD
from tfrepro.errors import UserError
from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.pieces import make_missing
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table
from tfrepro.features.shuffled_time import shuffled_time
from tfrepro.features.time_averages import with_time_averages
from tfrepro.files import read_json, write_json
from tfrepro.methods import METHODS
from tfrepro.settings.base import Section
from tfrepro.settings.eastern import EasternPaper, OrderStudy
from tfrepro.settings.microvideos import PlantedVideos
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

REFERENCE = "eastern"
TEST = "paired t-test over the planted sets, one-tailed: does eastern score higher?"
CONDITIONS = ("on", "shuffled", "off")


def eastern_order(corpus: str) -> None:
    paper = read_section(EasternPaper, "eastern")
    study = read_section(OrderStudy, "eastern.order")
    settings = read_section(PlantedVideos, "microvideos.planted-sequences")
    compute = read_section(Compute, "compute")
    code = code_of("stages/eastern_order", *(f"methods/{name}" for name in study.methods))
    if settings.sequences is None:
        raise UserError("microvideos.planted-sequences.sequences = null: the study needs some")
    methods = {
        name: hyper_parameters(
            name,
            paper.methods[name],
            paper.deep,
            paper.overrides[corpus],
            prefix="eastern.methods",
        )
        for name in study.methods
    }
    salt = f"{methods} {study} {settings} {code} {paper.seed} {compute.precision}"
    tasks = [(condition, seed) for seed in range(study.runs) for condition in CONDITIONS]
    with work_folder(f"eastern_order-{corpus}", salt=salt) as work:
        makers = {
            work / f"{condition}-{seed}.json": partial(
                _score, methods, study.order, condition, settings, paper.seed, seed, compute
            )
            for condition, seed in tasks
        }
        make_missing(makers, jobs=compute.jobs, title="planted sets", unit="set")
        found = {task: read_json(work / f"{task[0]}-{task[1]}.json") for task in tasks}
        _write(corpus, study, settings, found, code)


def _score(
    methods: Mapping[str, Section],
    order: float,
    condition: str,
    settings: PlantedVideos,
    first: int,
    seed: int,
    compute: Compute,
    file: Path,
) -> None:
    """Plant a set, fit every method on it, and write what each scores on the test part."""
    if any(METHODS[name].keras for name in methods):
        from tfrepro.models.devices import configure

        configure(compute.device, compute.precision, threads=1)
    strength = 0.0 if condition == "off" else order
    features = plant(with_effects(settings, seed, order=strength), file.with_suffix(""))
    if condition == "shuffled":
        features = shuffled_time(features, np.random.default_rng([first, seed]))
    parts = {name: with_time_averages(some) for name, some in parts_of(features).items()}
    scores = score_methods(methods, first + seed, parts)
    log.info("%s %s", file.stem, scores)
    write_json(file, scores)


def _write(
    corpus: str,
    study: OrderStudy,
    settings: PlantedVideos,
    found: Mapping[tuple[str, int], Mapping[str, Any]],
    code: Mapping[str, str],
) -> None:
    facts = CorpusFacts(
        name=CARD.name,
        title=CARD.title,
        stands_in_for=CARD.stands_in_for,
        sizes={"items": settings.videos, "classes": settings.classes},
        checksum="",
    )
    protocol = {
        "sets": f"{study.runs} planted sets, each split into train, valid and test",
        "order_on": f"events of strength {study.order}, which twin classes play in another order",
        "order_shuffled": "the same sets, each video's steps in random order",
        "order_off": "no events: twin classes cannot be told apart",
        "test": TEST,
    }
    rows = {}
    for condition in CONDITIONS:
        scores = {
            name: pd.DataFrame([found[condition, seed][name] for seed in range(study.runs)])
            for name in study.methods
        }
        table = build_table(
            "eastern",
            "order",
            facts,
            protocol,
            scores,
            reference=REFERENCE,
            printed=False,
            code=code,
        )
        for name, row in add_comparisons(table, scores, REFERENCE)["rows"].items():
            rows[f"{name}-order-{condition}"] = row
    write_table(metrics(corpus, "eastern", "order"), {**table, "rows": rows})
    wrote(metrics(corpus, "eastern", "order"))


if __name__ == "__main__":
    run(eastern_order)
