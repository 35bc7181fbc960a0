"""NMCL, Figures 6 and 7: relation and attention scores of concepts that are heard in videos."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from _code import code_of
from _paths import metrics, plots
from _stage import log, read, run, wrote
from _tables import corpus_facts
from _venue_paths import sounds_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.baselines.sound_concepts import AUDIOSET, SOUND, with_concepts
from tfrepro.errors import UserError
from tfrepro.evaluation.case_study import choose_cases
from tfrepro.evaluation.concept_correlation import strongest
from tfrepro.evaluation.scores import evaluate
from tfrepro.evaluation.tables import build_table, rounded, write_table
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.rows import part
from tfrepro.methods import make_method
from tfrepro.models.devices import configure
from tfrepro.models.nmcl import Nmcl
from tfrepro.report.nmcl_plots import cells
from tfrepro.report.plots import write_plot
from tfrepro.settings.nmcl import NmclPaper
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

METHOD = "nmcl"
LISTED = 3  # concepts named for each video or venue
EXPLAINED = {
    "figure6": "relation scores of an acoustic vector, divided by their mean",
    "figure7": "the rows of Ω, of the acoustic host, that weigh its own features",
}


@dataclass(frozen=True)
class Map:
    """Concepts against videos, or venues.

    Attributes
    ----------
    values : (K', C)
    concepts, columns : K' and C names
    of : what a column is
    """

    values: np.ndarray
    concepts: tuple[str, ...]
    columns: tuple[str, ...]
    of: str


def nmcl_concepts(corpus: str) -> None:
    paper = read_section(NmclPaper, "nmcl")
    compute = read_section(Compute, "compute")
    log.info("runs on %s", configure(compute.device, compute.precision, threads=1))
    values = hyper_parameters(
        METHOD,
        paper.methods[METHOD],
        paper.deep,
        paper.overrides[corpus],
        prefix="nmcl.methods",
    )
    features, concepts = _with_concepts(corpus, paper.concepts.C)
    split = features.index["split"].to_numpy()
    parts = {name: part(features, np.flatnonzero(split == name)) for name in np.unique(split)}
    nmcl = make_method(METHOD, values, paper.seed).fit(parts["train"], parts["valid"])
    scores = evaluate(parts["test"].y, nmcl.predict_proba(parts["test"]))
    log.info("%s", scores)
    maps = {
        "figure6": _relation(nmcl, parts["test"], concepts, paper.concepts.videos),
        "figure7": _attention(nmcl, concepts, features.classes),
    }
    by = "AudioSet's network" if AUDIOSET in features.arrays else "the external sounds' tags"
    for name, made in maps.items():
        facts = {"seed": paper.seed, "concepts_scored_by": by, "values": EXPLAINED[name]}
        _write_table(corpus, name, features, facts, scores, made)
        rows, columns = strongest(made.values, paper.concepts.concepts, paper.concepts.venues)
        _write_plot(corpus, name, made, rows, columns)


def _with_concepts(corpus: str, C: float) -> tuple[FeatureSet, tuple[str, ...]]:
    """The videos with concepts' scores for acoustic vectors, and the concepts' names."""
    features = read_feature_set(read(videos_of(corpus)))
    folder = sounds_of(corpus)
    sounds = None if folder is None else read_feature_set(read(folder))
    try:
        return with_concepts(features, sounds, C)
    except ValueError as error:
        raise UserError(f"{corpus}: {error}; take it out of nmcl.concepts.corpora") from None


def _relation(nmcl: Nmcl, test: FeatureSet, concepts: tuple[str, ...], videos: int) -> Map:
    """How much each concept, as a host, has to do with the guests, in some videos placed well."""
    chosen = choose_cases(test.y, {METHOD: nmcl.predict_proba(test)}, METHOD, videos, 0)
    rows = np.array([case.row for case in chosen], dtype=int)
    scores = nmcl.relation_scores(test.take(rows))[SOUND]
    names = tuple(f"{test.index['id'][row]}, {test.index['label'][row]}" for row in rows)
    return Map((scores / scores.mean(axis=1, keepdims=True)).T, concepts, names, "video")


def _attention(nmcl: Nmcl, concepts: tuple[str, ...], venues: tuple[str, ...]) -> Map:
    """How much each venue minds each concept."""
    return Map(nmcl.attention_[SOUND][: len(concepts)], concepts, venues, "venue")


def _write_table(
    corpus: str,
    name: str,
    features: FeatureSet,
    facts: Mapping[str, Any],
    scores: Mapping[str, float],
    made: Map,
) -> None:
    table = build_table(
        "nmcl",
        name,
        corpus_facts(features),
        facts,
        {METHOD: pd.DataFrame([scores])},
        printed=False,
        code=features.meta["code"] | code_of("stages/nmcl_concepts", f"methods/{METHOD}"),
    )
    table["strongest"] = [
        [column, *([made.concepts[k], rounded(values[k])] for k in _highest(values))]
        for column, values in zip(made.columns, made.values.T, strict=True)
    ]
    write_table(metrics(corpus, "nmcl", name), table)
    wrote(metrics(corpus, "nmcl", name))


def _highest(values: np.ndarray) -> np.ndarray:
    return np.argsort(-values, kind="stable")[:LISTED]


def _write_plot(corpus: str, name: str, made: Map, rows: np.ndarray, columns: np.ndarray) -> None:
    data = cells(
        made.values[np.ix_(rows, columns)],
        [made.concepts[row] for row in rows],
        [made.columns[column] for column in columns],
        ("concept", made.of, "value"),
    )
    write_plot(plots(corpus, "nmcl", name), data)
    wrote(plots(corpus, "nmcl", name))


if __name__ == "__main__":
    run(nmcl_concepts)
