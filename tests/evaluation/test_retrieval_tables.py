"""From runs to scores: a row a seed and a shuffle, and what is averaged over which."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.evaluation.embedding_runs import run_embedder, training_subsets
from tfrepro.evaluation.retrieval import evaluate
from tfrepro.evaluation.retrieval_tables import (
    DIRECTIONS,
    over_shuffles,
    pool_deviation,
    recalls,
)
from tfrepro.features.embeddings import Direction, Embeddings
from tfrepro.features.feature_set import FeatureSet

ASKED = {"ks": (1, 5), "pools": (8, 16), "shuffles": 3, "seed": 2}


class Noisy:
    """Finds the partner, the better the more videos it saw; images ask better than sounds."""

    def __init__(self, seed):
        self.seed = seed

    def fit(self, train, valid=None):
        self.videos = len(train)
        return self

    def embed(self, test):
        rng = np.random.default_rng(self.seed)
        found = rng.standard_normal((len(test), 5)).astype(np.float32)
        noise = rng.standard_normal((len(test), 5)).astype(np.float32) * 20 / self.videos
        return Embeddings(Direction(found + noise, found), Direction(found + noise / 9, found))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    index = pd.DataFrame({"id": [f"{i}" for i in range(80)], "label": "x"})
    features = FeatureSet(index, {"visual": np.zeros((80, 1), np.float32)}, {})
    trainings = training_subsets(np.arange(30), (5,), (7, 8))
    return run_embedder(
        Noisy, features, trainings, np.arange(32, 80), folder / "work", folder / "run"
    )


def test_a_row_for_each_seed_and_shuffle_and_a_column_a_score(run):
    scores = recalls(run, "audio_to_video", **ASKED)
    assert scores.index.names == ["seed", "shuffle"]
    assert scores.index.tolist() == [(seed, shuffle) for seed in (7, 8) for shuffle in range(3)]
    assert scores.columns.tolist() == [
        "recall_at_1_pool_8",
        "recall_at_5_pool_8",
        "recall_at_1_pool_16",
        "recall_at_5_pool_16",
    ]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("training", ["all", "videos-5"])
def test_they_are_those_of_that_seeds_embeddings(run, direction, training):
    scores = recalls(run, direction, **ASKED, training=training)
    for seed in (7, 8):
        expected = evaluate(getattr(run.embeddings(seed, training), direction), **ASKED)
        np.testing.assert_array_equal(scores.loc[seed], expected)


def test_directions_and_trainings_are_not_mixed_up(run):
    means = {
        (direction, training): recalls(run, direction, **ASKED, training=training).mean().mean()
        for direction in DIRECTIONS
        for training in ("all", "videos-5")
    }
    assert means["video_to_audio", "all"] > means["audio_to_video", "all"]
    for direction in DIRECTIONS:
        assert means[direction, "all"] > means[direction, "videos-5"]


def made_up(values):
    """Scores of seeds 1 and 2, given as seed -> the values of its shuffles."""
    return pd.concat(
        {seed: pd.DataFrame({"recall": column}) for seed, column in values.items()},
        names=["seed", "shuffle"],
    )


def test_over_shuffles_there_is_one_mean_a_seed():
    means = over_shuffles(made_up({1: [0.1, 0.3], 2: [0.5, 0.7]}))
    assert means["recall"].to_dict() == pytest.approx({1: 0.2, 2: 0.6})


def test_the_deviation_over_pools_leaves_out_that_over_seeds():
    scores = made_up({1: [0.1, 0.2, 0.3], 2: [0.4, 0.7, 1.0]})
    assert pool_deviation(scores) == {"recall": pytest.approx((0.1 + 0.3) / 2)}


def test_seeds_may_differ_where_pools_do_not():
    assert pool_deviation(made_up({1: [0.1, 0.1], 2: [0.9, 0.9]})) == {"recall": 0.0}


def test_one_shuffle_has_no_deviation():
    assert pool_deviation(made_up({1: [0.1], 2: [0.9]})) == {"recall": None}
