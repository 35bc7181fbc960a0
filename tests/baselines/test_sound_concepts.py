"""Concepts heard in videos: learned from external sounds, or AudioSet's scores."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.baselines.sound_concepts import SoundConcepts, with_concepts
from tfrepro.features.feature_set import FeatureSet

DIRECTIONS = np.random.default_rng(0).standard_normal((3, 10))
NAMES = ("bell", "rain", "siren")


def heard(N, seed):
    """Vectors in which some of three concepts are, and which these are."""
    rng = np.random.default_rng(seed)
    has = rng.random((N, 3)) < 0.4
    X = 3 * has @ DIRECTIONS + 0.3 * rng.standard_normal((N, 10)) + 5
    return X.astype(np.float32), has


def sounds(N=80, always=()):
    X, has = heard(N, 1)
    tags = [[*np.array(NAMES)[own], *always] for own in has]
    index = pd.DataFrame({"id": np.arange(N), "label": "x", "concepts": tags})
    return FeatureSet(index, {"acoustic": X}, {})


def videos(N=40, **arrays):
    X, has = heard(N, 2)
    meta = {"modalities": {"audioset": {"names": ["Speech", "Music"]}}}
    index = pd.DataFrame({"id": np.arange(N), "label": "x"})
    return FeatureSet(index, {"visual": X[:, :2], "acoustic": X, **arrays}, meta), has


def test_what_sounds_teach_is_heard_in_videos():
    features, has = videos()
    made, concepts = with_concepts(features, sounds(), C=1.0)
    assert concepts == NAMES
    assert ((made.arrays["acoustic"] > 0.5) == has).mean() > 0.95
    assert made.arrays["acoustic"].dtype == np.float32
    assert made.arrays["visual"] is features.arrays["visual"]
    assert features.arrays["acoustic"].shape == (40, 10), "the set itself stays as it is"


def test_a_concept_that_every_sound_has_is_none():
    assert SoundConcepts().fit(sounds(always=["noise"])).concepts_ == NAMES


def test_scores_of_audioset_are_taken_where_there_are_any():
    scores = np.random.default_rng(3).random((40, 2)).astype(np.float32)
    features, _ = videos(audioset=scores)
    for external in (None, sounds()):
        made, concepts = with_concepts(features, external, C=1.0)
        assert concepts == ("Speech", "Music")
        np.testing.assert_array_equal(made.arrays["acoustic"], scores)


def test_without_sounds_or_scores_there_is_nothing_to_hear():
    with pytest.raises(ValueError, match="no scores of AudioSet's concepts, and no external"):
        with_concepts(videos()[0], None, C=1.0)
    untold = sounds()
    untold.index["concepts"] = [["noise"]] * len(untold)
    with pytest.raises(ValueError, match="no concept that some of the sounds have"):
        with_concepts(videos()[0], untold, C=1.0)
