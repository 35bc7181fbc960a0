"""Previews of sounds -> OGG files in a folder, each one decoded before it is kept."""

import os
import random
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

import requests
from tqdm import tqdm

from tfrepro.corpora.freesound.journal import JsonLines
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.corpora.freesound.web import TIMEOUT_S, TRIES, Clock, Getter, WebError
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.media.audio import SAMPLE_RATE, load_audio
from tfrepro.media.errors import MediaError

JOBS = 8
_CHUNK = 1 << 16
_BYTES_A_SECOND = 1 << 16  # 512 kbit/s, more than twice what Freesound's best previews have
_HEAD = 1 << 20  # of bytes that need not be sound
_LASTING = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_HOPELESS = 50  # failures in a row that are no longer those of single files


@dataclass(frozen=True)
class Preview:
    """A preview that was kept.

    Attributes
    ----------
    id : of the sound
    file : name inside the folder
    sha256 : of the file, 64 hexadecimal digits
    size : bytes
    duration : s, as decoded
    """

    id: int
    file: str
    sha256: str
    size: int
    duration: float


@dataclass(frozen=True)
class RejectedPreview:
    """A preview that cannot be used, and why; ``passing`` if the next run may have it."""

    id: int
    reason: str
    passing: bool = False


@dataclass(frozen=True)
class Previews:
    """What became of each sound's preview, in the order the sounds were given."""

    kept: tuple[Preview, ...]
    rejects: tuple[RejectedPreview, ...]


def fetch_previews(
    sounds: Iterable[Sound],
    folder: Path,
    *,
    longest_s: float,
    jobs: int = JOBS,
    tries: int = TRIES,
    timeout_s: tuple[float, float] = TIMEOUT_S,
    seed: int = 0,
    clock: Clock = time,
    progress: bool = True,
) -> Previews:
    """The previews of ``sounds`` as ``<folder>/<id>.ogg``, all but those of no use.

    A file has its name only after the project's own reader has decoded all of it. What
    became of it is noted in ``<folder>/previews.jsonl``, so that a run that was killed goes
    on where it stopped. A preview that is gone or is no sound is not asked for again; one
    that a server or the network failed on is, by the next run.

    Parameters
    ----------
    sounds : a sound given twice counts once
    longest_s : sounds beyond it are rejected, by what their catalogue says, before a
        byte is fetched, or else by what is decoded
    jobs : files on their way at once
    tries : how often one is asked for that 429, 5xx or a broken connection answer
    timeout_s : to connect, and between two pieces of a file
    seed : of the generators that spread pauses
    progress : show a bar, on a terminal

    Raises
    ------
    UserError
        if the folder cannot be written, another run writes to it, or one preview after the
        other fails as if there were no network; never for single files
    """
    sounds = _first_of_each(sounds)
    fetcher = _Fetcher(Path(folder), longest_s, tries, timeout_s, seed, clock)
    notes = _Notes(fetcher.folder)
    bar = tqdm(total=len(sounds), desc="previews", unit="file", disable=None if progress else True)
    try:
        with bar:
            fetcher.remove_parts()
            outcomes = _settled(sounds, notes, fetcher)
            bar.update(len(outcomes))
            missing = [sound for sound in sounds if sound.id not in outcomes]
            for sound, outcome in _while_hopeful(_fetch_all(missing, fetcher, jobs), folder):
                notes.add(sound, outcome)
                outcomes[sound.id] = outcome
                bar.update()
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror or error}): "
            "make room or make the folder writable"
        ) from error
    finally:
        notes.close()
        fetcher.close()
    return _sorted_out([outcomes[sound.id] for sound in sounds])


@dataclass(frozen=True)
class _Failure:
    """Why a preview is not there.

    ``kind`` is lasting where asking again is of no use, passing where it may well be,
    refused where that cannot be told, and unwanted where the preview was not to be had at all.
    """

    id: int
    reason: str
    kind: Literal["lasting", "passing", "refused", "unwanted"]


def _kind_of(error: WebError) -> Literal["lasting", "passing", "refused"]:
    if error.status in _LASTING:
        return "lasting"
    return "passing" if error.passing else "refused"


class _Fetcher:
    """Gets one preview after the other; several threads may ask."""

    def __init__(
        self,
        folder: Path,
        longest_s: float,
        tries: int,
        timeout_s: tuple[float, float],
        seed: int,
        clock: Clock,
    ):
        self.folder = folder
        self.longest_s = longest_s
        self.most_bytes = _HEAD + int(longest_s * _BYTES_A_SECOND)
        self._tries = tries
        self._timeout_s = timeout_s
        self._seed = seed
        self._clock = clock
        # requests does not promise that threads can share a session.
        self._own = threading.local()
        self._sessions: list[requests.Session] = []

    def __call__(self, sound: Sound) -> Preview | _Failure:
        """The preview of a sound, fetched and decoded, or why there is none."""
        path = self.folder / f"{sound.id}.ogg"
        if not sound.preview:
            return _Failure(sound.id, "has no preview", "unwanted")
        if too_long := self.too_long(sound.id, sound.duration):
            return too_long
        if path.exists():
            # Left by a run that was killed before it could note the file.
            try:
                preview = self._verified(sound, path)
                return self.too_long(sound.id, preview.duration) or preview
            except MediaError:
                path.unlink()
        part = path.with_name(f"{path.name}.part")
        try:
            self._download(sound, part)
            preview = self._verified(sound, part)
            if too_long := self.too_long(sound.id, preview.duration):
                return too_long
            os.replace(part, path)
            return preview
        except WebError as error:
            return _Failure(sound.id, str(error), _kind_of(error))
        except MediaError as error:
            return _Failure(sound.id, str(error), "lasting")
        finally:
            part.unlink(missing_ok=True)

    def too_long(self, sound: int, duration: float) -> _Failure | None:
        """Why a sound of so many seconds is not wanted, if so."""
        if duration <= self.longest_s:
            return None
        reason = f"is {duration:.1f} seconds long, allowed are {self.longest_s:g}"
        return _Failure(sound, reason, "unwanted")

    def remove_parts(self) -> None:
        """Clear away what a run that was killed had not finished."""
        for part in self.folder.glob("*.ogg.part"):
            part.unlink()

    def close(self) -> None:
        for session in self._sessions:
            session.close()

    def _download(self, sound: Sound, part: Path) -> None:
        # Of its own, so that pauses do not depend on the order of threads.
        jitter = random.Random(f"{self._seed} {sound.id}")
        getter = Getter(
            self._session(), self._clock, jitter, tries=self._tries, timeout_s=self._timeout_s
        )
        # Without identity, a server may send the file compressed.
        headers = {"Accept-Encoding": "identity"}
        getter.get(sound.preview, lambda answer: self._save(answer, part), headers=headers)

    def _save(self, answer: requests.Response, part: Path) -> None:
        size = 0
        with open(part, "wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                size += len(chunk)
                if size > self.most_bytes:
                    raise WebError(
                        f"is longer than {self.most_bytes} bytes, "
                        f"too much for {self.longest_s:g} seconds"
                    )
                file.write(chunk)
            file.flush()
            # What the notes say is kept must be there after a power cut.
            os.fsync(file.fileno())

    def _verified(self, sound: Sound, path: Path) -> Preview:
        """What is kept of a file; MediaError if it is no sound."""
        samples = len(load_audio(path))
        return Preview(
            id=sound.id,
            file=f"{sound.id}.ogg",
            sha256=sha256(path),
            size=path.stat().st_size,
            duration=samples / SAMPLE_RATE,
        )

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._sessions.append(self._own.session)
        return self._own.session


class _Notes:
    """What became of previews in earlier runs, in ``<folder>/previews.jsonl``."""

    def __init__(self, folder: Path):
        self._notes: dict[int, tuple[str, Preview | _Failure]] = {}
        header = {"kind": "previews of sounds"}
        self._lines = JsonLines(folder / "previews.jsonl", header, self._visit)

    def get(self, sound: Sound) -> tuple[str, Preview | _Failure] | None:
        """The address a preview was had from, and what became of it."""
        return self._notes.get(sound.id)

    def add(self, sound: Sound, outcome: Preview | _Failure) -> None:
        if isinstance(outcome, Preview):
            self._lines.append({"address": sound.preview, "kept": asdict(outcome)})
        elif outcome.kind == "lasting":
            self._lines.append({"address": sound.preview, "failed": asdict(outcome)})

    def close(self) -> None:
        self._lines.close()

    def _visit(self, offset: int, record: Mapping[str, Any]) -> None:
        kept = "kept" in record
        outcome = Preview(**record["kept"]) if kept else _Failure(**record["failed"])
        self._notes[outcome.id] = record["address"], outcome


def _settled(
    sounds: Sequence[Sound], notes: _Notes, fetcher: _Fetcher
) -> dict[int, Preview | _Failure]:
    """Sounds an earlier run has settled, by id."""
    settled = {}
    for sound in sounds:
        if not (note := notes.get(sound)):
            continue
        address, outcome = note
        if address == sound.preview and _is_there(outcome, fetcher.folder):
            duration = outcome.duration if isinstance(outcome, Preview) else 0.0
            settled[sound.id] = fetcher.too_long(sound.id, duration) or outcome
        else:
            # A preview of another address, or one that was damaged since.
            (fetcher.folder / f"{sound.id}.ogg").unlink(missing_ok=True)
    return settled


def _is_there(outcome: Preview | _Failure, folder: Path) -> bool:
    """Whether what a note says still holds."""
    if isinstance(outcome, _Failure):
        return True
    path = folder / outcome.file
    return path.exists() and path.stat().st_size == outcome.size


def _fetch_all(
    sounds: Sequence[Sound], fetcher: _Fetcher, jobs: int
) -> Iterator[tuple[Sound, Preview | _Failure]]:
    """Each sound with what became of it, as they come."""
    pool = ThreadPoolExecutor(jobs)
    try:
        futures: dict[Future, Sound] = {pool.submit(fetcher, sound): sound for sound in sounds}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _while_hopeful(
    outcomes: Iterator[tuple[Sound, Preview | _Failure]], folder: Path
) -> Iterator[tuple[Sound, Preview | _Failure]]:
    """The same, until so many in a row have failed that it is not for single files."""
    failures = 0
    for sound, outcome in outcomes:
        yield sound, outcome
        failed = isinstance(outcome, _Failure) and outcome.kind in ("passing", "refused")
        failures = failures + 1 if failed else 0
        if failures == _HOPELESS:
            raise UserError(
                f"{folder}: the last {failures} previews could not be had ({outcome.reason}): "
                "check the network and run again, it goes on where it stopped"
            )


def _first_of_each(sounds: Iterable[Sound]) -> list[Sound]:
    unique: dict[int, Sound] = {}
    for sound in sounds:
        unique.setdefault(sound.id, sound)
    return list(unique.values())


def _sorted_out(outcomes: Sequence[Preview | _Failure]) -> Previews:
    return Previews(
        kept=tuple(outcome for outcome in outcomes if isinstance(outcome, Preview)),
        rejects=tuple(
            RejectedPreview(outcome.id, outcome.reason, outcome.kind == "passing")
            for outcome in outcomes
            if isinstance(outcome, _Failure)
        ),
    )
