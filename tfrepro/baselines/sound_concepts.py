"""Acoustic concepts heard in videos: what external sounds teach, or AudioSet's scores.

NMCL looks into its relation and attention scores with an acoustic vector of which each dimension
is a concept: the outputs of a network trained on AudioSet. Where a set of videos has such scores,
they are taken. Where it has not, a linear classifier of the external sounds' tags, learned on the
acoustic vectors that sounds and videos share, scores the concepts.

Conventions
-----------
N videos, D acoustic dimensions, K' concepts.

Source: NMCL, section 5.6.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tfrepro.features.feature_set import FeatureSet

SOUND = "acoustic"
AUDIOSET = "audioset"
_ITERATIONS = 1000


class SoundConcepts:
    """A logistic regression for each concept, on standardised acoustic vectors.

    Parameters
    ----------
    C : inverse penalty

    Attributes
    ----------
    concepts_ : names, in alphabetical order, of those that some sounds have and some have not
    """

    def __init__(self, C: float = 1.0):
        self.C = C

    def fit(self, sounds: FeatureSet) -> "SoundConcepts":
        """Learn from sounds with ``acoustic`` vectors and a column ``concepts``.

        Raises ValueError if no concept tells one sound from another.
        """
        tags = sounds.index["concepts"]
        names = sorted({name for own in tags for name in own})
        has = {name: np.array([name in own for own in tags]) for name in names}
        self.concepts_ = tuple(name for name in names if not has[name].all())
        if not self.concepts_:
            raise ValueError("no concept that some of the sounds have and some have not")
        X = np.asarray(sounds.arrays[SOUND])
        self.scaler_ = StandardScaler().fit(X)
        Z = self.scaler_.transform(X)
        self.classifiers_ = [
            LogisticRegression(C=self.C, max_iter=_ITERATIONS).fit(Z, has[name])
            for name in self.concepts_
        ]
        return self

    def scores(self, videos: FeatureSet) -> np.ndarray:
        """How probable each concept is in each video: (N, K') float32."""
        Z = self.scaler_.transform(np.asarray(videos.arrays[SOUND]))
        columns = [classifier.predict_proba(Z)[:, 1] for classifier in self.classifiers_]
        return np.stack(columns, axis=1).astype(np.float32)


def with_concepts(
    videos: FeatureSet, sounds: FeatureSet | None, C: float
) -> tuple[FeatureSet, tuple[str, ...]]:
    """The videos with concepts' scores for acoustic vectors, and the concepts' names.

    Parameters
    ----------
    sounds : external, for videos without AudioSet's scores
    C : see :class:`SoundConcepts`

    Raises ValueError if there are neither scores nor sounds.
    """
    if AUDIOSET in videos.arrays:
        names = tuple(videos.meta["modalities"][AUDIOSET]["names"])
        return _with_acoustic(videos, videos.arrays[AUDIOSET]), names
    if sounds is None:
        raise ValueError("no scores of AudioSet's concepts, and no external sounds")
    learned = SoundConcepts(C).fit(sounds)
    return _with_acoustic(videos, learned.scores(videos)), learned.concepts_


def _with_acoustic(videos: FeatureSet, scores: np.ndarray) -> FeatureSet:
    arrays: Mapping[str, np.ndarray] = {**videos.arrays, SOUND: scores}
    return replace(videos, arrays=arrays)
