"""The papers' significance test: paired, one-tailed."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tfrepro.evaluation.significance import paired_t_test

pairs = st.integers(2, 10).flatmap(
    lambda n: hnp.arrays(float, (2, n), elements=st.integers(0, 1000).map(lambda k: k / 1000))
)


def with_spread(mean, deviation, n):
    """n numbers with exactly that mean and that sample deviation."""
    z = np.random.default_rng(0).standard_normal(n)
    return mean + deviation * (z - z.mean()) / z.std(ddof=1)


def test_five_runs_19_81_apart_with_a_deviation_of_0_22_give_the_printed_p():
    p = paired_t_test(with_spread(19.81, 0.22, 5), np.zeros(5))
    assert p == pytest.approx(1.83e-9, rel=0.01)
    two_tailed = scipy.stats.ttest_1samp(with_spread(19.81, 0.22, 5), 0).pvalue
    assert two_tailed == pytest.approx(2 * p), "DARE prints 1.93e-9: it tests one tail"


@given(pairs)
def test_p_is_that_of_students_t_on_the_differences(scores):
    better, other = scores
    difference = better - other
    assume(np.ptp(difference) > 1e-6)
    t = difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference)))
    expected = scipy.stats.t.sf(t, len(difference) - 1)
    assert paired_t_test(better, other) == pytest.approx(expected, rel=1e-6)


@given(pairs)
def test_what_speaks_for_one_speaks_against_the_other(scores):
    better, other = scores
    assert paired_t_test(better, other) + paired_t_test(other, better) == pytest.approx(1)


@given(pairs)
def test_the_order_of_the_runs_does_not_matter(scores):
    better, other = scores[:, np.random.default_rng(0).permutation(scores.shape[1])]
    assert paired_t_test(better, other) == pytest.approx(paired_t_test(*scores))


def test_a_method_does_not_beat_itself():
    scores = np.array([0.1, 0.5, 0.3])
    assert paired_t_test(scores, scores) == 0.5


@pytest.mark.parametrize(("ahead", "p"), [(0.25, 0.0), (-0.25, 1.0)])
def test_the_same_lead_in_every_run_is_certain(ahead, p):
    other = np.array([0.25, 0.5, 0.75])
    assert paired_t_test(other + ahead, other) == p


@pytest.mark.parametrize("n", [0, 1])
def test_one_run_tells_nothing(n):
    assert np.isnan(paired_t_test(np.ones(n), np.zeros(n)))


@pytest.mark.parametrize("shape", [(3,), (2, 2)])
def test_scores_that_do_not_pair_are_an_error(shape):
    with pytest.raises(ValueError, match=r"must both be \(n,\)"):
        paired_t_test(np.ones(shape), np.ones((2, 2)))
