"""Freesound's text search, asked politely and never twice.

Why not the package ``freesound-api`` (1.1): it has no time-outs, no retries, no regard for
limits or ``Retry-After``, stops at the first error, and pages by following links, which
cannot be resumed.

Freesound's limits for a token are 60 requests a minute and 2000 a day. Its 429 does not say
when to come back, so the client keeps to the limits by itself, across runs.
"""

import json
import logging
import random
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from tfrepro.corpora.freesound.journal import Journal
from tfrepro.corpora.freesound.limits import RequestLimits
from tfrepro.corpora.freesound.page import FIELDS, GONE, Page, page_of_answer
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.corpora.freesound.web import (
    DAY_S,
    TIMEOUT_S,
    TRIES,
    Clock,
    Getter,
    TryAgain,
    WebError,
)
from tfrepro.errors import UserError

BASE = "https://freesound.org/apiv2"
PAGE_SIZE = 150  # the largest Freesound gives
PER_MINUTE = 60
PER_DAY = 2000
TOKEN_VARIABLE = "FREESOUND_TOKEN"
_TOKEN_PAGE = "https://freesound.org/apiv2/apply"
_MINUTE_S = 60.0
_WORTH_A_WORD_S = 120.0

log = logging.getLogger(__name__)


class Freesound(AbstractContextManager):
    """A :class:`~tfrepro.corpora.freesound.sound.Catalogue` over the Freesound APIv2.

    Every page answered is kept in a journal and read from there ever after: a run that was
    killed goes on where it stopped, and a search that was finished once needs neither
    network nor token. For new answers, take a new folder. Not for several threads.

    Parameters
    ----------
    token : API key; may be empty as long as all answers are in the journal
    folder : of the journal; one process at a time
    base : address of the API
    page_size : sounds a page, at most 150 at Freesound
    per_minute, per_day : requests that may go out in any 60 and 86,400 seconds, those of
        earlier runs with this journal among them
    timeout_s : to connect, and between two pieces of an answer
    tries : how often a page is asked for that 429, 5xx or a broken connection answer
    patience_s : the longest wait in s for a limit or at a server's wish; an error beyond it
    seed : of the generator that spreads pauses
    clock : tells the time and waits

    Raises
    ------
    UserError
        if the journal cannot be used, the token cannot be one, or a limit is below 1
    """

    def __init__(
        self,
        token: str,
        folder: Path,
        *,
        base: str = BASE,
        page_size: int = PAGE_SIZE,
        per_minute: int = PER_MINUTE,
        per_day: int = PER_DAY,
        timeout_s: tuple[float, float] = TIMEOUT_S,
        tries: int = TRIES,
        patience_s: float = DAY_S,
        seed: int = 0,
        clock: Clock = time,
    ):
        settings = {
            "page_size": page_size,
            "per_minute": per_minute,
            "per_day": per_day,
            "tries": tries,
        }
        _check_at_least_one(settings)
        self._token = _checked_token(token)
        self._base = base.rstrip("/")
        self._page_size = page_size
        self._patience_s = patience_s
        self._clock = clock
        self._journal = Journal(folder, base=self._base, page_size=page_size)
        self._limits = RequestLimits(
            {_MINUTE_S: per_minute, DAY_S: per_day}, self._journal.asked, clock.time()
        )
        self._session = requests.Session()
        self._getter = Getter(
            self._session,
            clock,
            random.Random(seed),
            before_try=self._take_turn,
            tries=tries,
            timeout_s=timeout_s,
            patience_s=patience_s,
        )

    def search(self, query: str, limit: int) -> list[Sound]:
        """At most ``limit`` sounds that match ``query``, best first; [] for none.

        Several words must all match. No sound comes twice, even if the catalogue changed
        between two pages; what it lost by that is said in the log.

        Raises
        ------
        UserError
            if the token is refused or missing, or if a page cannot be had; what was
            answered is kept, and the same call goes on with the page that failed
        """
        query = " ".join(query.split())
        if not query:
            raise UserError("freesound: the query is empty: give at least one word")
        found = _Found(query)
        asked = False
        while len(found) < limit and not found.ended:
            number = found.pages + 1
            page = self._journal.page(query, number)
            if page is None:
                page, asked = self._ask(query, number), True
                self._journal.keep(query, number, page)
            found.add(page)
        if asked:
            found.note_losses(limit)
        return found.sounds()[:limit]

    def close(self) -> None:
        """Let go of the connection and of the journal."""
        self._session.close()
        self._journal.close()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _ask(self, query: str, number: int) -> Page:
        what = f"freesound: page {number} of {query!r}"
        if not self._token:
            raise UserError(
                f"{what}: needs a token: get one at {_TOKEN_PAGE} and set {TOKEN_VARIABLE} to it"
            )
        parameters = {
            "query": query,
            "fields": FIELDS,
            "page_size": self._page_size,
            "page": number,
        }
        try:
            return self._getter.get(
                f"{self._base}/search/text/",
                _read_page,
                params=parameters,
                auth=_TokenAuth(self._token),
            )
        except WebError as error:
            if error.status == HTTPStatus.NOT_FOUND and number > 1:
                return GONE
            # Not chained: a server may repeat the token.
            raise self._refusal(what, error) from None

    def _refusal(self, what: str, error: WebError) -> UserError:
        reason = str(error).replace(self._token, "<token>")
        if error.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return UserError(
                f"freesound: the token is refused ({reason}): get one at {_TOKEN_PAGE} "
                f"and set {TOKEN_VARIABLE} to it"
            )
        if error.passing:
            way_out = "run again later, it goes on with that page"
        elif error.status == HTTPStatus.NOT_FOUND:
            way_out = f"check that the address is one of a Freesound API, like {BASE}"
        else:
            way_out = "check the query and the address"
        return UserError(f"{what}: could not be had from {self._base} ({reason}): {way_out}")

    def _take_turn(self) -> None:
        """Wait until the limits allow a request, and note that it goes out."""
        while (wait := self._limits.wait_s(self._clock.time())) > 0:
            if wait > self._patience_s:
                raise UserError(
                    f"freesound: {self._limits} is reached for {wait:.0f} seconds: "
                    "run again then, it goes on where it stopped"
                )
            if wait > _WORTH_A_WORD_S:
                log.warning(
                    "freesound: waiting %.0f minutes: %s is reached; a run that is ended "
                    "meanwhile goes on where it stopped",
                    wait / 60,
                    self._limits,
                )
            self._clock.sleep(wait)
        now = self._clock.time()
        # Before it goes out: a kill must not make it uncounted.
        self._journal.note_request(now)
        self._limits.add(now)


class _Found:
    """The sounds of the pages so far, and what was odd about those."""

    def __init__(self, query: str):
        self.query = query
        self.pages = 0
        self.ended = False
        self._sounds: dict[int, Sound] = {}
        self._counts: list[int] = []
        self._twice = 0
        self._skipped = 0
        self._gone = False

    def __len__(self) -> int:
        return len(self._sounds)

    def sounds(self) -> list[Sound]:
        return list(self._sounds.values())

    def add(self, page: Page) -> None:
        before = len(self)
        for sound in page.sounds:
            self._sounds.setdefault(sound.id, sound)
        new = len(self) - before
        self._twice += len(page.sounds) - new
        self._skipped += page.skipped
        self._gone |= page.gone
        if not page.gone:
            self._counts.append(page.count)
        self.pages += 1
        # A catalogue that repeats itself would be asked for ever.
        self.ended = not page.more or not (new or page.skipped)

    def note_losses(self, limit: int) -> None:
        first, last = self._counts[0], self._counts[-1]
        facts = [
            f"page {self.pages} was gone" if self._gone else "",
            f"{self._twice} came twice" if self._twice else "",
            f"{self._skipped} entries tell of no usable sound" if self._skipped else "",
            f"{first} sounds became {last} under way" if first != last else "",
        ]
        expected = min(last, limit)
        if any(facts) or len(self) < expected:
            log.warning(
                "freesound: %r: %d sounds of %d (%s)",
                self.query,
                min(len(self), limit),
                expected,
                ", ".join(filter(None, facts)) or "the catalogue gave no more",
            )


class _TokenAuth(requests.auth.AuthBase):
    """Puts the token into the header, also where a .netrc file names the host."""

    def __init__(self, token: str):
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {self._token}"
        return request


def _read_page(answer: requests.Response) -> Page:
    try:
        return page_of_answer(json.loads(answer.content))
    except ValueError as error:
        # Also what a proxy or a server in trouble answers in the place of a page.
        raise TryAgain(f"not understood: {error}") from None


def _checked_token(token: str) -> str:
    token = token.strip()
    if not all("!" <= letter <= "~" for letter in token):
        raise UserError(
            f"freesound: the token has blanks or other letters no token has: set {TOKEN_VARIABLE} "
            f"to the API key that {_TOKEN_PAGE} shows"
        )
    return token


def _check_at_least_one(settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        if value < 1:
            raise UserError(f"freesound: {name} = {value}: must be at least 1")
