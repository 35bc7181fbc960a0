"""Concepts beside venues."""

import numpy as np
from sklearn.linear_model import Ridge

from tfrepro.evaluation.concept_correlation import (
    concept_venue_correlation,
    expected_from,
    in_deviations,
    strongest,
)

RNG = np.random.default_rng(0)


def test_correlations_are_numpys():
    A, y = RNG.standard_normal((40, 3)), RNG.integers(4, size=40)
    C = concept_venue_correlation(A, y, 4)
    expected = np.corrcoef(A.T, np.eye(4)[y].T)[:3, 3:]
    np.testing.assert_allclose(C, expected, atol=1e-12)


def test_a_concept_that_never_changes_and_a_venue_without_videos_have_none():
    A = np.stack([np.ones(6), np.arange(6)], axis=1)
    C = concept_venue_correlation(A, np.array([0, 0, 0, 1, 1, 1]), 3)
    assert (C[0] == 0).all()
    assert (C[:, 2] == 0).all()
    assert C[1, 1] > 0.8


def test_the_strongest_come_first():
    C = np.array([[0.1, 0.9, 0], [0.5, -0.8, 0.2], [0, 0, 0.3]])
    concepts, venues = strongest(C, 2, 2)
    assert concepts.tolist() == [0, 1]
    assert venues.tolist() == [1, 0]


def test_expectations_are_those_of_ridge_regression():
    X, A, new = (RNG.standard_normal(shape) for shape in ((30, 4), (30, 2), (5, 4)))
    made = expected_from(X, A, new)
    Z, Z_new = (X - X.mean(0)) / X.std(0), (new - X.mean(0)) / X.std(0)
    peer = Ridge(alpha=4, fit_intercept=False).fit(Z, in_deviations(A, A))
    np.testing.assert_allclose(made, peer.predict(Z_new), atol=1e-8)
