"""DARE as it is published: it says which concepts it hears, too.

The folder is also one that :func:`tfrepro.models.dare.load_dare` reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.clips.concepts import HeardConcepts, load_heard_concepts
from tfrepro.clips.front_end import FrontEnd
from tfrepro.clips.published_method import NETWORK, SCALING, Heard
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models.dare import SOUND, Dare, load_dare

CONCEPTS = "concepts.npz"


@dataclass(frozen=True)
class PublishedDare:
    """A trained DARE, and how strong concepts are in its training videos."""

    dare: Dare
    concepts: HeardConcepts | None

    @classmethod
    def of(cls, dare: Dare, train: FeatureSet) -> "PublishedDare":
        """That of a model and the videos that it was trained on."""
        if not dare.concepts_ or SOUND not in train.arrays:
            return cls(dare, None)
        return cls(dare, HeardConcepts.measure(dare.concepts_, dare.concept_scores(train)))

    @classmethod
    def load(cls, folder: Path, facts: Mapping[str, Any]) -> "PublishedDare":
        """What :meth:`save` wrote; ``facts`` are those of ``model.json``."""
        names = tuple(facts["concepts"])
        concepts = load_heard_concepts(folder / CONCEPTS, names) if names else None
        return cls(load_dare(folder), concepts)

    def save(self, folder: Path) -> None:
        self.dare.network_.save(folder / NETWORK)
        self.dare.scaling_.save(folder / SCALING)
        if self.concepts is not None:
            self.concepts.save(folder / CONCEPTS)

    def facts(self) -> dict[str, Any]:
        return {
            "classes": self.dare.classes_,
            "concepts": self.concepts.names if self.concepts else (),
            "scaling": self.dare.scaling_.kind,
            "dimensions": self.dare.network_.settings["dimensions"],
        }

    def predict(self, features: FeatureSet) -> np.ndarray:
        return self.dare.predict_proba(features)

    def predict_alone(self, features: FeatureSet, front_end: FrontEnd) -> dict[str, np.ndarray]:
        """The other modalities are filled in from the one, as if a clip had nothing else."""
        return {
            name: self.predict(front_end.complete(features, keep=name))
            for name in front_end.modalities
        }

    def heard(self, features: FeatureSet) -> list[Heard] | None:
        """Of a clip without sound, nothing."""
        if self.concepts is None:
            return None
        has = features.index["has_acoustic"].to_numpy(bool)
        scores = self.dare.concept_scores(features)
        return [self.concepts(row) if there else [] for row, there in zip(scores, has, strict=True)]
