"""Scores of frequent and of rare classes, against counts by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.evaluation.popularity_groups import group_scores, popularity_groups
from tfrepro.evaluation.scores import micro_f1

VENUES = [f"{k:03d}" for k in range(188)]


def one_hot(classes, K):
    return np.eye(K, dtype=np.float32)[classes]


def test_dares_classes_make_four_groups_of_47():
    groups = popularity_groups(np.repeat(np.arange(188), np.arange(188)), VENUES)
    assert [len(group) for group in groups] == [47, 47, 47, 47]
    np.testing.assert_array_equal(np.concatenate(groups), np.arange(188)[::-1])


def test_groups_are_as_equal_as_can_be_and_a_class_may_be_unseen():
    groups = popularity_groups(np.array([2, 2, 2, 4, 4, 1]), "abcde", 3)
    assert [group.tolist() for group in groups] == [[2, 4], [1, 0], [3]]


@pytest.mark.parametrize("groups", [0, 6])
def test_there_are_as_many_groups_as_classes_at_most(groups):
    with pytest.raises(ValueError, match=f"groups = {groups}: must be from 1 to 5"):
        popularity_groups(np.array([0]), "abcde", groups)


def test_scores_agree_with_counts_by_hand():
    # Classes 0 and 1: of 4 items 2 are right, 1 goes to the other class of the group, 1 out of
    # the group, and 1 comes from outside: TP 2, FN 2, FP 2. Class 2: TP 1, FN 1, FP 1.
    y = np.array([0, 0, 0, 1, 2, 2])
    P = one_hot([0, 0, 2, 0, 2, 1], 3)
    assert group_scores(y, P, [np.array([0, 1]), np.array([2])]) == {
        "micro_f1_group_1": pytest.approx(4 / 8),
        "accuracy_group_1": pytest.approx(2 / 4),
        "micro_f1_group_2": pytest.approx(2 / 4),
        "accuracy_group_2": pytest.approx(1 / 2),
    }


def test_what_comes_from_outside_lowers_f1_but_not_accuracy():
    y = np.array([0, 1, 1, 1])
    scores = group_scores(y, one_hot([0, 0, 0, 0], 2), [np.array([0])])
    assert scores["accuracy_group_1"] == 1
    assert scores["micro_f1_group_1"] == pytest.approx(2 / 5)


def test_a_group_without_a_test_item_has_no_score_and_warns_of_nothing():
    y, P = np.array([0, 0]), one_hot([0, 1], 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = group_scores(y, P, [np.array([0]), np.array([1]), np.array([2])])
    assert scores["accuracy_group_1"] == 0.5
    assert np.isnan(
        [scores[f"{name}_group_{g}"] for name in ("micro_f1", "accuracy") for g in (2, 3)]
    ).all()


@given(st.integers(0, 9999))
def test_one_group_of_all_classes_has_the_scores_of_the_whole(seed):
    rng = np.random.default_rng(seed)
    y, P = rng.integers(5, size=20), rng.dirichlet(np.ones(5), 20)
    expected = pytest.approx(micro_f1(y, P))
    assert group_scores(y, P, [np.arange(5)]) == {
        "micro_f1_group_1": expected,
        "accuracy_group_1": expected,
    }
    parts = group_scores(y, P, [np.array([0, 3]), np.array([1, 2, 4])])
    sizes = [np.isin(y, [0, 3]).mean(), np.isin(y, [1, 2, 4]).mean()]
    shares = [np.nan_to_num(parts[f"accuracy_group_{g}"]) for g in (1, 2)]
    assert np.dot(shares, sizes) == expected


def test_predictions_that_are_none_are_rejected():
    with pytest.raises(ValueError, match="sums to"):
        group_scores(np.array([0]), np.array([[0.5, 0.2]]), [np.array([0])])
