"""Softmax classifiers: what scikit-learn gives, and nothing learned from test rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tfrepro.baselines.linear import (
    SoftmaxOnComponents,
    SoftmaxOnFeatures,
    expand_classes,
    softmax_regression,
)
from tfrepro.features.feature_set import FeatureSet

LABELS = ("bell", "cat", "dog")


def clips(n=90, seed=0, labels=LABELS):
    """Clips whose two modalities, on very different scales, overlap between classes."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % len(labels)
    x = np.eye(3)[y] + 0.8 * rng.standard_normal((n, 3))
    arrays = {
        "spectrum": (1000 * x).astype(np.float32),
        "mfcc": rng.standard_normal((n, 4)).astype(np.float32),
    }
    index = pd.DataFrame({"id": [f"{i}" for i in range(n)], "label": np.array(labels)[y]})
    return FeatureSet(index, arrays, {}, LABELS)


TRAIN = clips()
TEST = clips(30, seed=1)
BOTH = ("spectrum", "mfcc")


def test_it_is_scikit_learns_regression_on_standardised_features_side_by_side():
    X = np.hstack([TRAIN.arrays[name] for name in BOTH])
    scaler = StandardScaler().fit(X)
    plain = LogisticRegression(C=0.5, max_iter=5000).fit(scaler.transform(X), TRAIN.y)
    expected = plain.predict_proba(
        scaler.transform(np.hstack([TEST.arrays[name] for name in BOTH]))
    )
    P = SoftmaxOnFeatures(BOTH, C=0.5).fit(TRAIN).predict_proba(TEST)
    np.testing.assert_allclose(P, expected, atol=1e-4)


def test_the_fit_is_the_minimum_of_the_stated_objective():
    C = 0.5
    X, Y = StandardScaler().fit_transform(TRAIN.stack(BOTH)), np.eye(3)[TRAIN.y]
    regression = softmax_regression(C).fit(X, TRAIN.y)
    P = softmax(X @ regression.coef_.T + regression.intercept_, axis=1)
    gradient = (P - Y).T @ X + regression.coef_ / C
    assert np.abs(gradient).max() < 0.02
    assert np.abs((P - Y).sum(axis=0)).max() < 0.02, "biases are not penalised"


def test_components_are_those_of_the_standardised_features_and_keep_their_variances():
    X = StandardScaler().fit_transform(TRAIN.stack(BOTH))
    pca = PCA(2, svd_solver="full").fit(X)
    plain = softmax_regression(1.0).fit(pca.transform(X), TRAIN.y)
    method = SoftmaxOnComponents(BOTH, C=1.0, components=2).fit(TRAIN)
    np.testing.assert_allclose(
        method.predict_proba(TRAIN), plain.predict_proba(pca.transform(X)), atol=1e-4
    )


def test_as_many_components_as_features_are_asked_for_are_all_there_are():
    for rows, components in ((5, 5), (len(TRAIN), 7)):
        method = SoftmaxOnComponents(BOTH, C=1.0, components=200).fit(TRAIN.take(range(rows)))
        assert method.pca_.n_components_ == components


@pytest.mark.parametrize(
    "method",
    [SoftmaxOnFeatures(BOTH, C=1e4), SoftmaxOnComponents(BOTH, C=1e4, components=7)],
    ids=["features", "components"],
)
def test_it_learns_a_small_set_by_heart(method):
    few = TRAIN.take(np.arange(9))
    P = method.fit(few).predict_proba(few)
    assert (P.argmax(axis=1) == few.y).all()
    assert P.max(axis=1).min() > 0.9


def test_probabilities_are_distributions_over_all_classes():
    P = SoftmaxOnFeatures(BOTH, C=1.0).fit(TRAIN).predict_proba(TEST)
    assert P.shape == (len(TEST), 3)
    assert P.dtype == np.float32
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("unseen", [0, 1, 2])
def test_a_class_not_seen_in_training_gets_probability_zero_in_its_own_column(unseen):
    seen = TRAIN.take(np.flatnonzero(TRAIN.y != unseen))
    P = SoftmaxOnFeatures(BOTH, C=1.0).fit(seen).predict_proba(TEST)
    assert P.shape == (len(TEST), 3)
    assert (P[:, unseen] == 0).all()
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-6)
    known = TEST.take(np.flatnonzero(TEST.y != unseen))
    predicted = SoftmaxOnFeatures(BOTH, C=1.0).fit(seen).predict_proba(known).argmax(axis=1)
    assert np.mean(predicted == known.y) > 0.6, "the others keep their columns"


def test_expanding_puts_probabilities_in_the_columns_of_their_classes():
    P = expand_classes(np.array([[0.25, 0.75]]), np.array([1, 3]), 5)
    np.testing.assert_array_equal(P, [[0, 0.25, 0, 0.75, 0]])


@pytest.mark.parametrize(
    "make",
    [
        lambda: SoftmaxOnFeatures(BOTH, C=1.0),
        lambda: SoftmaxOnComponents(BOTH, C=1.0, components=3),
    ],
    ids=["features", "components"],
)
def test_a_row_is_predicted_the_same_whatever_rows_are_tested_with_it(make):
    method = make().fit(TRAIN)
    alone = method.predict_proba(TEST.take([4]))
    with_outliers = FeatureSet(
        TEST.index,
        {
            name: np.where(np.arange(len(x))[:, None] == 4, x, 1e4 * x)
            for name, x in TEST.arrays.items()
        },
        {},
        LABELS,
    )
    np.testing.assert_allclose(method.predict_proba(with_outliers)[4], alone[0], atol=1e-6)


def test_scaling_is_that_of_the_training_rows():
    method = SoftmaxOnFeatures(("spectrum",), C=1.0).fit(TRAIN)
    before = method.scaler_.mean_.copy()
    method.predict_proba(TEST)
    np.testing.assert_array_equal(method.scaler_.mean_, before)
    np.testing.assert_allclose(before, TRAIN.arrays["spectrum"].mean(axis=0), rtol=1e-4)


def test_the_unit_of_a_feature_does_not_matter():
    scaled = FeatureSet(
        TRAIN.index, {name: 100 * x for name, x in TRAIN.arrays.items()}, {}, LABELS
    )
    np.testing.assert_allclose(
        SoftmaxOnFeatures(BOTH, C=1.0).fit(scaled).predict_proba(scaled),
        SoftmaxOnFeatures(BOTH, C=1.0).fit(TRAIN).predict_proba(TRAIN),
        atol=1e-4,
    )


def test_only_the_named_modalities_are_read():
    blind = FeatureSet(
        TRAIN.index, TRAIN.arrays | {"mfcc": np.full((90, 4), np.nan, np.float32)}, {}, LABELS
    )
    P = SoftmaxOnFeatures(("spectrum",), C=1.0).fit(blind).predict_proba(blind)
    assert np.isfinite(P).all()


def test_a_modality_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no modality 'visual': this set has spectrum, mfcc"):
        SoftmaxOnFeatures(("visual",), C=1.0).fit(TRAIN)
