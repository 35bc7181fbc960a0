"""Planted sets of micro-videos, each made, split and learned from within one stage."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideo_split import split_venue
from tfrepro.corpora.microvideos.planted import build
from tfrepro.corpora.microvideos.table import EXTERNAL
from tfrepro.evaluation.scores import evaluate
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.features.microvideos.planted import make_features
from tfrepro.features.rows import part
from tfrepro.methods import make_method
from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import PlantedVideos


def with_effects(settings: PlantedVideos, seed: int, **strengths: float) -> PlantedVideos:
    """The settings with other strengths of some effects, and so many seeds further."""
    effects = settings.effects.model_copy(update=strengths)
    return settings.model_copy(update={"effects": effects, "seed": settings.seed + seed})


def plant(settings: PlantedVideos, home: Path) -> FeatureSet:
    """A planted set of videos; its sounds, if there are any, go to ``home/sounds``."""
    home.mkdir(exist_ok=True)
    table, _ = build(home, settings)
    made = make_features(home, table, settings, None, home)
    if made.external is not None:
        meta = {"modalities": {"acoustic": made.modalities["acoustic"]}}
        index = pd.read_parquet(home / EXTERNAL)
        write_feature_set(home / "sounds", FeatureSet(index, made.external, meta))
    arrays = {name: np.asarray(array[:]) for name, array in made.arrays.items()}
    return FeatureSet(made.index, arrays, {})


def parts_of(features: FeatureSet) -> dict[str, FeatureSet]:
    """``train``, ``valid`` and ``test``, which keep groups together."""
    split = split_venue(features.y, groups=features.index["group"].to_numpy())
    return {name: part(features, np.flatnonzero(split == name)) for name in np.unique(split)}


def score_methods(
    methods: Mapping[str, Section], seed: int, parts: Mapping[str, FeatureSet]
) -> dict[str, dict[str, float]]:
    """What each method, by its name and hyper-parameters, scores on the test part."""
    scores = {}
    for name, values in methods.items():
        method = make_method(name, values, seed).fit(parts["train"], parts["valid"])
        scores[name] = evaluate(parts["test"].y, method.predict_proba(parts["test"]))
    return scores
