"""The shuffled control, and that it catches what it is for."""

import numpy as np
import pandas as pd
import pytest

from tests.controls import assert_at_chance
from tfrepro.baselines.linear import SoftmaxOnFeatures
from tfrepro.evaluation.label_shuffle import shuffled_labels
from tfrepro.features.feature_set import FeatureSet


@pytest.fixture
def features():
    """Three classes of unequal sizes that lie apart, in groups of four of one class each."""
    rng = np.random.default_rng(0)
    y = np.repeat(rng.permutation(np.repeat([0, 1, 2], [30, 20, 10])), 4)
    X = rng.standard_normal((240, 5)) + 4 * np.eye(3, 5)[y]
    index = pd.DataFrame(
        {
            "id": [f"{row}" for row in range(240)],
            "label": np.array(["a", "b", "c"])[y],
            "parent": pd.Categorical(np.array(["p", "p", "q"])[y]),
            "group": np.arange(240) // 4,
        }
    )
    return FeatureSet(index, {"visual": X.astype(np.float32)}, {})


def parts(features):
    return features.take(np.arange(160)), features.take(np.arange(160, 240))


class SeesTestLabels(SoftmaxOnFeatures):
    """Somebody joined the parts before the fit."""

    def predict_proba(self, test):
        return self.fit(test).classifier_.predict_proba(self._inputs(test.stack(["visual"])))


def test_labels_and_parents_move_together_and_nothing_else_does(features):
    before = features.index.copy()
    shuffled = shuffled_labels(features, np.random.default_rng(0))
    pd.testing.assert_frame_equal(features.index, before)
    assert (shuffled.y != features.y).mean() > 0.4
    assert np.array_equal(np.bincount(shuffled.y), np.bincount(features.y))
    of = dict(zip(features.index["label"], features.index["parent"], strict=True))
    assert (shuffled.index["label"].map(of) == shuffled.index["parent"]).all()
    same = ["id", "group"]
    pd.testing.assert_frame_equal(shuffled.index[same], features.index[same])
    assert shuffled.index.dtypes.equals(features.index.dtypes)
    assert shuffled.arrays is features.arrays


@pytest.mark.parametrize("by_group", [False, True])
def test_only_the_given_rows_are_shuffled(features, by_group):
    rows = np.arange(40, 200)
    shuffled = shuffled_labels(features, np.random.default_rng(0), rows=rows, by_group=by_group)
    others = np.setdiff1d(np.arange(240), rows)
    np.testing.assert_array_equal(shuffled.y[others], features.y[others])
    assert (shuffled.y[rows] != features.y[rows]).mean() > 0.4
    np.testing.assert_array_equal(np.bincount(shuffled.y[rows]), np.bincount(features.y[rows]))


def test_groups_of_a_size_keep_one_label_each(features):
    shuffled = shuffled_labels(features, np.random.default_rng(0), by_group=True)
    assert (shuffled.index.groupby("group")["label"].nunique() == 1).all()
    assert (shuffled.y != features.y).mean() > 0.4
    freely = shuffled_labels(features, np.random.default_rng(0))
    assert freely.index.groupby("group")["label"].nunique().mean() > 2


def test_without_groups_none_can_be_kept(features):
    del features.index["group"]
    with pytest.raises(ValueError, match="no column group"):
        shuffled_labels(features, np.random.default_rng(0), by_group=True)


@pytest.mark.parametrize("rows", [[], [7]])
@pytest.mark.parametrize("by_group", [False, True])
def test_there_may_be_nothing_to_shuffle(features, rows, by_group):
    rows = np.array(rows, dtype=int)
    shuffled = shuffled_labels(features, np.random.default_rng(0), rows=rows, by_group=by_group)
    np.testing.assert_array_equal(shuffled.y, features.y)


def test_an_honest_method_is_at_chance(features):
    assert_at_chance(lambda: SoftmaxOnFeatures(["visual"], 1.0), *parts(features))


def test_a_method_that_sees_test_labels_is_caught(features):
    with pytest.raises(AssertionError, match="beyond chance"):
        assert_at_chance(lambda: SeesTestLabels(["visual"], 1.0), *parts(features))


def test_a_control_on_noise_is_refused(features):
    features.arrays["visual"][:] = np.random.default_rng(1).standard_normal((240, 5))
    with pytest.raises(AssertionError, match="nothing to be learned"):
        assert_at_chance(lambda: SoftmaxOnFeatures(["visual"], 1.0), *parts(features))
