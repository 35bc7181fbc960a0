"""The nearest others: what brute force finds, the query's own video never."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.evaluation import neighbours
from tfrepro.evaluation.neighbours import label_agreement, nearest_others
from tfrepro.features.embeddings import Direction


def direction(n=30, d=4, seed=0):
    rng = np.random.default_rng(seed)
    return Direction(*rng.standard_normal((2, n, d)).astype(np.float32))


def brute_force(way, queries, count):
    products = np.float64(way.queries) @ np.float64(way.candidates).T
    np.fill_diagonal(products, -np.inf)
    rows = np.argsort(-products, axis=1)[queries, :count]
    return rows, np.take_along_axis(products[queries], rows, 1)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(2, 40), data=st.data())
def test_they_are_what_sorting_gives(seed, n, data):
    way = direction(n, seed=seed)
    count = data.draw(st.integers(1, n - 1))
    queries = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=50)))
    rows, scores = nearest_others(way, queries, count)
    expected = brute_force(way, queries, count)
    np.testing.assert_array_equal(rows, expected[0])
    np.testing.assert_allclose(scores, expected[1], atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(2, 20), count=st.integers(1, 19))
def test_the_own_video_is_never_found_even_among_ties(seed, n, count):
    vectors = np.round(np.random.default_rng(seed).standard_normal((n, 2))).astype(np.float32)
    rows, scores = nearest_others(Direction(vectors, vectors), np.arange(n), min(count, n - 1))
    assert (rows != np.arange(n)[:, None]).all()
    assert all(len(set(row)) == len(row) for row in rows)
    assert np.isfinite(scores).all()
    assert (np.diff(scores, axis=1) <= 0).all()


@pytest.mark.parametrize("block", [1, 4, 10, 100])
def test_the_size_of_the_blocks_does_not_matter(monkeypatch, block):
    way, queries = direction(), np.array([3, 29, 0, 7, 7, 12, 1, 2, 28, 5])
    monkeypatch.setattr(neighbours, "BLOCK", block)
    rows, scores = nearest_others(way, queries, 5)
    expected = brute_force(way, queries, 5)
    np.testing.assert_array_equal(rows, expected[0])
    np.testing.assert_allclose(scores, expected[1], atol=1e-5)


@pytest.mark.parametrize("count", [-1, 0, 30])
def test_a_count_that_cannot_be_is_named(count):
    with pytest.raises(ValueError, match=rf"count = {count}: must lie in 1 ... 29"):
        nearest_others(direction(), np.array([0]), count)


class TestLabelAgreement:
    # Each asks with its own direction; the nearest other of 0 is 1, of 1 is 2, of 2 and 3 is 0.
    WAY = Direction(
        np.float32([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0]]),
        np.eye(4, dtype=np.float32),
    )

    @pytest.mark.parametrize(
        ("labels", "share"),
        [
            ([[0], [0], [0], [0]], 1.0),
            ([[0], [1], [2], [3]], 0.0),
            ([[0], [0], [1], [1]], 0.25),
            ([[5], [6], [6, 5], [7]], 0.5),
            ([[0, 1], [1, 2], [2, 3], [3, 0]], 0.75),
            ([[0, 1, 2], [0, 1, 2], [9], [9]], 0.25),
        ],
    )
    def test_it_is_the_share_of_queries_that_have_a_label_in_common_with_the_nearest(
        self, labels, share
    ):
        assert label_agreement(self.WAY, labels) == share

    def test_labels_may_be_arrays_as_they_are_read_from_a_file(self):
        labels = [np.array(row) for row in ([0, 1], [1, 2], [2, 3], [3, 0])]
        assert label_agreement(self.WAY, labels) == 0.75

    def test_by_chance_it_is_the_share_of_pairs_with_a_common_label(self):
        rng = np.random.default_rng(0)
        y = rng.integers(0, 4, 3000)
        share = label_agreement(direction(3000, 20), y[:, None])
        assert share == pytest.approx(1 / 4, abs=0.04)

    def test_blocks_give_the_same(self, monkeypatch):
        way = direction()
        labels = np.random.default_rng(1).integers(0, 5, (30, 2))
        whole = label_agreement(way, labels)
        monkeypatch.setattr(neighbours, "BLOCK", 7)
        assert label_agreement(way, labels) == whole


def test_videos_without_labels_agree_with_none():
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32)
    way = Direction(vectors, vectors)
    assert label_agreement(way, [[0], [0], []]) == pytest.approx(2 / 3)
    assert label_agreement(way, [[], [], []]) == 0


def test_no_queries_have_no_matches():
    way = Direction(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32))
    rows, scores = nearest_others(way, np.empty(0, int), 2)
    assert rows.shape == scores.shape == (0, 2)
