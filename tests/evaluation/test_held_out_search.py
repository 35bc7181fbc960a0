"""Search among held-out music videos: fair draws, and success as it should be."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.evaluation.held_out_search import (
    DIRECTIONS,
    run_searches,
    search_scores,
    searches,
    success_curve,
)
from tfrepro.features.embeddings import Direction, Embeddings
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.scaling import unit_length

SIZES = {"candidates": 40, "queries": 10, "most": 0.5}


def segments(videos=30, each=6, music=None):
    """Segments whose features are their row number's code; of videos of which some are music."""
    count = videos * each
    index = pd.DataFrame(
        {
            "id": [f"s{i}" for i in range(count)],
            "label": "other",
            "group": np.repeat([f"v{i}" for i in range(videos)], each),
        }
    )
    if music is not None:
        index["music"] = np.repeat(np.arange(videos) < music, each)
    visual = unit_length(np.random.default_rng(0).standard_normal((count, 16))).astype(np.float32)
    return FeatureSet(index, {"visual": visual, "acoustic": 2 * visual}, {})


class Toy:
    """Knows the pairs, or with an odd seed nothing; logs what it is shown."""

    def __init__(self, log, seed):
        self.log = log
        self.seed = seed

    def fit(self, train, valid=None):
        self.log.append(("fit", self.seed, set(train.index["group"]), len(train)))
        self.history_ = pd.DataFrame({"step": [10], "loss": [0.5]})
        return self

    def embed(self, test):
        self.log.append(("embed", self.seed, set(test.index["group"]), len(test)))
        visual = test.arrays["visual"]
        return Embeddings.in_one_space(visual * (self.seed % 2 == 0), visual)


def made(index, trainings=("music",), seeds=(2, 3), **sizes):
    return searches(index, trainings, seeds, **{**SIZES, **sizes})


class TestDraws:
    def test_no_video_is_trained_on_and_searched_among(self):
        index = segments().index
        for search in made(index, seeds=range(5)):
            assert len(search.candidates) == 40
            assert len(search.queries) == 10
            assert search.queries.max() < 40
            groups = index["group"].to_numpy()
            assert not set(groups[search.train]) & set(groups[search.candidates])

    def test_each_seed_has_a_draw_of_its_own(self):
        first, second = made(segments().index)
        assert set(first.candidates) != set(second.candidates)

    def test_only_music_is_searched_among_and_other_videos_are_one_more_training(self):
        index = segments(music=20).index
        alone, whole = made(index, ("music", "all"), (1,))
        music = index["music"].to_numpy()
        assert music[alone.train].all()
        assert music[alone.candidates].all()
        np.testing.assert_array_equal(alone.candidates, whole.candidates)
        np.testing.assert_array_equal(alone.queries, whole.queries)
        others = np.setdiff1d(whole.train, alone.train)
        np.testing.assert_array_equal(others, np.flatnonzero(~music))

    def test_there_is_no_other_video_where_all_are_music(self):
        with pytest.raises(UserError, match="the corpus has music videos alone"):
            made(segments().index, ("all",))


class TestRun:
    @pytest.fixture
    def run(self, tmp_path):
        features = segments(music=20)
        wanted = made(features.index, ("music", "all"))
        self.log = []
        return run_searches(
            lambda seed: Toy(self.log, seed), features, wanted, tmp_path / "w", tmp_path / "r"
        )

    def test_pairs_that_are_known_are_found_first_and_others_by_chance(self, run):
        scores = search_scores(run, "music", (1, 10, 1000))
        assert scores.columns.tolist() == ["success_at_1", "success_at_10", "area"]
        assert scores.index.tolist() == [2, 3]
        np.testing.assert_allclose(scores.loc[2], 1)
        np.testing.assert_allclose(scores.loc[3], [1 / 40, 1 / 4, 41 / 80])

    def test_it_is_kept_both_ways_for_every_training_and_seed(self, run):
        curves = run.frames["curves"]
        counts = curves.groupby(["training", "seed", "direction"]).size()
        assert len(counts) == 8
        assert (counts == 40).all()
        assert set(curves["direction"]) == set(DIRECTIONS)
        assert run.costs["segments"].tolist()[2:] == [n + 60 for n in run.costs["segments"][:2]]
        assert run.costs[["candidates", "queries"]].drop_duplicates().to_numpy().tolist() == [
            [40, 10]
        ]
        assert run.frames["history"][["training", "seed"]].drop_duplicates().shape == (4, 2)

    def test_a_method_never_sees_a_video_that_it_searches_among(self, run):
        for fit, embed in zip(self.log[::2], self.log[1::2], strict=True):
            assert (fit[0], embed[0]) == ("fit", "embed")
            assert not fit[2] & embed[2]
            assert embed[3] == 40


def test_a_query_is_compared_with_all_candidates_by_its_dot_products():
    way = Direction(np.eye(3, dtype=np.float32), np.float32([[1, 0, 0], [2, 1, 0], [0, 0, 1]]))
    np.testing.assert_allclose(success_curve(way, np.array([0, 2])), [0.5, 1, 1])
