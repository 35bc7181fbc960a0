"""Models of venues as they are published: each a folder that needs nothing but itself."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from _clip_models import corpus_of, front_end_of, made_by
from _micro_video_paths import prepared
from _paths import model
from _stage import log, read, run, wrote
from _venue_paths import sounds_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.clips.card import model_card
from tfrepro.clips.encoder_card import about_encoder
from tfrepro.clips.front_end import FrontEndFacts
from tfrepro.clips.model_facts import CARD, ModelFacts, versions, write_facts
from tfrepro.clips.published_dare import PublishedDare
from tfrepro.clips.published_eastern import PublishedEastern
from tfrepro.clips.published_method import PublishedMethod
from tfrepro.clips.published_nmcl import PublishedNmcl
from tfrepro.clips.venue_cards import about_venues
from tfrepro.clips.venue_model import VenueFacts, write_venue_model
from tfrepro.evaluation.scores import evaluate
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.rows import part
from tfrepro.files import atomic_folder
from tfrepro.methods import make_method
from tfrepro.models.dare import load_dare
from tfrepro.models.devices import configure
from tfrepro.settings.base import Section
from tfrepro.settings.eastern import EasternPaper
from tfrepro.settings.models import Models
from tfrepro.settings.nmcl import NmclPaper
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Venues

ENCODER = "acoustic-autoencoder"
Parts = dict[str, FeatureSet]


@dataclass(frozen=True)
class Trained:
    """A method, and what it was trained with."""

    method: PublishedMethod
    hyper_parameters: Section
    seed: int


def venue_models(corpus: str) -> None:
    published = read_section(Models, "models").venues
    compute = read_section(Compute, "compute")
    log.info("runs on %s", configure(compute.device, compute.precision, threads=1))
    features = read_feature_set(read(videos_of(corpus)))
    split = features.index["split"].to_numpy()
    parts = {name: part(features, np.flatnonzero(split == name)) for name in np.unique(split)}
    front_end = front_end_of(corpus, features)
    with atomic_folder(model("venue", corpus)) as folder:
        for method in published:
            trained = TRAINERS[method](corpus, parts)
            facts = _facts(method, trained, features, parts["test"])
            card = model_card(about_venues(method, corpus), facts, front_end.facts)
            write_venue_model(folder / method, trained.method, front_end, facts, card)
        if front_end.encoder is not None:
            _write_encoder(folder / ENCODER, corpus, features, front_end.facts)
    wrote(model("venue", corpus))


def _dare(corpus: str, parts: Parts) -> Trained:
    """The one that the stage of Figure 6 has trained."""
    venues = read_section(Venues, "dare.venues")
    values = hyper_parameters(
        "dare",
        venues.methods["dare"],
        venues.deep,
        venues.overrides[corpus],
        prefix="dare.venues.methods",
        sounds=sounds_of(corpus),
    )
    dare = load_dare(read(model("dare", corpus)))
    return Trained(PublishedDare.of(dare, parts["train"]), values, venues.seed)


def _nmcl(corpus: str, parts: Parts) -> Trained:
    nmcl = read_section(NmclPaper, "nmcl")
    values = hyper_parameters(
        "nmcl", nmcl.methods["nmcl"], nmcl.deep, nmcl.overrides[corpus], prefix="nmcl.methods"
    )
    fitted = make_method("nmcl", values, nmcl.seed).fit(parts["train"], parts["valid"])
    return Trained(PublishedNmcl(fitted, _arguments(values, nmcl.seed)), values, nmcl.seed)


def _eastern(corpus: str, parts: Parts) -> Trained:
    eastern = read_section(EasternPaper, "eastern")
    values = hyper_parameters(
        "eastern",
        eastern.methods["eastern"],
        eastern.deep,
        eastern.overrides[corpus],
        prefix="eastern.methods",
    )
    fitted = make_method("eastern", values, eastern.seed).fit(parts["train"], parts["valid"])
    arguments = _arguments(values, eastern.seed)
    return Trained(
        PublishedEastern(fitted, arguments, parts["train"].classes), values, eastern.seed
    )


TRAINERS: dict[str, Callable[[str, Parts], Trained]] = {
    "dare": _dare,
    "nmcl": _nmcl,
    "eastern": _eastern,
}


def _arguments(values: Section, seed: int) -> dict:
    return {**values.model_dump(mode="json"), "seed": seed}


def _facts(method: str, trained: Trained, features: FeatureSet, test: FeatureSet) -> VenueFacts:
    scores = evaluate(test.y, trained.method.predict(test))
    log.info("%s: %s", method, scores)
    return VenueFacts(
        kind="venue",
        method=method,
        # Where the sounds were is of no use to anybody else.
        hyper_parameters=trained.hyper_parameters.model_dump(mode="json", exclude={"sounds"}),
        seed=trained.seed,
        corpus=corpus_of(features),
        scores=scores,
        scored_on=f"the {len(test)} test videos, none of which was trained on; the epoch was "
        "chosen on the validation videos",
        versions=versions(),
        code=made_by(features, "stages/venue_models", f"methods/{method}"),
        **trained.method.facts(),
    )


def _write_encoder(
    folder: Path, corpus: str, features: FeatureSet, front_end: FrontEndFacts
) -> None:
    """The autoencoder by itself, as the features were prepared with it."""
    shutil.copytree(prepared(corpus) / ENCODER, folder)
    history = pd.read_csv(folder / "history.csv").groupby("layer")["loss"].last()
    facts = ModelFacts(
        kind="encoder",
        method="stacked denoising autoencoder",
        hyper_parameters=features.meta["prepared"]["acoustic"],
        seed=0,
        corpus=corpus_of(features),
        scores={f"loss_of_layer_{layer}": float(loss) for layer, loss in history.items()},
        scored_on="the sounds of the training videos, and external ones, that it was trained on, "
        "in the last epoch; nats a sound",
        versions=versions(),
        code=made_by(features, "stages/venue_models"),
    )
    acoustic = {"acoustic": {"name": "acoustic front end", "weights": "none"}}
    seen = front_end.model_copy(update={"extractors": acoustic})
    (folder / CARD).write_text(model_card(about_encoder(corpus), facts, seen))
    write_facts(folder, facts)


if __name__ == "__main__":
    run(venue_models)
