"""Tiny published models, and clips to ask them about."""

from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.clips.card import model_card
from tfrepro.clips.front_end import FrontEnd, FrontEndFacts
from tfrepro.clips.model_facts import Corpus, versions
from tfrepro.clips.text_front_end import Cutting, TextFrontEnd
from tfrepro.clips.venue_cards import about_venues
from tfrepro.clips.venue_model import VenueFacts, write_venue_model
from tfrepro.evaluation.scores import evaluate
from tfrepro.features.completion import LowRankCompletion
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.microvideos.media import media_features
from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.word_vectors import WordVectors
from tfrepro.media.video import write_video
from tfrepro.settings.microvideos import Extraction

DIMENSIONS = {"visual": 844, "acoustic": 6, "textual": 5}
STEPS = {"visual": 2, "acoustic": 2, "textual": 3}
VENUES = ("Bar", "Gym", "Park")
CONCEPTS = ("bell", "bird", "rain")
ARGUMENTS = {
    "nmcl": {"units": 4, "epochs": 2, "batch": 16, "seed": 3},
    "eastern": {
        "units": {"visual": 3, "acoustic": 3, "textual": 3},
        "common": 3, "atoms": 4, "epochs": 2, "batch": 16, "seed": 3,
    },
}  # fmt: skip
EXTRACTION = Extraction.model_validate(
    {
        "visual": {
            "extractor": "handmade", "weights": "none", "seed": 1, "every_s": 0.5, "frames": 2,
            "pooled": "frames", "threshold": 0.4, "most": 2,
        },
        "seconds": 2,
        "audioset": {"model": None, "class_map": None},
    }
)  # fmt: skip


def videos(rows: int = 45) -> FeatureSet:
    """A prepared set in which venues differ a little, and every fifth video is silent."""
    rng = np.random.default_rng(4)
    number = np.arange(rows)
    shift = (number % 3)[:, None].astype(np.float32)
    arrays = {}
    for name, D in DIMENSIONS.items():
        arrays[name] = shift + rng.standard_normal((rows, D), np.float32)
    for name, D in {**DIMENSIONS, "acoustic": 512}.items():
        steps = rng.standard_normal((rows, STEPS[name], D), np.float32)
        arrays[f"{name}_sequence"] = shift[:, None] + steps
    index = pd.DataFrame(
        {
            "id": [f"v{row:02d}" for row in number],
            "label": [VENUES[row % 3] for row in number],
            "split": [("train", "train", "train", "valid", "test")[row // 3 % 5] for row in number],
            "group": [f"g{row}" for row in number],
            "has_visual": True,
            "has_acoustic": number % 5 > 0,
            "has_textual": number % 4 > 0,
        }
    )
    for name, steps in STEPS.items():
        index[f"{name}_sequence_length"] = np.where(index[f"has_{name}"], steps, 0)
    return FeatureSet(index, arrays, {"modalities": {name: {"dimension": 1} for name in arrays}})


def part(features: FeatureSet, split: str) -> FeatureSet:
    return features.take(np.flatnonzero(features.index["split"] == split))


def front_end(features: FeatureSet) -> FrontEnd:
    """One with an encoder that was never trained, and five words."""
    import keras

    keras.utils.set_random_seed(1)
    encoder = keras.Sequential([keras.Input((1104,)), keras.layers.Dense(6, "sigmoid")])
    texts = [["a", "day", "in", "the", "park"], ["day", "in", "park"], ["the", "a"]]
    how = {"dimensions": 5, "min_count": 1, "epochs": 2}
    cutting = Cutting(english_only=False, stop_words=("the",), length=3)
    text = TextFrontEnd(ParagraphVectors(**how).fit(texts), WordVectors(**how).fit(texts), cutting)
    blocks = {name: features.arrays[name] for name in MODALITIES}
    missing = {name: ~features.index[f"has_{name}"].to_numpy(bool) for name in MODALITIES}
    return FrontEnd(
        FrontEndFacts(
            extraction=EXTRACTION,
            modalities=DIMENSIONS,
            extractors={"visual": {"name": "handmade", "weights": "none"}},
            text=cutting,
        ),
        media_features(EXTRACTION),
        encoder,
        text,
        LowRankCompletion(factors=3).fit(blocks, missing),
    )


def trained(method: str, features: FeatureSet, folder: Path):
    """A method as it is published, after two epochs; ``folder`` is for DARE's sounds."""
    from tfrepro.clips.published_dare import PublishedDare
    from tfrepro.clips.published_eastern import PublishedEastern
    from tfrepro.clips.published_nmcl import PublishedNmcl
    from tfrepro.models.dare import Dare
    from tfrepro.models.eastern import Eastern
    from tfrepro.models.nmcl import Nmcl

    train, valid = part(features, "train"), part(features, "valid")
    if method == "dare":
        rng = np.random.default_rng(5)
        index = pd.DataFrame({"id": [f"s{n}" for n in range(12)], "label": ""})
        index["concepts"] = [[CONCEPTS[n % 3]] for n in range(12)]
        sounds = FeatureSet(
            index,
            {"acoustic": rng.standard_normal((12, 6), np.float32)},
            {"modalities": {"acoustic": {}}},
        )
        write_feature_set(folder / "sounds", sounds)
        dare = Dare(units=4, epochs=2, batch=16, textual_units=3, sounds=folder / "sounds", seed=3)
        return PublishedDare.of(dare.fit(train, valid), train)
    arguments = ARGUMENTS[method]
    if method == "nmcl":
        return PublishedNmcl(Nmcl(**arguments).fit(train, valid), arguments)
    return PublishedEastern(Eastern(**arguments).fit(train, valid), arguments, train.classes)


def publish(folder: Path, method: str, features: FeatureSet, made, end: FrontEnd) -> VenueFacts:
    """Write a model with its card; the facts in it."""
    test = part(features, "test")
    facts = VenueFacts(
        kind="venue",
        method=method,
        hyper_parameters=ARGUMENTS.get(method, {}),
        seed=3,
        corpus=corpus(features),
        scores=evaluate(test.y, made.predict(test)),
        scored_on="its test videos",
        versions=versions(),
        code={"stages/venue_models": "abc"},
        **made.facts(),
    )
    card = model_card(about_venues(method, "toy"), facts, end.facts)
    write_venue_model(folder, made, end, facts, card)
    return facts


def corpus(features: FeatureSet) -> Corpus:
    return Corpus(
        name="toy",
        title="A toy",
        stands_in_for="the real thing",
        licence="CC0-1.0",
        checksum="0" * 64,
        sizes={name: len(part(features, name)) for name in ("train", "valid", "test")},
    )


def clip(file: Path, seed: int = 0, *, silent: bool = False) -> Path:
    """A video of one second, with a tone or without a sound track."""
    rng = np.random.default_rng(seed)
    pictures = [rng.integers(0, 256, (48, 64, 3), np.uint8)] * 10
    t = np.arange(22050) / 22050
    sound = None if silent else 0.3 * np.sin(2 * np.pi * 220 * (seed + 1) * t)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_video(file, pictures, 10, sound=sound, fast=True)
    return file
