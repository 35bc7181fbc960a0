"""Finding a style of music videos, from features as they are and from learned representations.

What is learned without labels comes first: standardisation, and deep and shared representations
of segments and of longer time scales. Classifiers of each follow, and the fusion of the time
scales. All are trained on the same chunks.

Conventions
-----------
C chunks of S segments. A row of Tables 1 and 2 has predictions (C, P) of its time scale's units,
or (C,) of chunks as a whole.

Source: musicvideo, sections 3.3 and 4.2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tfrepro.baselines.music_video import SupportVectors
from tfrepro.features.chunks import Chunks
from tfrepro.features.scaling import Scaling
from tfrepro.models.dbn import MODALITIES
from tfrepro.models.level_classifier import (
    Classifier,
    FeedForwardClassifier,
    MultiTimescaleClassifier,
    decision_vectors,
    fit_units,
    predict_units,
)
from tfrepro.models.music_video_networks import make_network

Levels = dict[int, np.ndarray]
# A modality's name in the rows of Table 1.
PRINTED = {"visual": "video", "acoustic": "music"}


class InitialStyles:
    """By the features themselves: ``video-initial``, ``music-initial`` and ``svm-initial``.

    The first two by a network with one hidden layer, as the deep ones; support vectors see both.

    Parameters
    ----------
    classifier : arguments of :class:`tfrepro.models.level_classifier.FeedForwardClassifier`
    kernel, C : of :class:`tfrepro.baselines.music_video.SupportVectors`
    seed : of everything
    """

    def __init__(self, classifier: Mapping[str, Any], kernel: str, C: float, seed: int = 0):
        self.classifier = classifier
        self.kernel = kernel
        self.C = C
        self.seed = seed

    def fit(
        self, train: Chunks, folds: np.ndarray, unlabelled: Chunks | None = None
    ) -> "InitialStyles":
        """Learn from ``train`` alone: without labels there is nothing to be learned."""
        self.scaling_ = Scaling("standard").fit(train.flat())
        y, videos = train.positive, train.videos
        self.classifiers_ = {
            row: fit_units(self._classifier(row), units, y, videos)
            for row, units in self._units(train).items()
        }
        return self

    def predict(self, test: Chunks) -> dict[str, np.ndarray]:
        """Row -> (C, S)."""
        return {
            row: predict_units(self.classifiers_[row], units)
            for row, units in self._units(test).items()
        }

    def _classifier(self, row: str) -> Classifier:
        if row == "svm-initial":
            return SupportVectors(self.kernel, self.C, self.seed)
        return FeedForwardClassifier(**self.classifier, seed=self.seed)

    def _units(self, chunks: Chunks) -> dict[str, np.ndarray]:
        """What each row sees of a segment: (C, S, D)."""
        X = {name: self.scaling_(name, chunks.arrays[name]) for name in MODALITIES}
        rows = {f"{PRINTED[name]}-initial": X[name] for name in MODALITIES}
        return rows | {"svm-initial": np.concatenate(list(X.values()), axis=-1)}


class SharedStyles:
    """By deep and shared representations, and by the fusion of all time scales.

    Rows: ``video-deep``, ``music-deep``, ``shared-base-<n>`` for each level n; with more than one
    level ``multi-timescale``, whose fusion learns from predictions out of fold, and
    ``multi-timescale-in-sample``, whose learns from those of classifiers that know the chunk.

    Parameters
    ----------
    kind, network : see :func:`tfrepro.models.music_video_networks.make_network`
    levels : n, of how many segments a time scale joins; the first is 1
    classifier, fusion : arguments of
        :class:`tfrepro.models.level_classifier.FeedForwardClassifier`, on a level and for fusion
    seed : of everything

    Attributes
    ----------
    history_ : of the network
    """

    def __init__(
        self,
        kind: str,
        network: Mapping[str, Any],
        levels: Sequence[int],
        classifier: Mapping[str, Any],
        fusion: Mapping[str, Any],
        seed: int = 0,
    ):
        self.kind = kind
        self.network = network
        self.levels = levels
        self.classifier = classifier
        self.fusion = fusion
        self.seed = seed

    def fit(
        self, train: Chunks, folds: np.ndarray, unlabelled: Chunks | None = None
    ) -> "SharedStyles":
        """Learn representations from all chunks given, and classifiers from ``train``.

        Raises ValueError if a level does not divide the segments of a chunk.
        """
        for level in self.levels:
            if train.segments % level:
                raise ValueError(f"level {level}: must divide the {train.segments} segments")
        seen = [train] if unlabelled is None else [train, unlabelled]
        self._learn_representations(
            {name: np.concatenate([part.arrays[name] for part in seen]) for name in MODALITIES}
        )
        self._learn_classifiers(train, folds)
        return self

    def predict(self, test: Chunks) -> dict[str, np.ndarray]:
        deep = self._deep(test.arrays)
        levels = self._levels(deep)
        rows = {
            f"{PRINTED[name]}-deep": predict_units(self.of_modality_[name], deep[name])
            for name in MODALITIES
        }
        local = {n: predict_units(self.of_level_[n], units) for n, units in levels.items()}
        rows |= {f"shared-base-{n}": P for n, P in local.items()}
        vectors = decision_vectors(local)
        return rows | {row: fusion.predict(vectors) for row, fusion in self.fusions_.items()}

    def _learn_representations(self, arrays: Mapping[str, np.ndarray]) -> None:
        """From modality -> (C, S, D)."""
        flat = {name: X.reshape(-1, X.shape[-1]) for name, X in arrays.items()}
        self.scaling_ = Scaling("standard").fit(flat)
        self.network_ = make_network(self.kind, self.network, self.seed)
        self.network_.fit(*(self.scaling_(name, flat[name]) for name in MODALITIES))
        deep = self._deep(arrays)
        for level in self.levels:
            if level > 1:
                self.network_.fit_level(level, *_joined(deep, level))
        self.history_ = self.network_.history_

    def _learn_classifiers(self, train: Chunks, folds: np.ndarray) -> None:
        deep, y, videos = self._deep(train.arrays), train.positive, train.videos
        self.of_modality_ = {
            name: fit_units(self._classifier(self.classifier), deep[name], y, videos)
            for name in MODALITIES
        }
        levels = self._levels(deep)
        if len(levels) == 1:
            self.of_level_ = {
                n: fit_units(self._classifier(self.classifier), units, y, videos)
                for n, units in levels.items()
            }
            self.fusions_ = {}
            return
        fused = MultiTimescaleClassifier(level=self.classifier, fusion=self.fusion, seed=self.seed)
        fused.fit(levels, y, videos, folds)
        self.of_level_ = fused.levels_
        # The level classifiers are the same as those of a fusion that knows no folds.
        known = decision_vectors(fused.predict_local(levels))
        self.fusions_ = {
            "multi-timescale": fused.fusion_,
            "multi-timescale-in-sample": self._classifier(self.fusion).fit(known, y, videos),
        }

    def _classifier(self, values: Mapping[str, Any]) -> FeedForwardClassifier:
        return FeedForwardClassifier(**values, seed=self.seed)

    def _deep(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The deep representation of every segment: modality -> (C, S, H)."""
        deep = {}
        for name in MODALITIES:
            C, S, D = arrays[name].shape
            X = self.scaling_(name, arrays[name].reshape(C * S, D))
            deep[name] = self.network_.deep(name, X).reshape(C, S, -1)
        return deep

    def _levels(self, deep: Mapping[str, np.ndarray]) -> Levels:
        """The shared representation of every unit: level -> (C, P, H)."""
        C = len(deep["visual"])
        return {
            level: self.network_.shared_of(level, *_joined(deep, level)).reshape(
                C, deep["visual"].shape[1] // level, -1
            )
            for level in self.levels
        }


def _joined(deep: Mapping[str, np.ndarray], level: int) -> list[np.ndarray]:
    """Adjacent segments side by side: (M, n H) of each modality, chunk by chunk."""
    return [deep[name].reshape(-1, level * deep[name].shape[2]) for name in MODALITIES]
