"""What was asked and answered, kept so that no run has to ask again.

A journal is a file of JSON objects, one a line, to which lines are only ever added. Each
is on the disk before the work goes on. A process that is killed leaves at most its last
line torn; who opens the journal next passes over it and writes the next line in its place.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tfrepro.corpora.freesound.page import Page, page_of_record, record_of_page
from tfrepro.errors import UserError

_VERSION = 1


class JsonLines(contextlib.AbstractContextManager):
    """An append-only file of JSON objects for one process at a time.

    Parameters
    ----------
    path : the file; made, with its folder, if it is not there
    header : what the file is about, kept as its first line
    visit : called with offset and value of every line there is, but the first

    Raises
    ------
    UserError
        naming the file, if another process has it open, if it cannot be written, if it
        is about something else, or if a line other than the last is damaged
    """

    def __init__(
        self, path: Path, header: Mapping[str, Any], visit: Callable[[int, Any], None]
    ) -> None:
        self.path = Path(path)
        header = {**header, "version": _VERSION}
        with self._said_plainly():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "a+b", buffering=0)  # noqa: SIM115
        try:
            with self._said_plainly():
                self._lock()
                self._end = self._scan(header, visit)
                self._file.truncate(self._end)
            if not self._end:
                self.append(header)
                self._sync_folder()
        except BaseException:
            self._file.close()
            raise

    def append(self, value: Mapping[str, Any]) -> int:
        """Add a line and wait until it is on the disk; its offset in bytes."""
        line = memoryview(json.dumps(value, allow_nan=False, separators=(",", ":")).encode())
        start = self._end
        try:
            with self._said_plainly():
                for piece in (line, b"\n"):
                    self._write(piece)
                os.fsync(self._file.fileno())
        except BaseException:
            # What was begun must not stand before the next line.
            with contextlib.suppress(OSError):
                self._file.truncate(start)
            raise
        self._end = start + len(line) + 1
        return start

    def read(self, offset: int) -> Any:
        """The value of the line that starts at ``offset`` bytes."""
        with self._said_plainly(), open(self.path, "rb") as file:
            file.seek(offset)
            return json.loads(file.readline())

    def close(self) -> None:
        """Let other processes have the file."""
        self._file.close()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _write(self, piece: bytes | memoryview) -> None:
        while piece:
            piece = piece[self._file.write(piece) :]

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"{self.path}: another run is writing to it: wait until it ends, or end it"
            ) from None
        except OSError:
            pass  # Some network file systems cannot lock; one run at a time is then a custom.

    def _scan(self, header: Mapping[str, Any], visit: Callable[[int, Any], None]) -> int:
        """Visit all whole lines; where the last one ends."""
        offset, number, torn = 0, 0, None
        with open(self.path, "rb") as file:
            for line in file:
                if torn is not None:
                    raise UserError(f"{self.path}: line {number} is damaged: {_MEND}")
                number += 1
                value = _parse(line)
                if value is None:
                    torn = offset
                elif number == 1:
                    self._check_header(header, value)
                else:
                    self._visit(visit, offset, value, number)
                offset += len(line)
        return offset if torn is None else torn

    def _check_header(self, header: Mapping[str, Any], found: Any) -> None:
        if found != header:
            raise UserError(
                f"{self.path}: is a journal of {found}, not of {header}: "
                "choose another folder, or remove that file to begin anew"
            )

    def _visit(
        self, visit: Callable[[int, Any], None], offset: int, value: Any, number: int
    ) -> None:
        try:
            visit(offset, value)
        except (KeyError, TypeError, ValueError):
            raise UserError(f"{self.path}: line {number} is of another journal: {_MEND}") from None

    def _sync_folder(self) -> None:
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            # Some network file systems cannot; the name then outlives all but a power cut.
            with contextlib.suppress(OSError):
                os.fsync(handle)
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(
                f"{self.path}: cannot be written ({error.strerror or error}): "
                "make room or make the folder writable"
            ) from error


class Journal:
    """Every page a catalogue answered, and when it was asked, in ``<folder>/pages.jsonl``.

    Memory holds where each page stands in the file, not the pages.

    Parameters
    ----------
    folder : made if it is not there
    base : address of the catalogue; a journal of another one is refused
    page_size : sounds a page, another reason to refuse

    Attributes
    ----------
    asked : seconds since 1970 of every request, in the order of the file

    Raises
    ------
    UserError
        see :class:`JsonLines`
    """

    def __init__(self, folder: Path, *, base: str, page_size: int):
        self.asked: list[float] = []
        self._offsets: dict[tuple[str, int], int] = {}
        header = {"kind": "pages of sounds", "base": base, "page_size": page_size}
        self._lines = JsonLines(Path(folder, "pages.jsonl"), header, self._visit)

    def note_request(self, now: float) -> None:
        """A request is about to go out at ``now``, in seconds since 1970."""
        self._lines.append({"asked": now})
        self.asked.append(now)

    def keep(self, query: str, number: int, page: Page) -> None:
        """``page`` is the answer for that query and page number, from 1."""
        record = {"query": query, "page": number, **record_of_page(page)}
        self._offsets[query, number] = self._lines.append(record)

    def page(self, query: str, number: int) -> Page | None:
        """The page kept for that query and number, None if there is none."""
        offset = self._offsets.get((query, number))
        return None if offset is None else page_of_record(self._lines.read(offset))

    def __len__(self) -> int:
        """Number of pages kept."""
        return len(self._offsets)

    def close(self) -> None:
        """Let other processes have the journal."""
        self._lines.close()

    def _visit(self, offset: int, record: Mapping[str, Any]) -> None:
        if "asked" in record:
            self.asked.append(float(record["asked"]))
        else:
            self._offsets[record["query"], record["page"]] = offset


_MEND = "remove that line, what it held is asked for again, or remove the file to begin anew"


def _parse(line: bytes) -> Any:
    """The value of a line; None if it is torn."""
    if not line.endswith(b"\n"):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None
