"""Finding a style in halves of the chunks: who stands where, and what is scored."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.evaluation.style_runs import (
    SEGMENT,
    VIDEO,
    chunk_scores,
    chunks_of,
    halves,
    run_halves,
    share_of_style,
    unit_scores,
    units_of,
)
from tfrepro.features.feature_set import FeatureSet


def segments(videos=16, seconds=135):
    """Videos of two whole minutes and a bit; every fourth is of the style, which is heard."""
    rows = []
    for video in range(videos):
        for part in range(-(-seconds // 6)):
            whole = part < 20
            rows.append(
                {
                    "id": f"v{video}-{part}",
                    "label": "style" if video % 4 == 0 else "other",
                    "group": f"v{video}",
                    "chunk": f"v{video}-minute-{part // 10}" if whole else "",
                    "place": part % 10 if whole else -1,
                }
            )
    index = pd.DataFrame(rows).sample(frac=1, random_state=0).reset_index(drop=True)
    own = (index["label"] == "style").to_numpy(np.float32)
    arrays = {
        "visual": index["place"].to_numpy(np.float32)[:, None],
        "acoustic": np.stack([own, index["id"].str[1:].str.split("-").str[0].astype(float)], 1),
    }
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    return FeatureSet(index, arrays, {"segments": 10})


class Ears:
    """Says of a unit whether its style is heard; of the whole chunk the contrary."""

    def __init__(self, log, seed):
        self.log = log
        self.seed = seed

    def fit(self, train, folds, unlabelled=None):
        self.log.append((self.seed, train, folds, unlabelled))
        return self

    def predict(self, test):
        heard = test.arrays["acoustic"][..., 0]
        return {
            "shared-base-1": heard,
            "shared-base-5": heard[:, :2],
            "multi-timescale": -heard.mean(axis=1),
        }


class TestChunks:
    def test_segments_of_no_whole_minute_are_left_out_and_the_others_in_order_of_time(self):
        chunks = chunks_of(segments(), "style")
        assert len(chunks) == 32
        assert chunks.arrays["acoustic"].shape == (32, 10, 2)
        places = np.tile(np.arange(10), (32, 1))
        np.testing.assert_array_equal(chunks.arrays["visual"][..., 0], places)
        for video, numbers in zip(chunks.videos, chunks.arrays["acoustic"][..., 1], strict=True):
            assert set(numbers) == {float(video[1:])}
        numbers = np.array([int(video[1:]) for video in chunks.videos])
        np.testing.assert_array_equal(chunks.positive, numbers % 4 == 0)

    def test_videos_of_unknown_style_and_those_that_are_no_music_are_left_out(self):
        features = segments()
        features.index.loc[features.index["group"] == "v1", "label"] = ""
        features.index["music"] = features.index["group"] != "v2"
        chunks = chunks_of(features, "style")
        assert len(chunks) == 28
        assert not {"v1", "v2"} & set(chunks.videos)

    def test_a_style_that_is_not_there_is_named_with_those_that_are(self):
        with pytest.raises(UserError, match=r"style Korean: no whole minute .*: other, style"):
            chunks_of(segments(), "Korean")


class TestHalves:
    def test_no_video_is_trained_and_tested_on(self):
        chunks = chunks_of(segments(), "style")
        for half in halves(chunks, [VIDEO], range(6), 0.5):
            assert not set(chunks.videos[half.train]) & set(chunks.videos[half.test])
            assert half.torn == 0
            assert sorted([*half.train, *half.test]) == list(range(32))
            for part in (half.train, half.test):
                assert 0 < chunks.positive[part].mean() < 1

    def test_in_the_papers_draw_some_are(self):
        chunks = chunks_of(segments(), "style")
        drawn = halves(chunks, [VIDEO, SEGMENT], (1, 2), 0.5)
        assert [(half.unit, half.seed) for half in drawn] == [
            (VIDEO, 1), (VIDEO, 2), (SEGMENT, 1), (SEGMENT, 2),
        ]  # fmt: skip
        for half in drawn[2:]:
            both = set(chunks.videos[half.train]) & set(chunks.videos[half.test])
            assert half.torn == len(both) > 0


@pytest.fixture
def start(tmp_path):
    """``start(log)``: the run of a fake method."""

    def run(log, **how):
        chunks = chunks_of(segments(), "style")
        drawn = halves(chunks, [VIDEO, SEGMENT], (1, 2), 0.5)
        settings = {"folds": 2, "transductive": False} | how
        return run_halves(
            lambda seed: Ears(log, seed), chunks, drawn, tmp_path / "w", tmp_path / "r", **settings
        )

    return run


class TestRun:
    def test_units_are_scored_by_their_chunks_label(self, start):
        scores = unit_scores(start([]), VIDEO)
        assert list(scores) == ["shared-base-1", "shared-base-5"]
        for frame in scores.values():
            assert frame.index.tolist() == [1, 2]
            assert frame["average_precision"].tolist() == [1, 1]

    def test_chunks_are_scored_whole_and_by_the_mean_of_their_units(self, start):
        run = start([])
        scores = chunk_scores(run, SEGMENT)
        assert list(scores) == ["multi-timescale", "average-shared"]
        assert scores["average-shared"]["average_precision"].tolist() == [1, 1]
        assert (scores["multi-timescale"]["average_precision"] < 0.5).all()

    def test_it_knows_its_units_and_the_share_of_the_style(self, start):
        run = start([])
        assert units_of(run) == {"shared-base-1": 10, "shared-base-5": 2}
        assert share_of_style(run, VIDEO) == pytest.approx(0.25, abs=0.1)
        assert run.costs["torn_videos"].tolist()[:2] == [0, 0]
        assert (run.costs["train"] + run.costs["test"] == 32).all()

    def test_folds_are_of_training_chunks_and_tear_no_video(self, start):
        log = []
        start(log)
        assert [seed for seed, *_ in log] == [1, 2, 1, 2]
        for _, train, folds, unlabelled in log:
            assert unlabelled is None
            assert len(folds) == len(train)
            pairs = {(video, fold) for video, fold in zip(train.videos, folds, strict=True)}
            assert len(pairs) == len(set(train.videos))

    def test_only_a_transductive_method_is_shown_what_it_is_tested_on(self, start):
        log = []
        start(log, transductive=True)
        for _, train, _, unlabelled in log:
            assert not set(train.names) & set(unlabelled.names)
            assert len(train) + len(unlabelled) == 32
