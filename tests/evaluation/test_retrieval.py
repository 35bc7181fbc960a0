"""Recall@K in pools: brute force, ties, chance, and how videos are cut into pools."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.evaluation.retrieval import (
    cut_into_pools,
    evaluate,
    rank_counts,
    recall_at_k,
    validate_pool,
)
from tfrepro.features.embeddings import Direction, Embeddings


def vectors(n=50, d=6, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def brute_force(queries, candidates, k):
    """Recall by sorting, where nothing ties."""
    order = np.argsort(-(np.float64(queries) @ np.float64(candidates).T), axis=1)
    return np.mean([i in order[i, :k] for i in range(len(queries))])


class TestRecall:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 9999), n=st.integers(1, 60), k=st.integers(1, 70))
    def test_it_is_what_sorting_gives(self, seed, n, k):
        queries, candidates = vectors(n, seed=seed), vectors(n, seed=seed + 1)
        expected = brute_force(queries, candidates, k)
        assert recall_at_k(queries, candidates, (k,))[0] == pytest.approx(expected)

    @pytest.mark.parametrize("block", [1, 7, 50, 1000])
    def test_the_size_of_the_blocks_does_not_matter(self, block):
        queries, candidates = vectors(), vectors(seed=1)
        whole = rank_counts(queries, candidates)
        np.testing.assert_array_equal(rank_counts(queries, candidates, block), whole)

    def test_a_perfect_embedding_finds_everything(self):
        x = vectors()
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        np.testing.assert_allclose(recall_at_k(x, x, (1, 5)), [1, 1])

    def test_it_grows_with_k_and_reaches_one_at_the_whole_pool(self):
        recalls = recall_at_k(vectors(), vectors(seed=1), range(1, 51))
        assert (np.diff(recalls) >= 0).all()
        assert recalls[-1] == 1

    def test_the_best_of_opposite_candidates_is_the_last(self):
        queries = np.eye(4, dtype=np.float32)
        np.testing.assert_allclose(recall_at_k(queries, -queries, (1, 3, 4)), [0, 0, 1])


class TestTies:
    @pytest.mark.parametrize("vector", [[0.0, 0.0, 0.0], [0.1, 0.7, -0.3]])
    def test_collapsed_embeddings_score_exactly_chance(self, vector):
        collapsed = np.tile(np.float32(vector), (256, 1))
        recalls = recall_at_k(collapsed, collapsed, (1, 5, 10))
        np.testing.assert_allclose(recalls, np.array([1, 5, 10]) / 256)

    def test_collapsed_candidates_score_exactly_chance_whatever_is_asked(self):
        candidates = np.tile(vectors(1, 250), (300, 1))
        recalls = recall_at_k(vectors(300, 250, 1), candidates, (1, 10))
        np.testing.assert_allclose(recalls, np.array([1, 10]) / 300)

    def test_a_tie_of_two_is_a_hit_half_the_time(self):
        candidates = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
        recalls = recall_at_k(candidates, candidates, (1, 2))
        np.testing.assert_allclose(recalls, [(0.5 + 0.5 + 1 + 1) / 4, 1])

    def test_a_tie_below_a_better_candidate_starts_at_its_place(self):
        queries = np.float32([[1.0], [1.0], [1.0], [1.0]])
        candidates = np.float32([[2.0], [1.0], [1.0], [1.0]])
        better, tied = rank_counts(queries, candidates)
        np.testing.assert_array_equal(better, [0, 1, 1, 1])
        np.testing.assert_array_equal(tied, [1, 3, 3, 3])
        expected = [1 / 4, (1 + 3 * 1 / 3) / 4, (1 + 3 * 2 / 3) / 4, 1]
        np.testing.assert_allclose(recall_at_k(queries, candidates, (1, 2, 3, 4)), expected)

    def test_expected_hits_are_those_of_shuffled_candidates(self):
        rng = np.random.default_rng(0)
        places = rng.integers(0, 4, 30)
        candidates = np.eye(4, dtype=np.float32)[places]
        noise = 1e-3 * rng.standard_normal((400, 30, 30))
        products = candidates @ candidates.T + noise
        own = np.diagonal(products, axis1=1, axis2=2)[:, :, None]
        hits = np.mean((products > own).sum(axis=2) < 5)
        assert recall_at_k(candidates, candidates, (5,))[0] == pytest.approx(hits, abs=0.01)

    def test_differences_that_float32_can_tell_are_no_ties(self):
        candidates = np.float32([[1.0, 0.0], [1.0 - 1e-5, 0.0]])
        better, tied = rank_counts(np.float32([[1, 0], [1, 0]]), candidates)
        np.testing.assert_array_equal(better, [0, 1])
        np.testing.assert_array_equal(tied, [1, 1])


class TestPools:
    @settings(max_examples=40, deadline=None)
    @given(videos=st.integers(1, 300), pool=st.integers(1, 300), seed=st.integers(0, 9))
    def test_no_video_is_in_two_and_all_are_full(self, videos, pool, seed):
        if pool > videos:
            with pytest.raises(UserError, match=rf"pool = {pool}: must lie in 1 ... {videos}"):
                list(cut_into_pools(videos, pool, seed))
            return
        pools = list(cut_into_pools(videos, pool, seed))
        assert len(pools) == videos // pool
        together = np.concatenate(pools)
        assert len(together) == len(set(together)) == pool * (videos // pool)
        assert together.max() < videos

    def test_the_papers_pools_use_all_of_6144_videos(self):
        for pool in (256, 512, 1024):
            assert len(list(cut_into_pools(6144, pool, 0))) * pool == 6144

    def test_the_seed_decides_them(self):
        same, again, other = (next(cut_into_pools(100, 10, seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(same, again)
        assert (same != other).any()


class TestEvaluate:
    WAY = Direction(vectors(96), vectors(96, seed=1))

    def test_a_row_a_shuffle_and_a_column_a_score(self):
        scores = evaluate(self.WAY, ks=(1, 5), pools=(16, 32), shuffles=3)
        assert scores.shape == (3, 4)
        assert scores.columns.tolist() == [
            "recall_at_1_pool_16",
            "recall_at_5_pool_16",
            "recall_at_1_pool_32",
            "recall_at_5_pool_32",
        ]

    def test_it_is_the_mean_over_pools(self):
        scores = evaluate(self.WAY, ks=(5,), pools=(32,), seed=4)
        parts = [
            brute_force(self.WAY.queries[rows], self.WAY.candidates[rows], 5)
            for rows in cut_into_pools(96, 32, 4)
        ]
        assert scores["recall_at_5_pool_32"][0] == pytest.approx(np.mean(parts))

    def test_every_method_is_asked_the_same(self):
        first, second = (evaluate(self.WAY, pools=(32,), shuffles=2, seed=1) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert (first.iloc[0] != first.iloc[1]).any()

    def test_the_whole_set_as_one_pool_needs_no_luck(self):
        scores = evaluate(self.WAY, ks=(1,), pools=(96,), shuffles=3)
        assert scores["recall_at_1_pool_96"].nunique() == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("queries", "candidates"),
        [((5, 3), (4, 3)), ((5, 3), (5, 2)), ((5,), (5,)), ((0, 3), (0, 3))],
    )
    def test_shapes_that_do_not_fit_are_refused(self, queries, candidates):
        with pytest.raises(ValueError, match=r"must both be \(N, d\)"):
            validate_pool(np.ones(queries), np.ones(candidates))

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_a_row_that_is_not_finite_is_named(self, value):
        broken = vectors()
        broken[7, 2] = value
        with pytest.raises(ValueError, match="candidates: row 7 holds values that are not finite"):
            recall_at_k(vectors(), broken)
        with pytest.raises(ValueError, match="queries: row 7"):
            evaluate(Direction(broken, vectors()), pools=(10,))

    def test_a_direction_needs_as_many_queries_as_candidates(self):
        with pytest.raises(ValueError, match=r"queries of shape \(5, 6\)"):
            Direction(vectors(5), vectors(4))


def test_vectors_in_one_space_serve_both_ways():
    visual, acoustic = vectors(5), vectors(5, seed=1)
    made = Embeddings.in_one_space(visual, acoustic)
    assert made.audio_to_video.queries is made.video_to_audio.candidates is acoustic
    assert made.audio_to_video.candidates is made.video_to_audio.queries is visual
