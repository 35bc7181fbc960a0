"""Cases: the most telling videos of either kind, whatever the predictions."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.evaluation.case_study import choose_cases


def placing(answers, sureness=0.6, k=4):
    """Probabilities (N, k) whose largest, in the column of each answer, is ``sureness``."""
    sureness = np.broadcast_to(sureness, len(answers))
    P = np.repeat((1 - sureness[:, np.newaxis]) / (k - 1), k, axis=1)
    P[np.arange(len(answers)), answers] = sureness
    return P


def rows(cases, right=True):
    return [case.row for case in cases if case.right == right]


def test_a_video_is_the_more_telling_the_fewer_other_methods_place_it_well():
    y = np.array([0, 1, 2, 0, 1, 2])
    P = {
        "lstm": placing([0, 1, 3, 0, 1, 3]),
        "ours": placing([0, 1, 2, 3, 3, 3]),
        "cnn": placing([0, 3, 3, 0, 3, 3]),
    }
    cases = choose_cases(y, P, "ours", 3, 3)
    assert rows(cases) == [2, 1, 0]
    assert rows(cases, right=False) == [5, 4, 3]
    assert [case.name for case in cases] == ["v1", "v2", "v3", "v4", "v5", "v6"]
    assert cases[1].truth == 1
    assert cases[1].answers == {"lstm": 1, "ours": 1, "cnn": 3}


def test_among_equals_the_one_the_reference_is_surest_of_comes_first():
    y = np.array([0, 1, 2, 0, 1, 2])
    P = {"ours": placing([0, 1, 2, 3, 3, 3], [0.5, 0.9, 0.5, 0.4, 0.5, 0.9])}
    cases = choose_cases(y, P, "ours", 3, 3)
    assert (rows(cases), rows(cases, right=False)) == ([1, 0, 2], [5, 4, 3])


def test_a_class_is_shown_again_only_when_no_other_is_left():
    y = np.array([0, 0, 0, 1, 1])
    P = {"ours": placing(y, [0.9, 0.8, 0.7, 0.6, 0.5])}
    assert rows(choose_cases(y, P, "ours", 2, 0)) == [0, 3]
    assert rows(choose_cases(y, P, "ours", 9, 9)) == [0, 3, 1, 4, 2]


@st.composite
def experiments(draw):
    """``y`` and the ``P`` of up to four methods, with many ties."""
    n, k = draw(st.integers(0, 12)), draw(st.integers(1, 4))
    methods = draw(st.permutations(["ours", "a", "b", "c"][: draw(st.integers(1, 4))]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = {method: rng.integers(1, 4, (n, k)) for method in methods}
    return rng.integers(0, k, n), {
        method: counts[method] / counts[method].sum(axis=1, keepdims=True) for method in methods
    }


@given(experiments(), st.integers(0, 5), st.integers(0, 5), st.randoms())
def test_what_holds_of_any_choice(experiment, right, wrong, random):
    y, P = experiment
    cases = choose_cases(y, P, "ours", right, wrong)
    well = P["ours"].argmax(axis=1) == y if len(y) else np.empty(0, bool)

    assert len(rows(cases)) == min(right, well.sum())
    assert len(rows(cases, right=False)) == min(wrong, (~well).sum())
    assert len({case.row for case in cases}) == len(cases)
    assert [case.right for case in cases] == sorted((case.right for case in cases), reverse=True)
    for case in cases:
        assert case.right == well[case.row]
        assert case.truth == y[case.row]
        assert case.answers == {method: P[method][case.row].argmax() for method in P}

    for kind in (True, False):
        shown = rows(cases, kind)
        times = Counter(y[shown].tolist())
        left = set(y[np.setdiff1d(np.flatnonzero(well == kind), shown)].tolist())
        assert all(times[k] + 1 >= max(times.values(), default=0) for k in left)

    order = random.sample(list(P), len(P))
    assert choose_cases(y, {method: P[method] for method in order}, "ours", right, wrong) == cases


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reference": "theirs"}, "no probabilities of theirs, only of .'ours'."),
        ({"P": {}}, "no probabilities of ours, only of ..$"),
        ({"wrong": -1}, "wrong -1 must not be negative"),
        ({"P": {"ours": placing([0, 1]), "a": placing([0])}}, "a: P has shape .1, 4., must be .2"),
        ({"P": {"ours": placing([0, 1]), "a": placing([0, 1], k=5)}}, "P of a has shape .2, 5."),
        ({"P": {"ours": 2 * placing([0, 1])}}, "ours: .* sums to 2"),
    ],
)
def test_what_does_not_fit_is_said(changed, says):
    given = {"y": np.array([0, 1]), "P": {"ours": placing([0, 1])}, "reference": "ours"}
    with pytest.raises(ValueError, match=says):
        choose_cases(**{**given, "right": 1, "wrong": 1, **changed})
