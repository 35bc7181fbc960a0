"""DARE on planted videos: effects turned on and off, to see which method uses them."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from _code import code_of
from _paths import metrics
from _planted_sets import parts_of, plant, score_methods, with_effects
from _stage import log, run, work_folder, wrote
from _venue_settings import hyper_parameters

from tfrepro.corpora.microvideos.planted import CARD
from tfrepro.errors import UserError
from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.pieces import make_missing
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table
from tfrepro.files import read_json, write_json
from tfrepro.methods import METHODS
from tfrepro.settings.microvideos import MicroVideos, PlantedVideos
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import PlantedStudy, Venues

REFERENCE = "dare"
PREFIX = "dare.venues.methods"
TEST = "paired t-test over the planted sets, one-tailed: does dare score higher?"


def dare_planted(corpus: str) -> None:
    paper = read_section(Venues, "dare.venues")
    study = read_section(PlantedStudy, "dare.venues.planted")
    settings = read_section(MicroVideos, "microvideos").planted
    compute = read_section(Compute, "compute")
    code = code_of("stages/dare_planted", *(f"methods/{name}" for name in study.methods))
    if not settings.external:
        raise UserError("microvideos.planted.external = 0: the study needs external sounds")
    salt = f"{paper} {study} {settings} {code} {compute.precision}"
    tasks = [(strength, seed) for strength in study.external for seed in range(study.runs)]
    with work_folder(f"dare_planted-{corpus}", salt=salt) as work:
        makers = {
            work / f"{strength}-{seed}.json": partial(
                _score,
                paper,
                study,
                compute,
                with_effects(settings, seed, external=strength),
                paper.seed + seed,
                corpus,
            )
            for strength, seed in tasks
        }
        make_missing(makers, jobs=compute.jobs, title="planted sets", unit="set")
        found = {task: read_json(work / f"{task[0]}-{task[1]}.json") for task in tasks}
        _write(corpus, study, settings, found, code)


def _score(
    paper: Venues,
    study: PlantedStudy,
    compute: Compute,
    settings: PlantedVideos,
    seed: int,
    corpus: str,
    file: Path,
) -> None:
    """Plant a set, fit every method on it, and write what each scores on the test part."""
    if any(METHODS[name].keras for name in study.methods):
        from tfrepro.models.devices import configure

        configure(compute.device, compute.precision, threads=1)
    home = file.with_suffix("")
    parts = parts_of(plant(settings, home))
    methods = {
        name: hyper_parameters(
            name,
            paper.methods[name],
            paper.deep,
            paper.overrides[corpus],
            prefix=PREFIX,
            sounds=home / "sounds",
        )
        for name in study.methods
    }
    scores = score_methods(methods, seed, parts)
    log.info("%s %s", file.stem, scores)
    write_json(file, scores)


def _write(
    corpus: str,
    study: PlantedStudy,
    settings: PlantedVideos,
    found: Mapping[tuple[float, int], Mapping[str, Any]],
    code: Mapping[str, str],
) -> None:
    facts = CorpusFacts(
        name=CARD.name,
        title=CARD.title,
        stands_in_for=CARD.stands_in_for,
        sizes={
            "items": settings.videos,
            "classes": settings.classes,
            "external_sounds": settings.external,
        },
        checksum="",
    )
    protocol = {
        "sets": f"{study.runs} planted sets, each split into train, valid and test",
        "missing": "what a video lacks is zeros",
        "external": "strength of the concepts shared by videos and sounds, in percent",
        "test": TEST,
    }
    rows = {}
    for strength in study.external:
        scores = {
            name: pd.DataFrame([found[strength, seed][name] for seed in range(study.runs)])
            for name in study.methods
        }
        table = build_table(
            "dare",
            "effects",
            facts,
            protocol,
            scores,
            reference=REFERENCE,
            printed=False,
            code=code,
        )
        for name, row in add_comparisons(table, scores, REFERENCE)["rows"].items():
            rows[f"{name}-external-{round(100 * strength)}"] = row
    write_table(metrics(corpus, "dare", "effects"), {**table, "rows": rows})
    wrote(metrics(corpus, "dare", "effects"))


if __name__ == "__main__":
    run(dare_planted)
