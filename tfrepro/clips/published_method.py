"""What a published model of venues can do, whatever method it is of.

Conventions
-----------
N clips, K venues. Features are those of a :class:`~tfrepro.clips.front_end.FrontEnd`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tfrepro.clips.front_end import FrontEnd
from tfrepro.features.feature_set import FeatureSet

NETWORK, SCALING = "network.keras", "scaling.npz"
Heard = Sequence[tuple[str, float]]


class PublishedMethod(Protocol):
    """A fitted method, to be written or as it was read."""

    def save(self, folder: Path) -> None:
        """Write networks and scalings into a folder that is there."""

    def facts(self) -> Mapping[str, Any]:
        """``classes``, ``concepts``, ``scaling`` and ``dimensions`` for ``model.json``."""

    def predict(self, features: FeatureSet) -> np.ndarray:
        """Probabilities of the venues: (N, K)."""

    def predict_alone(self, features: FeatureSet, front_end: FrontEnd) -> dict[str, np.ndarray]:
        """The same by each modality alone: its name -> (N, K)."""

    def heard(self, features: FeatureSet) -> list[Heard] | None:
        """Concepts heard in each clip, strongest first; None if the method knows none."""
