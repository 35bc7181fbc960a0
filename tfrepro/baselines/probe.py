"""Linear probes of micro-videos: what each modality, and all of them, tell of the class.

Everything is fitted on the training part: scales, vectors of texts, completion of what is
missing, and the strength of the penalty, by cross-validation within it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from tfrepro.baselines.linear import expand_classes, softmax_regression
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.completion import LowRankCompletion
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.text import words_of

FOLDS = 5


class LinearProbe:
    """A softmax classifier on standardised vectors of some modalities, side by side.

    Each modality is scaled to the same length in the mean, however many dimensions it has.
    One that no training video has, or whose words are too rare to learn from, is left out.

    Parameters
    ----------
    modalities : of ``visual``, ``acoustic``, ``textual``
    Cs : inverse penalties to choose from
    words : text -> its words
    text : of :class:`~tfrepro.features.paragraph_vectors.ParagraphVectors`, fitted where the
        set has texts and no textual vectors
    completion : of :class:`~tfrepro.features.completion.LowRankCompletion`, by which missing
        vectors are filled in; None for the mean of the training part
    seed : of the folds that decide on C
    """

    def __init__(
        self,
        modalities: Sequence[str],
        Cs: Sequence[float],
        *,
        text: Mapping[str, Any],
        words: Callable[[str], list[str]] = words_of,
        completion: Mapping[str, Any] | None = None,
        seed: int = 0,
    ):
        self.modalities = modalities
        self.Cs = Cs
        self.text = text
        self.words = words
        self.completion = completion
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "LinearProbe":
        """Learn from ``train``; ``valid`` is not used.

        ``modalities_`` are those that could be used, ``C_`` is the chosen penalty.
        """
        missing = _missing(train)
        self.modalities_ = [name for name in self.modalities if not missing[name].all()]
        self.texts_ = None
        if "textual" in self.modalities_ and "textual" not in train.arrays:
            self._learn_texts(train)
        if not self.modalities_ or len(np.unique(train.y)) < 2:
            self.classifier_ = MajorityClass().fit(train)
            return self
        blocks = self._blocks(train)
        self.scalers_ = {
            name: StandardScaler().fit(block[~missing[name]]) for name, block in blocks.items()
        }
        self.completion_ = None
        if self.completion is not None:
            self.completion_ = LowRankCompletion(**self.completion).fit(
                blocks, {name: missing[name] for name in blocks}
            )
        X, y = self._inputs(blocks, missing), train.y
        self.C_ = self._choose(X, y, train.index["group"].to_numpy())
        self.classifier_ = softmax_regression(self.C_).fit(X, y)
        return self

    def _learn_texts(self, train: FeatureSet) -> None:
        try:
            self.texts_ = ParagraphVectors(**self.text).fit(self._words(train))
        except ValueError:
            self.modalities_.remove("textual")

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities: (N, K)."""
        if isinstance(self.classifier_, MajorityClass):
            return self.classifier_.predict_proba(test)
        P = self.classifier_.predict_proba(self._inputs(self._blocks(test), _missing(test)))
        return expand_classes(P, self.classifier_.classes_, len(test.classes))

    def _choose(self, X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
        """The C that does best on every fifth of the groups, learned on the others."""
        if len(self.Cs) == 1 or len(np.unique(groups)) < FOLDS or np.bincount(y).max() < FOLDS:
            return self.Cs[0]
        splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=self.seed)
        folds = [
            (fit, judge)
            for fit, judge in splitter.split(X, y, groups)
            if len(np.unique(y[fit])) > 1
        ]
        right = [sum(_right(C, X, y, *fold) for fold in folds) for C in self.Cs]
        return self.Cs[int(np.argmax(right))]

    def _words(self, features: FeatureSet) -> list[list[str]]:
        return [self.words(text) for text in features.index["text"]]

    def _blocks(self, features: FeatureSet) -> dict[str, np.ndarray]:
        """Name -> (N, D) as they are, zeros where a modality is missing."""
        return {name: self._block(features, name) for name in self.modalities_}

    def _block(self, features: FeatureSet, name: str) -> np.ndarray:
        if name == "textual" and self.texts_ is not None:
            return self.texts_.transform(self._words(features))
        if name == "acoustic" and name not in features.arrays:
            return features.stack(BLOCKS)
        return np.asarray(features.arrays[name])

    def _inputs(
        self, blocks: Mapping[str, np.ndarray], missing: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        if self.completion_ is not None:
            blocks = self.completion_.complete(blocks, {name: missing[name] for name in blocks})
        inputs = []
        for name, block in blocks.items():
            Z = self.scalers_[name].transform(block)
            if self.completion_ is None:
                Z[missing[name]] = 0
            # Else the one with the most dimensions would be nearly all that counts.
            inputs.append(Z / np.sqrt(Z.shape[1]))
        return np.concatenate(inputs, axis=1)


PROBES: Mapping[str, Sequence[str]] = {
    "majority": (),
    "visual": ("visual",),
    "acoustic": ("acoustic",),
    "textual": ("textual",),
    "visual-acoustic": ("visual", "acoustic"),
    "all": MODALITIES,
    "all-completed": MODALITIES,
}


def make_probe(name: str, settings: Mapping[str, Any], seed: int) -> "LinearProbe | MajorityClass":
    """A fresh probe; only ``all-completed`` uses the completion of the settings."""
    if not PROBES[name]:
        return MajorityClass(seed)
    completion = settings["completion"] if name == "all-completed" else None
    return LinearProbe(
        PROBES[name],
        settings["Cs"],
        text=settings["text"],
        words=settings.get("words", words_of),
        completion=completion,
        seed=seed,
    )


class MajorityClass:
    """The commonest class of the training part, whatever is seen or heard.

    Source: "Default", DARE, section 5.3.
    """

    def __init__(self, seed: int = 0):
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "MajorityClass":
        self.class_ = int(np.bincount(train.y).argmax())
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        P = np.zeros((len(test), len(test.classes)), np.float32)
        P[:, self.class_] = 1
        return P


def _right(C: float, X: np.ndarray, y: np.ndarray, fit: np.ndarray, judge: np.ndarray) -> int:
    """How many are answered rightly."""
    return int((softmax_regression(C).fit(X[fit], y[fit]).predict(X[judge]) == y[judge]).sum())


def _missing(features: FeatureSet) -> dict[str, np.ndarray]:
    return {name: ~features.index[f"has_{name}"].to_numpy(bool) for name in MODALITIES}
