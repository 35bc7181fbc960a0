"""NMCL as it is published: every modality, as the host, has an answer of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tfrepro.clips.front_end import FrontEnd
from tfrepro.clips.published_method import NETWORK, SCALING
from tfrepro.clips.published_network import PublishedNetwork
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.scaling import Scaling
from tfrepro.models.nmcl import Nmcl

NAME = "nmcl"


@dataclass(frozen=True)
class PublishedNmcl:
    """A trained NMCL.

    Attributes
    ----------
    nmcl : the method
    arguments : it was made with
    """

    nmcl: Nmcl
    arguments: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path, facts: Mapping[str, Any]) -> "PublishedNmcl":
        """What :meth:`save` wrote; ``facts`` are those of ``model.json``."""
        saved = keras.models.load_model(folder / NETWORK, compile=False, safe_mode=True)
        arguments = saved.settings["arguments"]
        nmcl = Nmcl(**arguments)
        nmcl.network_ = saved.network
        nmcl.answers_ = saved.network.answers
        nmcl.modalities_ = tuple(saved.settings["dimensions"])
        nmcl.scaling_ = Scaling.load(facts["scaling"], folder / SCALING)
        nmcl.classes_ = tuple(facts["classes"])
        return cls(nmcl, arguments)

    def save(self, folder: Path) -> None:
        network = PublishedNetwork.of(
            self.nmcl.network_,
            method=NAME,
            arguments=self.arguments,
            dimensions=self.nmcl.network_.dimensions,
            classes=len(self.nmcl.classes_),
        )
        network.save(folder / NETWORK)
        self.nmcl.scaling_.save(folder / SCALING)

    def facts(self) -> dict[str, Any]:
        return {
            "classes": self.nmcl.classes_,
            "concepts": (),
            "scaling": self.nmcl.scaling_.kind,
            "dimensions": self.nmcl.network_.dimensions,
        }

    def predict(self, features: FeatureSet) -> np.ndarray:
        return self.nmcl.predict_proba(features)

    def predict_alone(self, features: FeatureSet, front_end: FrontEnd) -> dict[str, np.ndarray]:
        """Each host's answer, which takes what the others have in common with it from them."""
        return self.nmcl.predict_each(features)

    def heard(self, features: FeatureSet) -> None:
        return None
