"""A collection of micro-videos as a folder.

Conventions
-----------
``videos.parquet`` has one row a video:

==========  ======================================================================
``id``      unique name
``file``    path inside the source if ``source`` is given, else inside the media folder;
            empty if there are only features
``source``  name in the registry of :mod:`tfrepro.sources`, or empty
``sha256``  checksum of the file that the video, or its features, are in
``label``   the venue or other class; empty if it is not known
``parent``  the class above it in a tree of two levels, or empty
``split``   ``train``, ``valid``, ``test``, or empty in all rows if none is given
``group``   what a split must not tear apart, such as the videos of one owner
``text``    what its owner wrote, or what is said; may be empty
==========  ======================================================================

Some corpora have further columns. ``external.parquet``, if it is there, has ``id``,
``label``, ``concepts`` and ``group`` of sounds in the same acoustic space, DARE's external
sounds, and where these are media ``file``, from the folder. ``corpus.json`` says what the
collection is.

A builder is a function ``(folder, settings, find_source, jobs) -> (videos, card)`` that may
put ``media`` and other files into ``folder``; ``find_source(name)`` resolves a
source, ``jobs`` are worker processes.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import read_json, write_json

COLUMNS = ("id", "file", "source", "sha256", "label", "parent", "split", "group", "text")
EXTERNAL = "external.parquet"


def checksum(videos: pd.DataFrame) -> str:
    """One SHA-256 for what is seen and heard and what is said about it."""
    rows = videos[["id", "sha256", "label", "split", "group", "text"]].astype(str)
    text = "\n".join(rows.agg("\t".join, axis=1))
    return hashlib.sha256(text.encode()).hexdigest()


def write_micro_videos(folder: Path, videos: pd.DataFrame, card: CorpusCard) -> None:
    """Write table and card into ``folder``; raises ValueError on bad rows."""
    missing = [name for name in COLUMNS if name not in videos]
    if missing:
        raise ValueError(f"videos of {card.name} lack the columns {missing}")
    if videos["id"].duplicated().any():
        raise ValueError(f"{card.name} has two videos named {videos['id'].mode()[0]}")
    further = [name for name in videos if name not in COLUMNS]
    videos[[*COLUMNS, *further]].to_parquet(folder / "videos.parquet", index=False)
    write_json(folder / "corpus.json", asdict(card))


def external_table(clips: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The index of external sounds out of a sound corpus' clips, whose files lie in ``folder``."""
    files = [str(folder / file) for file in clips["file"]]
    return clips[["id", "label", "concepts", "group"]].assign(file=files)


def read_micro_videos(folder: Path) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos and the card of a corpus; UserError if the folder is none."""
    try:
        videos = pd.read_parquet(folder / "videos.parquet")
        card = CorpusCard(**read_json(folder / "corpus.json"))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
    return videos, card
