"""Draws of a test part, and of what is watched within the training part."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.evaluation.hold_out import held_out, hold_out, resampled
from tfrepro.features.feature_set import FeatureSet


class Keeper:
    """Keeps what it was given."""

    def __init__(self, seed=0):
        self.seed = seed

    def fit(self, train, valid=None):
        self.train, self.valid = train, valid
        return self

    def predict_proba(self, test):
        return np.full((len(test), len(test.classes)), 1 / len(test.classes), np.float32)


def a_set(owners=40, videos=3):
    rows = owners * videos
    index = pd.DataFrame(
        {
            "id": range(rows),
            "label": [f"venue {owner % 4}" for owner in range(owners) for _ in range(videos)],
            "group": np.repeat(np.arange(owners), videos).astype(str),
        }
    )
    return FeatureSet(index, {"visual": np.arange(rows, dtype=np.float32)[:, None]}, {})


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.1, 0.2, 0.3]))
def test_draws_are_whole_and_tear_no_group_apart(seed, share):
    features = a_set()
    groups = features.index["group"].to_numpy()
    draws = resampled(features, 3, share, seed)
    assert [draw.name for draw in draws] == ["draw-01", "draw-02", "draw-03"]
    for draw in draws:
        both = np.sort(np.concatenate([draw.train, draw.test]))
        np.testing.assert_array_equal(both, np.arange(len(features)))
        assert not set(groups[draw.train]) & set(groups[draw.test])
        assert len(draw.test) == pytest.approx(share * len(features), abs=6)
    assert len({tuple(draw.test) for draw in draws}) > 1


def test_a_method_is_watched_on_whole_groups_of_its_training_part():
    features = a_set()
    method = held_out(Keeper, 0.2)(5).fit(features).method
    kept, drawn = hold_out(features, 0.2, 5)
    assert method.seed == 5
    assert method.train.index["id"].tolist() == kept.tolist()
    assert method.valid.index["id"].tolist() == drawn.tolist()
    assert set(method.train.classes) == set(method.valid.classes)
    assert not set(method.train.index["group"]) & set(method.valid.index["group"])


def test_methods_of_one_seed_are_watched_on_the_same_videos():
    features = a_set()
    valid = [held_out(Keeper, 0.2)(s).fit(features).method.valid.index["id"] for s in (1, 1, 2)]
    assert valid[0].tolist() == valid[1].tolist() != valid[2].tolist()


def test_without_a_share_a_method_learns_from_all_and_is_not_watched():
    features = a_set()
    wrapped = held_out(Keeper, None)(0).fit(features)
    assert wrapped.method.train is features
    assert wrapped.method.valid is None
    assert wrapped.history_.empty
    assert wrapped.predict_proba(features).shape == (120, 4)
