"""Retrieval without a network: chance, scikit-learn's ridge, the eigenproblem behind CCA."""

import numpy as np
import pandas as pd
import pytest
import scipy.linalg
from sklearn.cross_decomposition import CCA
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from tfrepro.baselines.cross_modal import (
    CcaEmbedding,
    RandomEmbedding,
    RidgeEmbedding,
    canonical_correlations,
    gather_moments,
    unit_rows,
)
from tfrepro.evaluation.retrieval import evaluate, recall_at_k
from tfrepro.features.feature_set import FeatureSet


def videos(n=200, seed=0, noise=0.3):
    """Two noisy linear views of four hidden causes, on scales of their own."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    causes = rng.standard_normal((n, 4))
    V = causes @ world.standard_normal((4, 9)) + noise * rng.standard_normal((n, 9))
    A = causes @ world.standard_normal((4, 6)) + noise * rng.standard_normal((n, 6))
    arrays = {
        "visual": (50 + 7 * V).astype(np.float32),
        "acoustic": (A * [1, 2, 3, 4, 5, 600]).astype(np.float32),
    }
    return FeatureSet(pd.DataFrame({"id": [f"{i}" for i in range(n)], "label": "x"}), arrays, {})


TRAIN, TEST = videos(), videos(100, seed=1)
V, A = TRAIN.arrays["visual"], TRAIN.arrays["acoustic"]
V_Z, A_Z = (StandardScaler().fit_transform(np.float64(x)) for x in (V, A))


def nearest(way):
    return recall_at_k(way.queries, way.candidates, (1,))[0]


class TestMoments:
    @pytest.mark.parametrize("block", [1, 7, 200, 1000])
    def test_they_are_those_of_all_rows_whatever_the_block(self, block):
        moments = gather_moments(V, A, block)
        np.testing.assert_allclose(moments.visual_mean, V.mean(axis=0, dtype=float))
        np.testing.assert_allclose(moments.acoustic_std, A.std(axis=0, dtype=float))
        np.testing.assert_allclose(moments.visual, np.corrcoef(np.float64(V).T), atol=1e-9)
        np.testing.assert_allclose(moments.cross, V_Z.T @ A_Z / 200, atol=1e-9)

    def test_features_are_standardised_by_the_training_videos(self):
        moments = gather_moments(V, A)
        standard = moments.standardise(TRAIN)
        np.testing.assert_allclose(standard[0], V_Z, atol=1e-9)
        assert np.abs(moments.standardise(TEST)[0].mean(axis=0)).max() > 1e-3

    def test_a_feature_that_never_varies_becomes_zero(self):
        constant = np.c_[V, np.full(200, 3.0)]
        moments = gather_moments(constant, A)
        assert np.isfinite(moments.visual).all()
        features = FeatureSet(TRAIN.index, {"visual": constant, "acoustic": A}, {})
        assert not moments.standardise(features)[0][:, -1].any()
        for method in (CcaEmbedding(3, 0.1, 0.1), RidgeEmbedding(0.1, 0.1)):
            assert np.isfinite(method.fit(features).embed(features).audio_to_video.queries).all()


class TestRandom:
    @pytest.mark.parametrize(("pool", "chance"), [(256, 0.0391), (512, 0.0195), (1024, 0.0098)])
    def test_it_scores_chance(self, pool, chance):
        arrays = {"visual": np.zeros((6144, 1)), "acoustic": np.zeros((6144, 1))}
        features = FeatureSet(pd.DataFrame({"id": "", "label": "x"}, range(6144)), arrays, {})
        made = RandomEmbedding(64, seed=3).fit(features).embed(features)
        for way in (made.audio_to_video, made.video_to_audio):
            score = evaluate(way, ks=(10,), pools=(pool,))[f"recall_at_10_pool_{pool}"][0]
            assert score == pytest.approx(chance, abs=4 * np.sqrt(chance / 6144))

    def test_the_seed_decides_it(self):
        once, again, other = (
            RandomEmbedding(8, seed).embed(TEST).audio_to_video.queries for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(once, again)
        assert (once != other).any()


class TestRidge:
    def test_its_predictions_are_scikit_learns(self):
        made = RidgeEmbedding(visual_ridge=0.3, acoustic_ridge=0.1).fit(TRAIN).embed(TRAIN)
        image = Ridge(alpha=0.1 * 200, fit_intercept=False).fit(A_Z, V_Z).predict(A_Z)
        sound = Ridge(alpha=0.3 * 200, fit_intercept=False).fit(V_Z, A_Z).predict(V_Z)
        np.testing.assert_allclose(made.audio_to_video.queries, unit_rows(image), atol=1e-6)
        np.testing.assert_allclose(made.video_to_audio.queries, unit_rows(sound), atol=1e-6)

    def test_candidates_are_the_other_modalitys_own_features(self):
        made = RidgeEmbedding(0.3, 0.1).fit(TRAIN).embed(TRAIN)
        np.testing.assert_allclose(made.audio_to_video.candidates, unit_rows(V_Z), atol=1e-6)
        np.testing.assert_allclose(made.video_to_audio.candidates, unit_rows(A_Z), atol=1e-6)

    def test_it_finds_new_videos(self):
        train, test = videos(noise=0.05), videos(100, seed=1, noise=0.05)
        made = RidgeEmbedding(0.01, 0.01).fit(train).embed(test)
        assert nearest(made.audio_to_video) > 0.6
        assert nearest(made.video_to_audio) > 0.6


class TestCca:
    def test_correlations_and_directions_are_scikit_learns(self):
        W_v, W_a, correlations = canonical_correlations(gather_moments(V, A), 0.0, 0.0)
        theirs = CCA(n_components=4, scale=True, max_iter=10_000, tol=1e-12).fit(V_Z, A_Z)
        x, y = theirs.transform(V_Z, A_Z)
        for i in range(4):
            assert abs(np.corrcoef(x[:, i], y[:, i])[0, 1]) == pytest.approx(correlations[i], 1e-3)
            assert abs(np.corrcoef(x[:, i], V_Z @ W_v[:, i])[0, 1]) == pytest.approx(1, abs=1e-3)
            assert abs(np.corrcoef(y[:, i], A_Z @ W_a[:, i])[0, 1]) == pytest.approx(1, abs=1e-3)

    def test_correlations_are_the_eigenvalues_of_the_penalised_problem(self):
        R = gather_moments(V, A)
        W_v, W_a, correlations = canonical_correlations(R, 0.5, 0.2)
        left = np.block([[np.zeros((9, 9)), R.cross], [R.cross.T, np.zeros((6, 6))]])
        right = scipy.linalg.block_diag(R.visual + 0.5 * np.eye(9), R.acoustic + 0.2 * np.eye(6))
        largest = scipy.linalg.eigh(left, right, eigvals_only=True)[::-1][:6]
        np.testing.assert_allclose(correlations, largest, atol=1e-10)
        np.testing.assert_allclose(W_v.T @ right[:9, :9] @ W_v, np.eye(6), atol=1e-10)
        np.testing.assert_allclose(W_a.T @ right[9:, 9:] @ W_a, np.eye(6), atol=1e-10)
        np.testing.assert_allclose(W_v.T @ R.cross @ W_a, np.diag(correlations), atol=1e-10)

    def test_embeddings_are_projections_weighted_by_correlation(self):
        model = CcaEmbedding(3, 0.5, 0.2).fit(TRAIN)
        W_v, _, correlations = canonical_correlations(gather_moments(V, A), 0.5, 0.2)
        expected = unit_rows(V_Z @ W_v[:, :3] * correlations[:3])
        np.testing.assert_allclose(model.embed(TRAIN).video_to_audio.queries, expected, atol=1e-6)
        np.testing.assert_allclose(model.correlations_, correlations[:3])

    def test_it_finds_new_videos(self):
        train, test = videos(noise=0.05), videos(100, seed=1, noise=0.05)
        made = CcaEmbedding(4, 0.01, 0.01).fit(train).embed(test)
        assert nearest(made.audio_to_video) > 0.9
        assert nearest(made.video_to_audio) > 0.9

    def test_more_components_than_there_are_are_cut_down(self):
        assert CcaEmbedding(99, 0.1, 0.1).fit(TRAIN).embed(TEST).audio_to_video.queries.shape == (
            100,
            6,
        )

    def test_fewer_videos_than_features_are_no_trouble_with_a_ridge(self):
        made = CcaEmbedding(4, 0.1, 0.1).fit(TRAIN.take(range(5))).embed(TEST)
        assert np.isfinite(made.audio_to_video.queries).all()


def test_unit_rows_leaves_zeros():
    np.testing.assert_allclose(unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0, 0]])
