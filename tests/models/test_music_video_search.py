"""Music videos that are searched for by what a network makes of the other modality."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.evaluation.held_out_search import run_searches, search_scores, searches
from tfrepro.evaluation.success_at_n import distance_scores
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models.music_video_search import (
    DISTANCES,
    DeepCca,
    ReconstructionSearch,
    SharedDbn,
    nearest,
)

MACHINE = {"units": 16, "learning_rate": 0.05, "steps": 300, "batch": 32, "momentum_steps": 100}
STACK = ({**MACHINE, "units": 24, "learning_rate": 0.01}, MACHINE)
MACHINES = {"visual": STACK, "acoustic": STACK, "shared": {**MACHINE, "units": 32}}
TUNING = {"missing": 0.67, "learning_rate": 0.005, "batch": 32, "epochs": 20}
METHODS = {
    "mean-field": lambda seed: SharedDbn(MACHINES, "mean-field", steps=5, seed=seed),
    "euclidean": lambda seed: SharedDbn(
        MACHINES, "mean-field", steps=5, distance="euclidean", seed=seed
    ),
    "gibbs": lambda seed: SharedDbn(MACHINES, "gibbs", steps=20, last=10, seed=seed),
    "tuned": lambda seed: ReconstructionSearch(
        "dbn-tuned", MACHINES | {"tuning": TUNING}, seed=seed
    ),
    "autoencoder": lambda seed: ReconstructionSearch(
        "autoencoder",
        {
            "visual": (24, 16),
            "acoustic": (24, 16),
            "shared": 32,
            "training": TUNING | {"corruption": 0.1, "pretraining_epochs": 10},
        },
        seed=seed,
    ),
    "cca": lambda seed: DeepCca(
        STACK, STACK, components=8, ridge=0.01, variance=0.99, most=50, seed=seed
    ),
}


def planted(videos=60, each=6):
    """Segments whose mood, which drifts within a video, is seen and heard, on scales of its own."""
    rng = np.random.default_rng(0)
    mood = np.repeat(rng.standard_normal((videos, 3)), each, axis=0)
    mood = mood + 0.5 * rng.standard_normal(mood.shape)
    arrays = {
        name: 10
        + scale * (mood @ rng.standard_normal((3, D)) + 0.5 * rng.standard_normal((len(mood), D)))
        for name, D, scale in (("visual", 20, 5.0), ("acoustic", 12, 0.1))
    }
    index = pd.DataFrame({"id": np.arange(len(mood)), "label": "other"})
    index["group"] = np.repeat(np.arange(videos), each)
    return FeatureSet(index, {name: X.astype(np.float32) for name, X in arrays.items()}, {})


@pytest.mark.parametrize("name", METHODS)
def test_planted_moods_are_found_by_sound_and_by_picture(name, tmp_path):
    features = planted()
    wanted = searches(features.index, ["music"], [1], candidates=90, queries=60, most=0.5)
    run = run_searches(METHODS[name], features, wanted, tmp_path / "w", tmp_path / "r")
    for direction in ("audio_to_video", "video_to_audio"):
        scores = search_scores(run, "music", (10,), direction)
        assert scores["area"].item() > 0.65, "by chance 0.5"
        assert scores["success_at_10"].item() > 0.2, "by chance 0.11"
    assert "layer" in run.frames["history"]


def test_the_nearest_candidate_has_the_largest_dot_product():
    rng = np.random.default_rng(0)
    made, own = rng.standard_normal((2, 30, 8))
    way = nearest(made, 3 * own)
    assert way.queries.shape == way.candidates.shape == (30, 9)
    distances = distance_scores(made, 3 * own)
    order = np.argsort(way.queries @ way.candidates.T, axis=1)
    np.testing.assert_array_equal(order, np.argsort(distances, axis=1))


def shares_of_first_places(way):
    """How often the most frequent of the nearest candidates is the nearest."""
    first = np.argmax(way.queries @ way.candidates.T, axis=1)
    return np.bincount(first).max() / len(first)


def test_what_varies_little_finds_everywhere_the_same_but_by_its_angle():
    own = np.random.default_rng(0).standard_normal((200, 8))
    ways = {name: measure(0.05 * own, own) for name, measure in DISTANCES.items()}
    assert shares_of_first_places(ways["euclidean"]) > 0.5
    assert shares_of_first_places(ways["angle"]) == 1 / 200


def test_the_angle_is_that_between_vectors():
    made, own = np.random.default_rng(0).standard_normal((2, 20, 5))
    way = DISTANCES["angle"](made, own)
    lengths = np.linalg.norm(made, axis=1)[:, None] * np.linalg.norm(own, axis=1)
    np.testing.assert_allclose(way.queries @ way.candidates.T, made @ own.T / lengths, atol=1e-6)
