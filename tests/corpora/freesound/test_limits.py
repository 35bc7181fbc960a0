"""Windows of time that slide."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.corpora.freesound.limits import RequestLimits

LIMITS = {60.0: 3, 1000.0: 7}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_no_window_ever_holds_more_requests_than_allowed(idle):
    limits, now, times = RequestLimits(LIMITS, [], 0), 0.0, []
    for pause in idle:
        now += pause
        now += limits.wait_s(now)
        assert limits.wait_s(now) == 0
        limits.add(now)
        times.append(now)
        for window, most in LIMITS.items():
            assert sum(now - window < time <= now for time in times) <= most


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_no_request_waits_longer_than_it_must(idle):
    limits, now, times = RequestLimits(LIMITS, [], 0), 0.0, []
    for pause in idle:
        now += pause
        if wait := limits.wait_s(now):
            almost = now + wait - 0.5
            assert any(
                sum(almost - window < time for time in times) >= most
                for window, most in LIMITS.items()
            )
        now += wait
        limits.add(now)
        times.append(now)


@given(st.lists(st.floats(0, 5000), max_size=30))
def test_a_restart_does_not_change_the_wait(times):
    times = sorted(times)
    limits = RequestLimits(LIMITS, [], 5000)
    for time in times:
        limits.add(time)
    assert limits.wait_s(5000) == RequestLimits(LIMITS, times, 5000).wait_s(5000)
