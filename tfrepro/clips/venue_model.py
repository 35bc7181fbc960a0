"""A published model of venues: a folder that says, of any video file, where it was taken.

On disk it is, without pickles:

- ``model.json``: method, hyper-parameters, classes, corpus, scores, versions, checksums
- ``network.keras``, loaded in safe mode, and ``scaling.npz``
- ``concepts.npz``: of DARE, how strong concepts are in the training videos
- ``front_end``: what makes features of files, see :mod:`tfrepro.clips.front_end`
- ``README.md``: the model card
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tfrepro.clips.front_end import FrontEnd, load_front_end
from tfrepro.clips.model_facts import CARD, ModelFacts, read_facts, write_facts
from tfrepro.clips.published_method import PublishedMethod
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.scaling import Kind

FRONT_END = "front_end"
Ranking = tuple[tuple[str, float], ...]


class VenueFacts(ModelFacts):
    """What ``model.json`` holds besides.

    Attributes
    ----------
    classes : venues
    concepts : acoustic ones that the model knows
    scaling : of its inputs
    dimensions : modality -> D of its inputs, or of one step of them
    """

    kind: Literal["venue"]
    method: Literal["dare", "nmcl", "eastern"]
    classes: tuple[str, ...]
    concepts: tuple[str, ...]
    scaling: Kind
    dimensions: dict[str, int]


@dataclass(frozen=True)
class Answer:
    """What a model says of a clip.

    Attributes
    ----------
    clip : its file
    venues : all of them with their probabilities, the likeliest first
    alone : modality that the clip has -> the same, by that modality alone
    has : modality -> whether the clip has it
    heard : acoustic concepts, in deviations above the mean of the training videos, strongest
        first; None if the model knows none
    """

    clip: str
    venues: Ranking
    alone: Mapping[str, Ranking]
    has: Mapping[str, bool]
    heard: Ranking | None


@dataclass(frozen=True)
class VenueModel:
    """A model as it was read.

    Attributes
    ----------
    facts : what ``model.json`` holds
    front_end : files -> features
    method : features -> venues
    """

    facts: VenueFacts
    front_end: FrontEnd
    method: PublishedMethod

    def predict(self, features: FeatureSet) -> list[Answer]:
        """An answer for each clip of which the front end made features."""
        if not len(features):
            return []
        P = self.method.predict(features)
        alone = self.method.predict_alone(features, self.front_end)
        heard = self.method.heard(features)
        answers = []
        for row, clip in enumerate(features.index["id"]):
            has = {n: bool(features.index[f"has_{n}"].iloc[row]) for n in self.facts.dimensions}
            by_one = {name: self._ranked(P_m[row]) for name, P_m in alone.items() if has[name]}
            said = None if heard is None else tuple(heard[row])
            answers.append(Answer(clip, self._ranked(P[row]), by_one, has, said))
        return answers

    def _ranked(self, p: np.ndarray) -> Ranking:
        order = np.argsort(-p, kind="stable")
        return tuple((self.facts.classes[k], float(p[k])) for k in order)


def write_venue_model(
    folder: Path, method: PublishedMethod, front_end: FrontEnd, facts: VenueFacts, card: str
) -> None:
    """Write a model into an empty folder.

    card : the text of ``README.md``
    """
    folder.mkdir(parents=True, exist_ok=True)
    method.save(folder)
    front_end.save(folder / FRONT_END)
    (folder / CARD).write_text(card)
    write_facts(folder, facts)


def load_venue_model(folder: Path) -> VenueModel:
    """A model that :func:`write_venue_model` wrote; no code in it is run.

    Raises UserError naming what is missing or has been changed.
    """
    from tfrepro.clips.published_dare import PublishedDare
    from tfrepro.clips.published_eastern import PublishedEastern
    from tfrepro.clips.published_nmcl import PublishedNmcl

    facts = read_facts(folder, VenueFacts)
    readers = {"dare": PublishedDare, "nmcl": PublishedNmcl, "eastern": PublishedEastern}
    method = readers[facts.method].load(folder, facts.model_dump())
    return VenueModel(facts, load_front_end(folder / FRONT_END), method)
