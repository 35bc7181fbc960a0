"""GET with time-outs, several tries and growing pauses between them."""

import email.utils
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeVar

import requests
import urllib3

from tfrepro.sources.http_words import failure_words, status_words

TRIES = 6
TIMEOUT_S = (10.0, 60.0)  # to connect, and between two pieces of the body
DAY_S = 86_400.0
PAUSE_S = 1.0  # before the second try; doubled for each further one
THROTTLED_PAUSE_S = 10.0  # the same after a 429, so that all pauses together exceed a minute
LONGEST_PAUSE_S = 60.0
_LONGEST_DETAIL = 4096  # bytes of an error's body that are looked at
_DETAIL = 200  # characters of a server's own words that are passed on
_PASSING = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)

T = TypeVar("T")


class Clock(Protocol):
    """What tells the time and waits; the module :mod:`time` is one."""

    def time(self) -> float:
        """Seconds since 1970, the same for every process."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Come back after so many seconds."""
        ...


class WebError(Exception):
    """An answer that could not be had; the message is the reason alone, in a few words.

    Attributes
    ----------
    status : HTTP status, 0 where there was no answer
    passing : whether it may be otherwise another time
    """

    def __init__(self, reason: str, *, status: int = 0, passing: bool = False):
        super().__init__(reason)
        self.status = status
        self.passing = passing


class TryAgain(WebError):
    """A failure that may pass; ``after_s`` is the pause the server asked for, if any."""

    def __init__(self, reason: str, *, status: int = 0, after_s: float | None = None):
        super().__init__(reason, status=status, passing=True)
        self.after_s = after_s


@dataclass
class Getter:
    """Asks for one address after the other.

    Attributes
    ----------
    clock : waits between tries
    jitter : spreads the pauses, so that several programs do not come back at once
    before_try : called before every request goes out; may wait or raise
    timeout_s : to connect, and between two pieces of the body
    patience_s : the longest pause a server may ask for
    """

    session: requests.Session
    clock: Clock
    jitter: random.Random
    before_try: Callable[[], None] = lambda: None
    tries: int = TRIES
    timeout_s: tuple[float, float] = TIMEOUT_S
    patience_s: float = DAY_S

    def get(self, url: str, read: Callable[[requests.Response], T], **request) -> T:
        """What ``read`` makes of the answer; :class:`WebError` if there is none.

        Connections that break or stay silent, bodies cut short, 5xx and 429 get ``tries``
        tries in all. ``read`` is given a response with status 200 whose body is still to
        come, and may raise :class:`TryAgain`. ``request`` goes to requests as it is.
        """
        number = 1
        while True:
            self.before_try()
            try:
                return self._try(url, read, request)
            except TryAgain as error:
                reason = f"{error}, {number} tries" if number > 1 else str(error)
                pause = self._pause(error, number)
                if number == self.tries or pause > self.patience_s:
                    raise WebError(reason, status=error.status, passing=True) from error
                self.clock.sleep(pause)
                number += 1

    def _try(self, url: str, read: Callable[[requests.Response], T], request: dict) -> T:
        try:
            with self.session.get(url, stream=True, timeout=self.timeout_s, **request) as answer:
                _check_status(answer)
                return read(answer)
        except _PASSING as error:
            raise TryAgain(failure_words(error)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # requests lets some of urllib3's complaints about addresses through.
            raise WebError(failure_words(error)) from error

    def _pause(self, error: TryAgain, number: int) -> float:
        if error.after_s:
            return error.after_s
        throttled = error.status == HTTPStatus.TOO_MANY_REQUESTS
        pause = (THROTTLED_PAUSE_S if throttled else PAUSE_S) * 2 ** (number - 1)
        return min(pause, LONGEST_PAUSE_S) * self.jitter.uniform(0.75, 1.25)


def _check_status(answer: requests.Response) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    reason = ": ".join(filter(None, [status_words(status), _detail(answer)]))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TryAgain(reason, status=status, after_s=_retry_after(answer))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgain(reason, status=status)
    raise WebError(reason, status=status)


def _retry_after(answer: requests.Response) -> float | None:
    """The pause in s a server asks for, in seconds or as a date; None if it does not."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
        # By the server's own clock, which may differ from the one here.
        now = email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _detail(answer: requests.Response) -> str:
    """What a server says about its refusal, in the form of Django REST framework."""
    try:
        detail = json.loads(next(answer.iter_content(_LONGEST_DETAIL), b""))["detail"]
    except (ValueError, TypeError, KeyError, requests.RequestException):
        return ""
    return " ".join(str(detail).split())[:_DETAIL]
