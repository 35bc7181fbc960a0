"""Reconstruction errors: closed forms, and rivals that behave as they must."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.decomposition import PCA

from tfrepro.evaluation.protocols import Split
from tfrepro.evaluation.reconstruction import cross_entropy, mask, reconstruction_errors, rmse
from tfrepro.models.autoencoder import StackedDenoisingAutoencoder

units = hnp.arrays(
    float, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(0, 1)
)


def test_cross_entropy_of_a_coin_is_log_2_an_input():
    x = np.array([[0, 1, 1, 0], [1, 1, 0, 0.5]])
    assert cross_entropy(x, np.full(x.shape, 0.5)) == pytest.approx(4 * math.log(2))


def test_cross_entropy_follows_its_formula():
    x, z = np.array([[0.25, 1]]), np.array([[0.5, 0.75]])
    by_hand = -(0.25 * math.log(0.5) + 0.75 * math.log(0.5) + math.log(0.75))
    assert cross_entropy(x, z) == pytest.approx(by_hand)
    assert cross_entropy(np.repeat(x, 3, axis=0), np.repeat(z, 3, axis=0)) == pytest.approx(by_hand)


@given(units)
def test_nothing_has_a_smaller_cross_entropy_than_the_truth(x):
    rng = np.random.default_rng(0)
    assert cross_entropy(x, x) <= cross_entropy(x, rng.random(x.shape)) + 1e-4


def test_certainty_that_is_wrong_costs_much_but_not_infinitely():
    right, wrong = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    assert cross_entropy(right, right) == pytest.approx(0, abs=1e-5)
    assert 20 < cross_entropy(right, wrong) < 100


@given(units)
def test_rmse_is_the_length_of_the_difference_over_the_root_of_its_size(x):
    z = np.random.default_rng(0).random(x.shape)
    assert rmse(x, z) == pytest.approx(np.linalg.norm(x - z) / math.sqrt(x.size))
    assert rmse(x, x) == 0
    assert rmse(x, x + 0.25) == pytest.approx(0.25)


def test_a_mask_zeroes_about_its_share_and_leaves_the_rest():
    x = np.random.default_rng(0).uniform(0.1, 1, (200, 50)).astype(np.float32)
    masked = mask(x, 0.3, seed=1)
    assert masked.dtype == np.float32
    gone = masked == 0
    assert gone.mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_array_equal(masked[~gone], x[~gone])
    np.testing.assert_array_equal(mask(x, 0.3, seed=1), masked)
    assert (mask(x, 0.3, seed=2) != masked).any()
    np.testing.assert_array_equal(mask(x, 0, seed=1), x)


@pytest.fixture(scope="module")
def planes():
    """240 rows of 12 numbers on a plane, in units far from [0, 1], and a split of them."""
    rng = np.random.default_rng(0)
    X = 50 + 30 * rng.random((240, 2)) @ rng.random((2, 12))
    return X.astype(np.float32), Split("half", np.arange(160), np.arange(160, 240))


@pytest.fixture(scope="module")
def tiny():
    return {"sda-fast": {"layers": (2,), "corruption": (0.1,), "preset": "fast"}}


@pytest.fixture(scope="module")
def clean_errors(planes, tiny):
    return reconstruction_errors(*planes, tiny, corruption=0, seed=0)


def test_every_rival_has_both_errors(clean_errors):
    assert list(clean_errors) == ["sda-fast", "pca", "mean"]
    for errors in clean_errors.values():
        assert set(errors) == {"cross_entropy", "rmse"}
        assert all(math.isfinite(value) and value >= 0 for value in errors.values())


def test_two_components_put_a_clean_plane_back(clean_errors):
    assert clean_errors["pca"]["rmse"] < 0.01


def test_the_mean_errs_by_the_spread_of_the_test_rows(planes, clean_errors):
    X, split = planes
    low, width = X[split.train].min(axis=0), np.ptp(X[split.train], axis=0)
    scaled = np.clip((X - low) / width, 0, 1)
    expected = rmse(scaled[split.test], scaled[split.train].mean(axis=0))
    assert clean_errors["mean"]["rmse"] == pytest.approx(expected, rel=1e-4)


def test_the_autoencoder_lies_between_the_mean_and_the_truth(clean_errors):
    assert clean_errors["sda-fast"]["cross_entropy"] < clean_errors["mean"]["cross_entropy"]


def test_corruption_hurts_those_who_read_the_input_and_not_the_mean(planes, tiny, clean_errors):
    corrupted = reconstruction_errors(*planes, tiny, corruption=0.3, seed=0)
    assert corrupted["pca"]["rmse"] > 5 * clean_errors["pca"]["rmse"]
    assert corrupted["sda-fast"]["rmse"] > clean_errors["sda-fast"]["rmse"]
    assert corrupted["mean"] == clean_errors["mean"]


def test_test_rows_teach_no_rival_anything(tiny, monkeypatch):
    seen = []
    for rival in (StackedDenoisingAutoencoder, PCA):

        def fit(self, X, original=rival.fit):
            seen.append(X)
            return original(self, X)

        monkeypatch.setattr(rival, "fit", fit)
    X = np.random.default_rng(0).random((40, 6)).astype(np.float32)
    split = Split("some", np.arange(0, 40, 2), np.arange(1, 40, 2))
    reconstruction_errors(X, split, tiny, corruption=0.1, seed=0)
    raw, scaled = seen
    np.testing.assert_array_equal(raw, X[split.train])
    low, width = raw.min(axis=0), np.ptp(raw, axis=0)
    np.testing.assert_allclose(scaled, (raw - low) / width, atol=1e-6)
