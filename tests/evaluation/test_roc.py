"""ROC curves of many classes: areas known by hand, and their average curves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import auc

from tfrepro.evaluation.roc import areas, curves


def rows(*p):
    return np.array([[value, 1 - value] for value in p])


def random(seed, N=60, K=5):
    rng = np.random.default_rng(seed)
    return rng.integers(0, K, N), rng.dirichlet(np.ones(K), N)


def test_one_wrong_pair_of_four_is_a_quarter_of_the_area():
    y, P = np.array([0, 0, 1, 1]), rows(0.9, 0.4, 0.6, 0.1)
    assert areas(y, P)["auc_macro"] == pytest.approx(0.75)


def test_all_decisions_together_are_the_micro_average():
    y, P = random(0)
    truth = np.eye(5)[y].ravel()
    higher = P.ravel()[truth == 1][:, None] > P.ravel()[truth == 0]
    assert areas(y, P)["auc_micro"] == pytest.approx(higher.mean())


def test_a_constant_answer_has_half_of_the_area_by_class_and_more_by_all_of_them():
    y = np.array([0] * 8 + [1, 2])
    found = areas(y, np.tile([0.8, 0.1, 0.1], (10, 1)))
    assert found["auc_macro"] == 0.5
    assert found["auc_micro"] > 0.8


def test_classes_without_a_curve_do_not_count():
    y, P = np.array([0, 0, 1, 1]), np.array([[8, 1, 1], [7, 2, 1], [1, 8, 1], [2, 7, 1]]) / 10
    assert areas(y, P) == {"auc_micro": 1.0, "auc_macro": 1.0}
    assert np.isnan(areas(np.zeros(4, int), P)["auc_macro"])


def test_without_videos_there_is_no_area_and_no_curve():
    none = np.zeros(0, int), np.zeros((0, 3))
    assert all(np.isnan(value) for value in areas(*none).values())
    with pytest.raises(ValueError, match="no class has a curve"):
        curves(*none, points=3)


@given(st.integers(0, 30))
@settings(max_examples=10, deadline=None)
def test_the_area_under_a_fine_curve_is_the_area(seed):
    y, P = random(seed)
    made = curves(y, P, 4001)
    for average in ("micro", "macro"):
        area = auc(made["false_positive_rate"], made[average])
        assert area == pytest.approx(areas(y, P)[f"auc_{average}"], abs=2e-3)
        assert (np.diff(made[average]) >= 0).all()
        assert made[average][-1] == 1


def test_a_perfect_method_rises_at_once():
    y = np.array([0, 1, 2])
    made = curves(y, np.eye(3)[y], 3)
    assert made["false_positive_rate"].tolist() == [0, 0.5, 1]
    assert made["micro"].tolist() == made["macro"].tolist() == [1, 1, 1]


def test_what_are_no_probabilities_is_refused():
    with pytest.raises(ValueError, match="sums to"):
        areas(np.array([0]), np.array([[0.7, 0.7]]))
