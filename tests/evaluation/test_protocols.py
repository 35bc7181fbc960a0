"""Splits: every row is tested once, and never on what was trained on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.evaluation.protocols import (
    Split,
    folds_of_groups,
    given_folds,
    official_split,
    stratified_folds,
)


@st.composite
def labels(draw):
    """(folds, y): some classes, each with at least as many rows as there are folds."""
    folds = draw(st.integers(2, 6))
    sizes = draw(st.lists(st.integers(folds, 4 * folds), min_size=2, max_size=5))
    y = np.repeat(np.arange(len(sizes)), sizes)
    return folds, draw(st.permutations(y.tolist()).map(np.array))


@st.composite
def groups_with_folds(draw):
    """(group, fold) of each row: a fold is a property of the group."""
    fold_of = draw(st.lists(st.integers(1, 5), min_size=2, max_size=12))
    fold_of[:2] = [1, 2]
    group = np.array([*draw(st.lists(st.integers(0, len(fold_of) - 1), max_size=40)), 0, 1])
    return group, np.array(fold_of)[group]


def check_partition(splits, rows):
    assert np.array_equal(np.sort(np.concatenate([s.test for s in splits])), np.arange(rows))
    for split in splits:
        assert np.array_equal(np.union1d(split.train, split.test), np.arange(rows))
        assert not np.intersect1d(split.train, split.test).size
        for part in (split.train, split.test):
            assert len(part)
            assert (np.diff(part) > 0).all(), "row numbers ascend"
    assert len({split.name for split in splits}) == len(splits)


@given(labels(), st.integers(0, 1000))
def test_random_folds_test_every_row_once(case, seed):
    folds, y = case
    splits = stratified_folds(y, folds, seed)
    assert len(splits) == folds
    check_partition(splits, len(y))


@given(labels(), st.integers(0, 1000))
def test_random_folds_spread_every_class_evenly(case, seed):
    folds, y = case
    for k in np.unique(y):
        counts = [np.sum(y[split.test] == k) for split in stratified_folds(y, folds, seed)]
        assert max(counts) - min(counts) <= 1


def test_the_seed_decides_on_the_folds():
    y = np.arange(200) % 4
    first, same, other = (stratified_folds(y, 5, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a.test, b.test) for a, b in zip(first, other, strict=True))


def test_a_class_smaller_than_the_number_of_folds_is_an_error_with_both_numbers():
    y = np.array([0] * 10 + [2] * 3)
    assert len(stratified_folds(y, 3, 0)) == 3
    with pytest.raises(UserError) as caught:
        stratified_folds(y, 4, 0)
    assert str(caught.value) == "folds = 4: the smallest class has only 3 items"


@given(groups_with_folds())
def test_given_folds_keep_a_group_together(case):
    group, fold = case
    splits = given_folds(fold)
    check_partition(splits, len(fold))
    for split in splits:
        assert not np.intersect1d(group[split.train], group[split.test]).size
        assert len(np.unique(fold[split.test])) == 1


def test_given_folds_are_named_after_their_number():
    assert [split.name for split in given_folds(np.array([3, 1, 3, 12]))] == [
        "fold-01",
        "fold-03",
        "fold-12",
    ]


def test_a_single_fold_leaves_nothing_to_train_on():
    with pytest.raises(UserError, match=r"^the corpus has 1 fold: must have at least 2$"):
        given_folds(np.ones(10, int))


def test_a_split_that_tests_on_training_rows_cannot_be_made():
    with pytest.raises(ValueError, match="split half tests on rows it trains on"):
        Split("half", np.arange(5), np.arange(4, 8))


def test_folds_of_groups_keep_groups_together_and_classes_spread():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 40, 400)
    y = (groups + rng.integers(0, 2, 400)) % 3
    splits = folds_of_groups(y, groups, 5, seed=1)
    tested = np.concatenate([split.test for split in splits])
    assert sorted(tested) == list(range(400))
    for split in splits:
        assert not set(groups[split.train]) & set(groups[split.test])
        assert np.bincount(y[split.test], minlength=3).min() > 0


def test_rows_that_are_groups_of_their_own_are_folded_as_if_there_were_none():
    y = np.arange(30) % 3
    made = folds_of_groups(y, np.arange(30), 3, seed=1)
    for one, other in zip(made, stratified_folds(y, 3, 1), strict=True):
        np.testing.assert_array_equal(one.test, other.test)


def test_too_few_groups_are_named():
    with pytest.raises(UserError, match="folds = 5: there are only 2 groups"):
        folds_of_groups(np.arange(10) % 2, np.arange(10) // 5, 5, seed=1)


def test_the_official_split_trains_on_what_is_for_validation_too():
    split = official_split(np.array(["train", "test", "valid", "test"]))
    assert (split.train.tolist(), split.test.tolist()) == ([0, 2], [1, 3])
    assert official_split(np.array(["", ""])) is None
    assert official_split(np.array(["train", "train"])) is None
