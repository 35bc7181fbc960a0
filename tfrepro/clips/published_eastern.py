"""EASTERN as it is published: it reads the sequences of a clip."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tfrepro.clips.front_end import FrontEnd
from tfrepro.clips.published_method import NETWORK, SCALING
from tfrepro.clips.published_network import PublishedNetwork
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.sequences import StepScaling
from tfrepro.models.eastern import Eastern

NAME = "eastern"
# A text without a known word is one step of zeros, a clip without sound has no step.
STEPS_OF_NOTHING = {"visual": 0, "acoustic": 0, "textual": 1}


@dataclass(frozen=True)
class PublishedEastern:
    """A trained EASTERN.

    Attributes
    ----------
    eastern : the method
    arguments : it was made with
    classes : names of the K venues
    """

    eastern: Eastern
    arguments: Mapping[str, Any]
    classes: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path, facts: Mapping[str, Any]) -> "PublishedEastern":
        """What :meth:`save` wrote; ``facts`` are those of ``model.json``."""
        saved = keras.models.load_model(folder / NETWORK, compile=False, safe_mode=True)
        arguments = saved.settings["arguments"]
        eastern = Eastern(**arguments)
        eastern.network_ = saved.network
        eastern.modalities_ = tuple(saved.settings["dimensions"])
        eastern.scalings_ = {}
        with np.load(folder / SCALING, allow_pickle=False) as kept:
            for name in eastern.modalities_:
                scaling = StepScaling(eastern.standardise)
                scaling.mean_, scaling.deviation_ = kept[f"{name}_mean"], kept[f"{name}_deviation"]
                eastern.scalings_[name] = scaling
        return cls(eastern, arguments, tuple(facts["classes"]))

    def save(self, folder: Path) -> None:
        network = PublishedNetwork.of(
            self.eastern.network_,
            method=NAME,
            arguments=self.arguments,
            dimensions=self._dimensions(),
            classes=len(self.classes),
        )
        network.save(folder / NETWORK)
        arrays = {}
        for name, scaling in self.eastern.scalings_.items():
            arrays |= {f"{name}_mean": scaling.mean_, f"{name}_deviation": scaling.deviation_}
        np.savez(folder / SCALING, **arrays)

    def facts(self) -> dict[str, Any]:
        scaling = "standard" if self.eastern.standardise else "none"
        return {
            "classes": self.classes,
            "concepts": (),
            "scaling": scaling,
            "dimensions": self._dimensions(),
        }

    def predict(self, features: FeatureSet) -> np.ndarray:
        return self.eastern.predict_proba(features)

    def predict_alone(self, features: FeatureSet, front_end: FrontEnd) -> dict[str, np.ndarray]:
        """The other modalities are as the corpus has those that a video lacks."""
        names = self.eastern.modalities_
        return {name: self.predict(_without(features, {*names} - {name})) for name in names}

    def heard(self, features: FeatureSet) -> None:
        return None

    def _dimensions(self) -> dict[str, int]:
        return {name: len(of_one.mean_) for name, of_one in self.eastern.scalings_.items()}


def _without(features: FeatureSet, names: set[str]) -> FeatureSet:
    """The clips without the sequences of some modalities."""
    gone = {f"{name}_sequence": STEPS_OF_NOTHING[name] for name in names}
    lengths = {f"{name}_length": steps for name, steps in gone.items()}
    return replace(
        features,
        index=features.index.assign(**lengths),
        arrays={
            name: np.zeros_like(array) if name in gone else array
            for name, array in features.arrays.items()
        },
    )
