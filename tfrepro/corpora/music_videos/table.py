"""A collection of music videos as a folder.

Conventions
-----------
``videos.parquet`` has one row a video:

==============  ==================================================================
``id``          unique name
``file``        path inside the source if ``source`` is given, else inside the media folder
``source``      name in the registry of :mod:`tfrepro.sources`, or empty
``sha256``      checksum of the file that the video, or its features, are in
``label``       its style; empty if it is not known
``group``       the source video: what a split must not tear apart
``duration_s``  how long it lasts, in s; NaN if there are only features, or it cannot be decoded
==============  ==================================================================

Some corpora have further columns, such as a ``split`` of the owner's. ``corpus.json`` says
what the collection is (:class:`tfrepro.corpora.sounds.CorpusCard`). A builder is a function
``(folder, settings, find_source, *, jobs) -> (videos, card)``, as those of
:mod:`tfrepro.corpora.microvideos.table` are.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import read_json, write_json

COLUMNS = ("id", "file", "source", "sha256", "label", "group", "duration_s")


def checksum(videos: pd.DataFrame) -> str:
    """One SHA-256 for what is seen and heard and what is said about it."""
    said = [name for name in ("id", "sha256", "label", "group", "split") if name in videos]
    text = "\n".join(videos[said].astype(str).agg("\t".join, axis=1))
    return hashlib.sha256(text.encode()).hexdigest()


def write_music_videos(folder: Path, videos: pd.DataFrame, card: CorpusCard) -> None:
    """Write table and card into ``folder``; raises ValueError on bad rows."""
    missing = [name for name in COLUMNS if name not in videos]
    if missing:
        raise ValueError(f"videos of {card.name} lack the columns {missing}")
    if videos["id"].duplicated().any():
        raise ValueError(f"{card.name} has two videos named {videos['id'].mode()[0]}")
    further = [name for name in videos if name not in COLUMNS]
    videos[[*COLUMNS, *further]].to_parquet(folder / "videos.parquet", index=False)
    write_json(folder / "corpus.json", asdict(card))


def read_music_videos(folder: Path) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos and the card of a corpus; UserError if the folder is none."""
    try:
        videos = pd.read_parquet(folder / "videos.parquet")
        card = CorpusCard(**read_json(folder / "corpus.json"))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
    return videos, card
