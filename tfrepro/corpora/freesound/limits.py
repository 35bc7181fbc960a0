"""How many requests may go out in a stretch of time."""

from collections.abc import Iterable, Mapping


class RequestLimits:
    """At most so many requests in any window of so many seconds.

    Windows slide, as a server's do that throttles: requests of the last minute count, not
    those of the minute on the clock.

    Parameters
    ----------
    most : seconds of a window -> requests allowed in it
    times : when earlier requests went out, in seconds since 1970
    now : the time; what is said to have gone out later went out now, since the clock was
        set back
    """

    def __init__(self, most: Mapping[float, int], times: Iterable[float], now: float):
        self._most = dict(most)
        self._times = sorted(min(time, now) for time in times)
        self._trim()

    def wait_s(self, now: float) -> float:
        """Seconds until the next request may go out, 0 if it may now."""
        wait = 0.0
        for window, most in self._most.items():
            if len(self._times) >= most:
                wait = max(wait, min(self._times[-most] + window - now, window))
        return wait

    def add(self, now: float) -> None:
        """A request goes out now."""
        self._times.append(now)
        self._trim()

    def __str__(self) -> str:
        return "the limit of " + " and ".join(
            f"{most} requests in {window:g} s" for window, most in self._most.items()
        )

    def _trim(self) -> None:
        # Twice the largest limit, so that trimming costs little a request.
        largest = max(self._most.values())
        if len(self._times) > 2 * largest:
            del self._times[:-largest]
