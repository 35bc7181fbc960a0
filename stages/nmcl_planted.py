"""NMCL on planted videos: what modalities share, and what each has alone, up and down."""

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
from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.pieces import make_missing
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table
from tfrepro.files import read_json, write_json
from tfrepro.methods import METHODS
from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import MicroVideos, PlantedVideos
from tfrepro.settings.nmcl import CooperationStudy, NmclPaper
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

REFERENCE = "nmcl"
TEST = "paired t-test over the planted sets, one-tailed: does nmcl score higher?"


def nmcl_planted(corpus: str) -> None:
    paper = read_section(NmclPaper, "nmcl")
    study = read_section(CooperationStudy, "nmcl.planted")
    settings = read_section(MicroVideos, "microvideos").planted
    # Sounds of their own are of no use to these methods.
    settings = settings.model_copy(update={"external": 0})
    compute = read_section(Compute, "compute")
    code = code_of("stages/nmcl_planted", *(f"methods/{name}" for name in study.methods))
    methods = {
        name: hyper_parameters(
            name,
            paper.methods[name],
            paper.deep,
            paper.overrides[corpus],
            prefix="nmcl.methods",
        )
        for name in study.methods
    }
    tasks = [
        (effect, strength, seed)
        for effect, strengths in study.effects.items()
        for strength in strengths
        for seed in range(study.runs)
    ]
    salt = f"{methods} {study} {settings} {code} {paper.seed} {compute.precision}"
    with work_folder(f"nmcl_planted-{corpus}", salt=salt) as work:
        files = {task: work / "{}-{}-{}.json".format(*task) for task in tasks}
        makers = {
            files[effect, strength, seed]: partial(
                _score,
                methods,
                with_effects(settings, seed, **{effect: strength}),
                paper.seed + seed,
                compute,
            )
            for effect, strength, seed in tasks
        }
        make_missing(makers, jobs=compute.jobs, title="planted sets", unit="set")
        _write(corpus, study, settings, {task: read_json(files[task]) for task in tasks}, code)


def _score(
    methods: Mapping[str, Section],
    settings: PlantedVideos,
    seed: int,
    compute: Compute,
    file: Path,
) -> None:
    """Plant a set, fit every method on it, and write what each scores on the test part."""
    if any(METHODS[name].keras for name in methods):
        from tfrepro.models.devices import configure

        configure(compute.device, compute.precision, threads=1)
    scores = score_methods(methods, seed, parts_of(plant(settings, file.with_suffix(""))))
    log.info("%s %s", file.stem, scores)
    write_json(file, scores)


def _write(
    corpus: str,
    study: CooperationStudy,
    settings: PlantedVideos,
    found: Mapping[tuple[str, float, int], Mapping[str, Any]],
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
        "missing": "what a video lacks is zeros",
        "consistent": "strength of what all modalities of a video show, in percent",
        "complementary": "strength of what each of them shows alone, in percent",
        "other_effects": "as the planted corpus has them",
        "test": TEST,
    }
    rows = {}
    for effect, strength in dict.fromkeys(task[:2] for task in found):
        scores = {
            name: pd.DataFrame([found[effect, strength, seed][name] for seed in range(study.runs)])
            for name in study.methods
        }
        table = build_table(
            "nmcl",
            "effects",
            facts,
            protocol,
            scores,
            reference=REFERENCE,
            printed=False,
            code=code,
        )
        for name, row in add_comparisons(table, scores, REFERENCE)["rows"].items():
            rows[f"{name}-{effect}-{round(100 * strength)}"] = row
    write_table(metrics(corpus, "nmcl", "effects"), {**table, "rows": rows})
    wrote(metrics(corpus, "nmcl", "effects"))


if __name__ == "__main__":
    run(nmcl_planted)
