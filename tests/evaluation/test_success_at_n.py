"""Success@N: known permutations, distances by brute force, ties, and chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from tfrepro.evaluation.retrieval import recall_at_k
from tfrepro.evaluation.success_at_n import (
    area,
    chance,
    cosine_scores,
    distance_scores,
    success_at_n,
)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


class TestCurve:
    @settings(max_examples=50, deadline=None)
    @given(st.integers(1, 8), st.integers(1, 20), st.integers(0, 999))
    def test_it_is_the_share_of_right_ranks_within_n(self, Q, N, seed):
        rng = np.random.default_rng(seed)
        places = np.array([rng.permutation(N) for _ in range(Q)])  # of each candidate, 0 first
        right = rng.integers(0, N, Q)
        rank = places[np.arange(Q), right] + 1
        curve = success_at_n(-1.0 - places, right)
        np.testing.assert_allclose(curve, [(rank <= n).mean() for n in range(1, N + 1)])
        assert (np.diff(curve) >= 0).all()
        assert curve[-1] == 1
        assert area(curve) == pytest.approx(1 - (rank.mean() - 1) / N)

    def test_three_queries_are_worked_out(self):
        scores = np.array([[9.0, 1, 5, 3], [9.0, 1, 5, 3], [9.0, 1, 5, 3]])
        np.testing.assert_allclose(success_at_n(scores, [0, 3, 1]), [1 / 3, 1 / 3, 2 / 3, 1])

    def test_queries_that_all_answer_alike_score_chance(self):
        scores = distance_scores(np.ones((5, 3)), np.tile(normal(1, 3), (40, 1)))
        np.testing.assert_allclose(success_at_n(scores, np.arange(5)), chance(40))
        assert area(chance(40)) == pytest.approx(41 / 80)

    def test_a_tie_of_two_is_a_hit_half_the_time(self):
        np.testing.assert_allclose(success_at_n(np.array([[2.0, 1, 1, 0]]), [2]), [0, 0.5, 1, 1])

    def test_random_scores_are_near_chance(self):
        curve = success_at_n(normal(500, 200), np.random.default_rng(1).integers(0, 200, 500))
        assert np.abs(curve - chance(200)).max() < 0.08

    @pytest.mark.parametrize(
        ("scores", "right", "words"),
        [
            (np.zeros((2, 3)), [0], r"must be \(Q, N\) and \(Q,\)"),
            (np.zeros((0, 3)), [], "Q > 0"),
            (np.zeros((1, 3)), [3], r"right answers 3 ... 3: must be 0 ... 2"),
            (np.full((1, 3), np.nan), [0], "not all are finite"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, scores, right, words):
        with pytest.raises(ValueError, match=words):
            success_at_n(scores, np.asarray(right, int))


class TestScores:
    def test_distances_are_those_of_scipy(self):
        made, own = normal(6, 50), normal(9, 50, seed=1)
        np.testing.assert_allclose(distance_scores(made, own), -(cdist(made, own) ** 2), rtol=1e-9)

    def test_a_perfect_reconstruction_is_first(self):
        own = 1000 + normal(30, 8)
        rows = np.arange(0, 30, 3)
        assert success_at_n(distance_scores(own[rows], own), rows)[0] == 1

    def test_the_cosine_knows_no_lengths(self):
        queries, own = normal(4, 6), normal(7, 6, seed=1)
        np.testing.assert_allclose(
            cosine_scores(3 * queries, own), 1 - cdist(queries, own, "cosine"), atol=1e-6
        )
        assert not cosine_scores(np.zeros((1, 6)), own).any()

    def test_with_every_candidate_asked_for_it_is_recall_at_k(self):
        queries, own = normal(40, 6), normal(40, 6, seed=1)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        own /= np.linalg.norm(own, axis=1, keepdims=True)
        curve = success_at_n(cosine_scores(queries, own), np.arange(40))
        np.testing.assert_allclose(curve, recall_at_k(queries, own, range(1, 41)))
