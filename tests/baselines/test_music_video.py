"""Canonical correlation and support vectors on data whose structure was planted."""

import numpy as np
import pytest
from sklearn.cross_decomposition import CCA
from sklearn.metrics import average_precision_score
from sklearn.svm import LinearSVC

from tfrepro.baselines.cross_modal import canonical_correlations, gather_moments
from tfrepro.baselines.music_video import CcaSpace, SupportVectors


def segments(n=300, seed=0, noise=0.2):
    """Two noisy views of four hidden causes, on scales of their own."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    causes = rng.standard_normal((n, 4))
    V = causes @ world.standard_normal((4, 30)) + noise * rng.standard_normal((n, 30))
    A = causes @ world.standard_normal((4, 12)) + noise * rng.standard_normal((n, 12))
    return (50 + 7 * V).astype(np.float32), (A * np.geomspace(1, 600, 12)).astype(np.float32)


def found(space, V, A):
    """Share of acoustic queries whose own visual row is the nearest."""
    cosines = space.project("acoustic", A) @ space.project("visual", V).T
    return np.mean(cosines.argmax(axis=1) == np.arange(len(A)))


class TestCca:
    def test_planted_pairs_are_found_among_new_ones(self):
        space = CcaSpace(components=4, ridge=0.1).fit(*segments())
        assert found(space, *segments(200, seed=1)) > 0.5
        V, A = segments(200, seed=1)
        assert found(space, V, A[np.random.default_rng(0).permutation(200)]) < 0.05

    def test_with_all_components_and_no_ridge_it_is_plain_correlation(self):
        V, A = segments()
        space = CcaSpace(components=3, ridge=0.0, variance=1.0).fit(V, A)
        plain = canonical_correlations(gather_moments(V, A), 0.0, 0.0)[2]
        np.testing.assert_allclose(space.correlations_, plain[:3], atol=1e-4)
        theirs = CCA(n_components=1, max_iter=10_000, tol=1e-12).fit(V, A).transform(V, A)
        np.testing.assert_allclose(
            np.corrcoef(*[x[:, 0] for x in theirs])[0, 1], space.correlations_[0], atol=1e-4
        )

    def test_a_ridge_lowers_correlations_of_few_rows(self):
        rng = np.random.default_rng(0)
        noise = rng.standard_normal((40, 30)), rng.standard_normal((40, 12))
        weak = CcaSpace(ridge=1e-6, variance=0.999).fit(*noise).correlations_[0]
        strong = CcaSpace(ridge=10.0, variance=0.999).fit(*noise).correlations_[0]
        assert strong < 0.3 < 0.9 < weak

    def test_as_many_principal_components_are_kept_as_the_variance_needs(self):
        space = CcaSpace(variance=0.9).fit(*segments())
        ratio = np.linalg.svd(space.scaling_("visual", segments()[0]), compute_uv=False) ** 2 / (
            300 * 30
        )
        assert len(space.pca_["visual"].components_) == np.searchsorted(ratio.cumsum(), 0.9) + 1
        assert len(CcaSpace(most=2).fit(*segments()).pca_["visual"].components_) == 2

    def test_vectors_have_length_one_and_no_more_directions_than_there_are(self):
        V, A = segments()
        made = CcaSpace(components=100, variance=0.9999).fit(V, A).project("visual", V)
        assert made.shape == (300, 12)
        np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)

    def test_without_standardising_a_unit_that_hardly_varies_hardly_counts(self):
        V, A = segments()
        V = np.c_[V, 1e-4 * np.random.default_rng(3).standard_normal(300)].astype(np.float32)
        space = CcaSpace(standardise=False, variance=0.9999).fit(V, A)
        assert np.abs(space.pca_["visual"].components_[:, -1]).max() < 1e-3

    def test_a_feature_that_never_varies_does_no_harm(self):
        V, A = segments()
        V[:, 3] = 5.0
        assert np.isfinite(CcaSpace().fit(V, A).project("visual", V)).all()

    def test_fewer_rows_than_features_do_no_harm(self):
        V, A = segments(8)
        assert np.isfinite(CcaSpace().fit(V, A).project("acoustic", segments(5)[1])).all()

    def test_rows_must_be_pairs(self):
        with pytest.raises(ValueError, match="300 visual rows, but 299 acoustic ones"):
            CcaSpace().fit(segments()[0], segments()[1][1:])


def labelled(n, seed, shape):
    """Rows whose label depends on the side of a plane, or on the distance from the middle."""
    X = np.random.default_rng(seed).standard_normal((n, 5)) * [1, 5, 100, 1, 1] + 3
    Z = (X - 3) / [1, 5, 100, 1, 1]
    return X, (Z[:, 2] > 1) if shape == "plane" else ((Z[:, :2] ** 2).sum(axis=1) < 0.5)


class TestSupportVectors:
    @pytest.mark.parametrize(("kernel", "shape"), [("linear", "plane"), ("rbf", "ring")])
    def test_planted_classes_are_told_apart(self, kernel, shape):
        machine = SupportVectors(kernel).fit(*labelled(400, 0, shape))
        X, y = labelled(400, 1, shape)
        assert average_precision_score(y, machine.predict(X)) > 0.8

    def test_a_line_cannot_tell_a_ring(self):
        machine = SupportVectors("linear").fit(*labelled(400, 0, "ring"))
        X, y = labelled(400, 1, "ring")
        assert average_precision_score(y, machine.predict(X)) < 0.5

    def test_it_is_scikit_learns_machine_on_standardised_rows(self):
        X, y = labelled(100, 0, "plane")
        Z = (X - X.mean(axis=0)) / X.std(axis=0)
        theirs = LinearSVC(C=1.0, dual="auto", random_state=0).fit(Z, y)
        made = SupportVectors().fit(X, y).predict(X)
        np.testing.assert_allclose(made, theirs.decision_function(Z), atol=1e-3)

    def test_positive_values_are_on_the_positive_side(self):
        X, y = labelled(200, 0, "plane")
        assert np.mean((SupportVectors().fit(X, y).predict(X) > 0) == y) > 0.95

    def test_an_unknown_kernel_is_refused(self):
        with pytest.raises(ValueError, match="kernel = 'poly': must be linear or rbf"):
            SupportVectors("poly").fit(*labelled(20, 0, "plane"))
