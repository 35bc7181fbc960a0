"""YouTube-8M shards: what can be used of each, and what cannot and why.

Conventions
-----------
A *shard* is a TFRecord file of records of one schema. Nothing is passed over in
silence. Every record is read, its checksums and its content are verified, and
all that cannot be used is a row of rejects:

- A *fault* of the file (cut off, a wrong checksum) ends the shard. The records
  before it are used; what follows is lost, because nobody knows where the next
  record starts.
- A *misfit* (a record whose content departs from its schema) is left out alone.

Whether a set with such rows is used at all is the caller's ``on_corrupt``.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd

from tfrepro.corpora.yt8m_records import (
    ACOUSTIC,
    VISUAL,
    Schema,
    Video,
    detect_schema,
    read_video,
)
from tfrepro.errors import UserError
from tfrepro.media.errors import MediaError
from tfrepro.media.tf_example import parse_example
from tfrepro.media.tfrecord import RecordFault, read_records
from tfrepro.parallel import Rejected, map_files

log = logging.getLogger(__name__)

OnCorrupt = Literal["skip", "raise"]
T = TypeVar("T", "Shard", "ShardVideos")


@dataclass(frozen=True)
class Reject:
    """What cannot be used of a file, why, and how many records before it are."""

    file: str
    reason: str
    records_before: int

    def __str__(self) -> str:
        return f"{self.file}: {self.reason} (records used before it: {self.records_before})"


@dataclass(frozen=True)
class Shard:
    """Which records of a file can be used.

    Attributes
    ----------
    runs : (number of the first record, how many) of each stretch of usable records
    """

    file: Path
    schema: Schema
    runs: tuple[tuple[int, int], ...]
    rejects: tuple[Reject, ...]

    def __len__(self) -> int:
        return sum(count for _, count in self.runs)


@dataclass(frozen=True)
class ShardVideos:
    """The usable videos of a file, in its order.

    Attributes
    ----------
    numbers : of their records
    visual : (n, 1024) float32, means over frames
    acoustic : (n, 128) float32
    """

    file: Path
    schema: Schema
    rejects: tuple[Reject, ...]
    numbers: Sequence[int]
    ids: Sequence[str]
    labels: Sequence[list[int]]
    visual: np.ndarray
    acoustic: np.ndarray


def read_shard(file: Path) -> ShardVideos:
    """The usable videos of a shard; :class:`MediaError` if there are none."""
    videos = _read(file, read_video)
    # Rare, and dear to look for record by record.
    if not (np.isfinite(videos.visual).all() and np.isfinite(videos.acoustic).all()):
        videos = _read(file, _read_finite_video)
    return videos


def inspect_shard(file: Path) -> Shard:
    """Which records of a shard can be used; :class:`MediaError` if none."""
    videos = read_shard(file)
    numbers = np.array(videos.numbers)
    stretches = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    runs = tuple((int(stretch[0]), len(stretch)) for stretch in stretches)
    return Shard(file, videos.schema, runs, videos.rejects)


def look_through(
    look: Callable[[Path], T],
    files: Sequence[Path],
    rejects: list[Reject],
    *,
    on_corrupt: OnCorrupt,
    jobs: int = 1,
    title: str = "shards",
    progress: bool = True,
) -> Iterator[T]:
    """``look(file)`` of every file of which something can be used, in order.

    Parameters
    ----------
    look : :func:`inspect_shard` or :func:`read_shard`
    rejects : all that cannot be used is appended to it
    on_corrupt : ``skip`` logs faults and misfits and goes on; ``raise`` stops at the first

    Raises
    ------
    UserError
        naming the file, if ``on_corrupt`` says so; if the shards are not of one
        schema, as labels of the two releases differ in meaning; at the end, if
        nothing could be used at all.
    """
    first = None
    found = map_files(look, files, jobs=jobs, title=title, progress=progress)
    for file, shard in zip(files, found, strict=True):
        unusable = isinstance(shard, Rejected)
        for reject in [Reject(file.name, shard.reason, 0)] if unusable else shard.rejects:
            if on_corrupt == "raise":
                raise UserError(
                    f"{file}: {reject.reason}: fetch the file again, or set yt8m.on_corrupt to "
                    "skip in params.yaml to go on with the records that are good"
                )
            rejects.append(reject)
            log.warning("skipped: %s", reject)
        if unusable:
            continue
        first = first or shard
        if shard.schema != first.schema:
            raise UserError(
                f"{file}: is of the {shard.schema}, but {first.file.name} of the "
                f"{first.schema}: convert them apart"
            )
        yield shard
    if first is None:
        reason = f": {rejects[0]}" if rejects else ""
        raise UserError(f"none of {len(files)} shards can be used{reason}")


def survey(
    files: Sequence[Path],
    *,
    on_corrupt: OnCorrupt,
    jobs: int = 1,
    title: str = "shards",
    progress: bool = True,
) -> tuple[list[Shard], pd.DataFrame]:
    """Which records of some shards can be used, and a row for all that cannot.

    Errors are those of :func:`look_through`.

    Returns
    -------
    shards : in the order of ``files``
    rejects : file, reason, records_before
    """
    rejects: list[Reject] = []
    shards = look_through(
        inspect_shard,
        files,
        rejects,
        on_corrupt=on_corrupt,
        jobs=jobs,
        title=title,
        progress=progress,
    )
    return list(shards), reject_table(rejects)


def reject_table(rejects: Sequence[Reject]) -> pd.DataFrame:
    """A row a reject: file, reason, records_before."""
    return pd.DataFrame(rejects, columns=["file", "reason", "records_before"])


def _read(file: Path, read: Callable[[Any, Schema], Video]) -> ShardVideos:
    schema, rejects, numbers, videos = None, [], [], []
    try:
        for number, data in enumerate(read_records(file)):
            try:
                record = parse_example(data)
                schema = schema or detect_schema(record)
                videos.append(read(record, schema))
                numbers.append(number)
            except MediaError as error:
                rejects.append(Reject(file.name, f"record {number} {error}", len(videos)))
    except RecordFault as fault:
        rejects.append(Reject(file.name, str(fault), len(videos)))
    if not videos:
        raise MediaError(rejects[0].reason if rejects else "holds no records")
    ids, labels, visual, acoustic = zip(*videos, strict=True)
    return ShardVideos(
        file,
        schema,
        tuple(rejects),
        numbers,
        ids,
        labels,
        np.frombuffer(b"".join(visual), "<f4").reshape(-1, VISUAL),
        np.frombuffer(b"".join(acoustic), "<f4").reshape(-1, ACOUSTIC),
    )


def _read_finite_video(record: Any, schema: Schema) -> Video:
    video = read_video(record, schema)
    if not np.isfinite(np.frombuffer(video.visual + video.acoustic, "<f4")).all():
        raise MediaError("holds numbers that are not finite")
    return video
