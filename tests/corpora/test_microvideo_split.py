"""The papers' sizes, every class on every side, and no group on two."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.corpora.microvideo_split import resamplings, split_venue
from tfrepro.errors import UserError


def labels(n, classes, least, seed=0):
    """Classes of uneven size, each with at least so many items."""
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(classes, 0.3))
    more = rng.choice(classes, n - classes * least, p=share)
    return rng.permutation(np.concatenate([np.arange(classes).repeat(least), more]))


# --- VENUE-188 ------------------------------------------------------------------------------------


def test_270145_videos_are_split_as_the_papers_print():
    y = labels(270_145, 188, least=50)
    parts = split_venue(y)
    assert Counter(parts) == {"train": 132_370, "valid": 56_731, "test": 81_044}
    for part, share in (("train", 0.49), ("valid", 0.21), ("test", 0.3)):
        expected = share * np.bincount(y)
        assert np.abs(np.bincount(y[parts == part]) - expected).max() < 1.5


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.integers(8, 30), min_size=2, max_size=5),
    seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)),
)
def test_every_class_is_in_every_part(sizes, seeds):
    y = np.arange(len(sizes)).repeat(sizes)
    parts = split_venue(y, seeds)
    for part in ("train", "valid", "test"):
        assert set(y[parts == part]) == set(range(len(sizes)))
    test = -(-3 * len(y) // 10)
    assert Counter(parts)["test"] == test
    assert Counter(parts)["valid"] == -(-3 * (len(y) - test) // 10)


def test_seeds_decide_who_is_held_out():
    y = np.arange(4).repeat(50)
    first = split_venue(y)
    np.testing.assert_array_equal(split_venue(y), first)
    other = split_venue(y, seeds=(0, 2))
    np.testing.assert_array_equal(other == "test", first == "test")
    assert (other != first).any()
    assert (split_venue(y, seeds=(3, 1)) != first).any()


def test_a_class_too_small_to_split_is_refused():
    with pytest.raises(UserError, match="21 videos cannot be split: The least populated class"):
        split_venue(np.array([0] * 20 + [1]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_group_is_in_two_parts(data):
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=24, max_size=40))
    group = np.array(data.draw(st.permutations(np.repeat(np.arange(len(sizes)), sizes).tolist())))
    y = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(group), max_size=len(group))))
    parts = split_venue(y, groups=np.array([f"user {g}" for g in group]))
    assert all(len(set(parts[group == g])) == 1 for g in group)
    largest = max(Counter(group.tolist()).values())
    assert abs(Counter(parts)["test"] - 0.3 * len(y)) <= largest * 4
    assert "train" in parts


def test_groups_are_spread_like_the_classes():
    """Five takes of each recording, all of one class: 30 % of every class, to a recording."""
    y = np.arange(6).repeat(500)
    group = np.arange(600).repeat(5)
    parts = split_venue(y, groups=group)
    assert all(len(set(takes)) == 1 for takes in parts.reshape(600, 5))
    for part, share in (("train", 0.49), ("valid", 0.21), ("test", 0.3)):
        assert np.abs(np.bincount(y[parts == part]) - share * 500).max() <= 10
    np.testing.assert_array_equal(split_venue(y, groups=group), parts)
    assert (split_venue(y, (5, 6), groups=group) != parts).any()


def test_a_class_of_one_group_is_trained_on():
    y = np.array([0] * 60 + [1] * 20)
    parts = split_venue(y, groups=np.array([*range(60), *[99] * 20]))
    assert set(parts[60:]) == {"train"}
    assert 15 <= Counter(parts)["test"] <= 24


def test_too_few_groups_are_refused():
    with pytest.raises(UserError, match="1 groups are too few"):
        split_venue(np.arange(2).repeat(20), groups=np.zeros(40))
    with pytest.raises(ValueError, match="3 groups for 40 videos"):
        resamplings(np.arange(2).repeat(20), test=9, groups=np.zeros(3))


# --- EASTERN --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stratified", [False, True])
def test_20093_videos_are_resampled_as_the_paper_prints(stratified):
    y = labels(20_093, 22, least=100)
    found = resamplings(y, stratified=stratified)
    assert [(len(train), len(test)) for train, test in found] == [(18_000, 2_093)] * 10
    for train, test in found:
        np.testing.assert_array_equal(np.union1d(train, test), np.arange(20_093))
        assert (np.diff(train) > 0).all()
        assert (np.diff(test) > 0).all()
    shares = np.array([np.bincount(y[test], minlength=22) for _, test in found])
    expected = np.bincount(y) * 2093 / 20_093
    assert (np.abs(shares - expected).max() < 1.5) == stratified
    both = [len(np.intersect1d(found[0][1], test)) for _, test in found[1:]]
    assert 150 < min(both) <= max(both) < 300, "drawn anew, not folds"


@pytest.mark.parametrize("groups", [None, np.arange(100) // 2])
def test_fewer_resamplings_are_the_first_of_more(groups):
    y = np.arange(100) % 3
    few, more = (resamplings(y, count, 20, seed=4, groups=groups) for count in (2, 5))
    for one, other in zip(few, more[:2], strict=True):
        np.testing.assert_array_equal(one[1], other[1])
    assert len({tuple(test) for _, test in more}) == 5
    assert tuple(resamplings(y, 1, 20, 5, groups)[0][1]) != tuple(few[0][1])


@settings(max_examples=40, deadline=None)
@given(
    group=st.lists(st.integers(0, 40), min_size=60, max_size=90),
    test=st.integers(10, 40),
    stratified=st.booleans(),
)
def test_resamplings_keep_groups_together(group, test, stratified):
    group = np.array(group)
    if len(set(group)) < 15:
        return
    y = np.arange(len(group)) % 2
    for kept, drawn in resamplings(y, 3, test, groups=group, stratified=stratified):
        assert not set(group[kept]) & set(group[drawn])
        assert len(kept) + len(drawn) == len(y)
        assert abs(len(drawn) - test) <= 2 * np.bincount(group).max()


@pytest.mark.parametrize("test", [0, 100, 101])
def test_a_test_part_of_nothing_or_of_all_is_refused(test):
    with pytest.raises(UserError, match=f"test = {test}: must be from 1 to 99"):
        resamplings(np.zeros(100, dtype=int), test=test)
