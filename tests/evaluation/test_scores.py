"""Scores of classifiers, against numbers known in advance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import recall_score

from tfrepro.evaluation.scores import evaluate, macro_f1, micro_f1, validate_predictions


def one_hot(classes, K):
    return np.eye(K, dtype=np.float32)[classes]


def majority(share, K, items=100_000):
    """Truth in which class 0 has that share of the items, and a predictor that knows no other."""
    first = round(share * items)
    others = 1 + np.arange(items - first) % (K - 1)
    y = np.concatenate([np.zeros(first, int), others])
    return y, one_hot(np.zeros(items, int), K)


@st.composite
def predictions(draw):
    """Any truth and any distributions over 2 ... 6 classes."""
    K = draw(st.integers(2, 6))
    y = draw(hnp.arrays(int, st.integers(1, 40), elements=st.integers(0, K - 1)))
    weights = draw(hnp.arrays(float, (len(y), K), elements=st.floats(0.01, 1)))
    return y, weights / weights.sum(axis=1, keepdims=True)


def test_the_majority_predictor_scores_what_dares_table_3_implies():
    y, P = majority(0.114, 188)
    assert micro_f1(y, P) == pytest.approx(0.1140, abs=5e-5)
    assert macro_f1(y, P) == pytest.approx(0.00109, abs=5e-6)
    recall = recall_score(y, P.argmax(axis=1), average="macro")
    assert recall == pytest.approx(0.00532, abs=5e-6), "the 0.53 % printed as Default's macro-F1"


def test_the_majority_predictor_scores_what_easterns_table_implies():
    y, P = majority(0.3213, 22)
    assert macro_f1(y, P) == pytest.approx(0.0221, abs=5e-5)


@given(predictions())
def test_micro_f1_is_accuracy(case):
    y, P = case
    assert micro_f1(y, P) == pytest.approx(np.mean(y == P.argmax(axis=1)))


def test_scores_agree_with_a_computation_by_hand():
    # Class 0: 2 right, 1 wrongly claimed, 1 missed: F1 = 4/6. Class 1: 1 right, 1 claimed,
    # 1 missed: 2/4. Class 2: 1 right, none claimed, none missed: 1.
    y = np.array([0, 0, 0, 1, 1, 2])
    P = one_hot([0, 0, 1, 1, 0, 2], 3)
    assert evaluate(y, P) == {
        "micro_f1": pytest.approx(4 / 6),
        "macro_f1": pytest.approx((4 / 6 + 2 / 4 + 1) / 3),
    }


@given(predictions())
def test_macro_f1_is_the_mean_over_classes_of_2tp_over_2tp_fp_fn(case):
    y, P = case
    predicted = P.argmax(axis=1)
    of_classes = []
    for k in range(P.shape[1]):
        tp = np.sum((y == k) & (predicted == k))
        wrong = np.sum((y == k) != (predicted == k))
        of_classes.append(2 * tp / (2 * tp + wrong) if tp else 0)
    assert macro_f1(y, P) == pytest.approx(np.mean(of_classes))


def test_a_class_that_never_occurs_counts_as_zero():
    y = np.array([0, 1])
    assert macro_f1(y, one_hot([0, 1], 2)) == 1
    assert macro_f1(y, one_hot([0, 1], 4)) == 0.5


@given(predictions())
def test_the_order_of_the_items_does_not_matter(case):
    y, P = case
    order = np.random.default_rng(0).permutation(len(y))
    assert evaluate(y[order], P[order]) == evaluate(y, P)


@pytest.mark.parametrize(
    ("y", "P", "said"),
    [
        ([0, 1], [[1.0, 0.0]], "P has shape (1, 2), must be (2, K)"),
        ([0], [1.0], "P has shape (1,), must be (1, K)"),
        ([0, 2], [[1, 0], [0, 1.0]], "y ranges over 0 ... 2, P has 2 classes"),
        ([-1, 1], [[1, 0], [0, 1.0]], "y ranges over -1 ... 1, P has 2 classes"),
        ([0, 1], [[1, 0], [1.25, -0.25]], "P[1, 1] = -0.25: must be finite and at least 0"),
        ([0, 1], [[1, 0], [np.nan, 1]], "P[1, 0] = nan: must be finite and at least 0"),
        ([0, 1], [[1, np.inf], [0, 1]], "P[0, 1] = inf: must be finite and at least 0"),
        ([0, 1], [[1, 0], [1, 0.5]], "P[1] sums to 1.5: must be 1"),
        ([0, 1], [[0.5, 0.25], [0, 1]], "P[0] sums to 0.75: must be 1"),
    ],
)
def test_predictions_that_are_none_are_rejected_with_their_value(y, P, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011, the whole text is compared
        validate_predictions(np.array(y), np.array(P))
    assert str(caught.value) == said


def test_probabilities_rounded_to_float32_or_less_are_accepted():
    P = np.random.default_rng(0).dirichlet(np.ones(300), 50)
    validate_predictions(np.zeros(50, int), P.astype(np.float32))
    validate_predictions(np.zeros(50, int), P.astype(np.float16))
