"""From segments to levels: nothing is lost, order is kept, and no video stands on two sides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tfrepro.errors import UserError
from tfrepro.evaluation.segment_levels import (
    LEVELS,
    SEGMENTS,
    average_precision,
    average_units,
    chunk_rows,
    inherit,
    join_adjacent,
    join_modalities,
    video_folds,
)


def shuffled_segments(chunks, seed, segments=SEGMENTS):
    """Segments of chunks in any order: (N,) chunk names and (N,) places."""
    names = np.repeat([f"clip-{i}" for i in range(chunks)], segments)
    places = np.tile(np.arange(segments), chunks)
    order = np.random.default_rng(seed).permutation(len(names))
    return names[order], places[order]


class TestChunks:
    @settings(max_examples=30, deadline=None)
    @given(chunks=st.integers(1, 12), seed=st.integers(0, 999))
    def test_every_segment_has_its_place_in_its_chunk(self, chunks, seed):
        names, places = shuffled_segments(chunks, seed)
        found, rows = chunk_rows(names, places)
        assert sorted(rows.ravel()) == list(range(len(names)))
        assert (names[rows] == found[:, None]).all()
        assert (places[rows] == np.arange(SEGMENTS)).all()

    def test_chunks_stand_in_the_order_of_the_set(self):
        found, rows = chunk_rows(["b", "b", "a", "a"], [0, 1, 6.0, 0], segments=2)
        assert found.tolist() == ["b", "a"]
        assert rows.tolist() == [[0, 1], [3, 2]]

    @pytest.mark.parametrize("chunks", [["a", "a", "b"], ["a", "a", "b", "b", "b"]])
    def test_a_chunk_with_too_few_or_too_many_segments_is_named(self, chunks):
        with pytest.raises(UserError, match=r"chunk b: has \d segments?, must have 2"):
            chunk_rows(chunks, np.arange(len(chunks)), segments=2)

    def test_two_segments_cannot_share_a_place(self):
        with pytest.raises(UserError, match="chunk a: has two segments at one place"):
            chunk_rows(["a", "a"], [3, 3], segments=2)


class TestLevels:
    @settings(max_examples=30, deadline=None)
    @given(level=st.sampled_from(LEVELS), C=st.integers(1, 4), D=st.integers(1, 5))
    def test_units_hold_all_values_of_a_chunk_in_the_order_of_time(self, level, C, D):
        H = np.arange(C * SEGMENTS * D).reshape(C, SEGMENTS, D)
        units = join_adjacent(H, level)
        assert units.shape == (C, SEGMENTS // level, level * D)
        np.testing.assert_array_equal(units.reshape(C, -1), H.reshape(C, -1))
        for unit in range(SEGMENTS // level):
            own = H[:, unit * level : (unit + 1) * level].reshape(C, -1)
            np.testing.assert_array_equal(units[:, unit], own)

    @pytest.mark.parametrize("level", LEVELS)
    def test_a_unit_of_level_n_has_n_times_what_both_modalities_have(self, level):
        V, A = np.zeros((3, SEGMENTS, 7)), np.ones((3, SEGMENTS, 4))
        units = join_modalities([V, A], level)
        assert units.shape == (3, SEGMENTS // level, level * (7 + 4))
        assert not units[..., : 7 * level].any()
        assert units[..., 7 * level :].all()

    def test_the_numbers_of_units_are_the_papers(self):
        H = np.zeros((4000, SEGMENTS, 1), np.int8)
        sizes = {level: join_adjacent(H, level)[..., 0].size for level in LEVELS}
        assert sizes == {1: 40_000, 2: 20_000, 5: 8_000, 10: 4_000}

    def test_a_level_that_does_not_divide_a_chunk_is_refused(self):
        with pytest.raises(ValueError, match="level = 4: must divide the 10 segments"):
            join_adjacent(np.zeros((1, 10, 2)), 4)

    def test_units_have_their_chunks_label(self):
        np.testing.assert_array_equal(inherit([1, 0], 3), [[1, 1, 1], [0, 0, 0]])


class TestScores:
    def test_average_precision_is_over_all_units(self):
        rng = np.random.default_rng(0)
        y, P = np.arange(12) % 3 == 0, rng.random((12, 5))
        expected = average_precision_score(np.repeat(y, 5), P.ravel())
        assert average_precision(y, P) == pytest.approx(expected)
        assert average_precision(y, P[:, 0]) == pytest.approx(average_precision(y, P[:, :1]))

    def test_the_ranking_of_four_is_worked_out(self):
        # Positives first and third: (1 / 1 + 2 / 3) / 2.
        y = np.array([True, False, True, False])
        assert average_precision(y, np.array([4.0, 3, 2, 1])) == pytest.approx(5 / 6)

    def test_without_a_positive_there_is_none(self):
        with pytest.raises(ValueError, match="no chunk is positive"):
            average_precision(np.zeros(3, bool), np.zeros(3))

    def test_local_predictions_are_averaged(self):
        np.testing.assert_allclose(average_units([[0.0, 1], [0.5, 0.7]]), [0.5, 0.6])


@st.composite
def corpora(draw):
    """Labels and source videos of two or more chunks a video."""
    videos = draw(st.integers(8, 40))
    chunks = draw(st.lists(st.integers(1, 3), min_size=videos, max_size=videos))
    if max(chunks) == 1:
        chunks[0] = 2
    positive = np.arange(videos) % draw(st.integers(2, 4)) == 0
    return np.repeat(positive, chunks), np.repeat([f"v{i}" for i in range(videos)], chunks)


class TestFolds:
    @settings(max_examples=40, deadline=None)
    @given(corpora(), st.integers(2, 5), st.integers(0, 99))
    def test_no_source_video_is_in_two_folds(self, corpus, folds, seed):
        y, videos = corpus
        fold = video_folds(y, videos, folds, seed)
        assert set(fold) == set(range(folds))
        for video in set(videos):
            assert len(set(fold[videos == video])) == 1

    def test_each_fold_has_its_share_of_positives(self):
        y, videos = np.repeat(np.arange(50) < 10, 2), np.repeat(np.arange(50), 2)
        fold = video_folds(y, videos, 5, 3)
        assert [y[fold == k].sum() for k in range(5)] == [4] * 5
        assert [(fold == k).sum() for k in range(5)] == [20] * 5

    def test_too_few_videos_are_refused(self):
        with pytest.raises(UserError, match="there are only 2 groups"):
            video_folds(np.zeros(6, bool), np.repeat([0, 1], 3), 3, 0)
