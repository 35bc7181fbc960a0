"""A download that goes on where the last one stopped."""

import os
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from tfrepro.sources.http_words import failure_words, status_words

RETRIES = 3
PAUSE_S = 1.0
TIMEOUT_S = (10.0, 60.0)  # to connect, and between two pieces of the body
CHUNK = 1 << 16
_PASSING = {429, 500, 502, 503, 504}


class DownloadError(Exception):
    """A download that failed for good; the message is the reason alone, in a few words."""


class _TryAgain(DownloadError):
    """A failure that may pass."""


class ResumingDownloader:
    """A pooch downloader that keeps what has arrived and asks only for the rest.

    pooch gives a downloader a fresh temporary file and removes it when the download fails,
    so an interrupted one would begin again. Here the bytes go to ``part``, whose name
    outlives the process, and ``part`` becomes pooch's temporary file only when all ``size``
    bytes are there. pooch then checks the hash and gives the file its final name.

    Parameters
    ----------
    part : where an unfinished download lies, on the file system of pooch's cache
    size : bytes of the whole file
    session : carries connections from one file to the next
    advance : called with the number of bytes gained, negative when they are given up

    Attributes
    ----------
    resumed : whether bytes of an earlier request were kept; if so, a wrong hash may be
        theirs, and another try from zero is worth its price
    """

    def __init__(
        self,
        part: Path,
        size: int,
        *,
        session: requests.Session,
        advance: Callable[[int], Any] = lambda gained: None,
    ):
        self.part = part
        self.size = size
        self.session = session
        self.advance = advance
        self.resumed = False

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        """Put all of ``url`` into ``output_file``; :class:`DownloadError` if it cannot be had.

        Connections that break and servers that say 429 or 5xx get ``RETRIES`` more tries,
        after 1, 2 and 4 times ``PAUSE_S`` seconds.
        """
        # pooch's empty file would stay behind if this process were killed.
        Path(output_file).unlink(missing_ok=True)
        self.advance(self._kept())
        for retry in range(RETRIES + 1):
            try:
                self._get_rest(url)
                break
            except _TryAgain as error:
                if retry == RETRIES:
                    raise DownloadError(f"{error}, {RETRIES + 1} tries") from error
                time.sleep(PAUSE_S * 2**retry)
        os.replace(self.part, output_file)

    def _kept(self) -> int:
        size = self.part.stat().st_size if self.part.exists() else 0
        if size > self.size:
            self.part.unlink()
            return 0
        return size

    def _get_rest(self, url: str) -> None:
        have = self._kept()
        self.resumed |= have > 0
        if have == self.size:
            return
        # Without identity, a server may send text compressed, and ranges of that.
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with self.session.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
                self._append(answer, have)
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as error:
            raise _TryAgain(failure_words(error)) from error
        except requests.RequestException as error:
            raise DownloadError(failure_words(error)) from error

    def _append(self, answer: requests.Response, have: int) -> None:
        status = answer.status_code
        if status in _PASSING:
            raise _TryAgain(status_words(status))
        if have and status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._give_up(have)
            raise _TryAgain(f"the file there ends after {have} bytes, {self.size} expected")
        if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise DownloadError(status_words(status))
        if status == HTTPStatus.PARTIAL_CONTENT and not _starts_at(answer, have):
            self._give_up(have)
            raise _TryAgain("the server sent another piece of the file than asked for")
        if status == HTTPStatus.OK:
            self._give_up(have)
            have = 0
        with open(self.part, "ab") as file:
            for chunk in answer.iter_content(CHUNK):
                have += len(chunk)
                if have > self.size:
                    break
                file.write(chunk)
                file.flush()
                self.advance(len(chunk))
        if have > self.size:
            self._give_up(self._kept())
            raise DownloadError(f"the file there is longer than the {self.size} bytes expected")
        if have < self.size:
            raise _TryAgain(f"the file there ends after {have} bytes, {self.size} expected")

    def _give_up(self, have: int) -> None:
        self.part.unlink(missing_ok=True)
        self.advance(-have)


def _starts_at(answer: requests.Response, have: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
