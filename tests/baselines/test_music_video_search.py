"""Canonical correlation as a method of retrieval."""

import numpy as np
import pandas as pd

from tfrepro.baselines.music_video_search import InitialCca
from tfrepro.features.feature_set import FeatureSet


def segments(n, seed):
    """Two noisy views of four hidden causes."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    causes = rng.standard_normal((n, 4))
    arrays = {
        name: (causes @ world.standard_normal((4, D)) + 0.2 * rng.standard_normal((n, D))).astype(
            np.float32
        )
        for name, D in {"visual": 30, "acoustic": 12}.items()
    }
    return FeatureSet(pd.DataFrame({"id": np.arange(n), "label": "x"}), arrays, {})


def test_a_sound_finds_its_pictures_and_pictures_their_sound():
    method = InitialCca(components=4, ridge=0.1, variance=0.95, most=500)
    embeddings = method.fit(segments(300, 0)).embed(segments(200, 1))
    for way in (embeddings.audio_to_video, embeddings.video_to_audio):
        found = (way.queries @ way.candidates.T).argmax(axis=1)
        assert np.mean(found == np.arange(200)) > 0.5
