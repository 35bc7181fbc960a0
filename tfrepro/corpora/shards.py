"""A collection of videos in record shards, as a folder.

Conventions
-----------
``shards.parquet`` has one row a file:

=============  ==================================================================
``file``       path inside the source if ``source`` is given, else inside the folder
``source``     name in the registry of :mod:`tfrepro.sources`, or empty
``sha256``     checksum of the file
``kind``       ``shard``, ``vocabulary``, of which there is one, or ``pages``, of which there
               may be one: see :mod:`tfrepro.corpora.yt8m_pages`
=============  ==================================================================

``corpus.json`` says what the collection is (:class:`tfrepro.corpora.sounds.CorpusCard`).
A builder is a function ``(folder, settings, find_source) -> (files, card)`` that
may put files into ``folder``; ``find_source(name)`` resolves a source. Where each
file lies, :func:`tfrepro.corpora.sounds.locate` says.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import read_json, write_json

COLUMNS = ("file", "source", "sha256", "kind")


def checksum(files: pd.DataFrame) -> str:
    """One SHA-256 for the content of all files."""
    text = "\n".join(sorted(files["kind"] + "\t" + files["sha256"]))
    return hashlib.sha256(text.encode()).hexdigest()


def write_shard_corpus(folder: Path, files: pd.DataFrame, card: CorpusCard) -> None:
    """Write the two files of a shard corpus into ``folder``; raises ValueError on bad rows."""
    missing = [name for name in COLUMNS if name not in files]
    if missing:
        raise ValueError(f"files of {card.name} lack the columns {missing}")
    if (files["kind"] == "vocabulary").sum() != 1:
        raise ValueError(f"{card.name} must have one vocabulary")
    files[list(COLUMNS)].to_parquet(folder / "shards.parquet", index=False)
    write_json(folder / "corpus.json", asdict(card))


def read_shard_corpus(folder: Path) -> tuple[pd.DataFrame, CorpusCard]:
    """The files and the card of a shard corpus; UserError if the folder is none."""
    try:
        files = pd.read_parquet(folder / "shards.parquet")
        card = CorpusCard(**read_json(folder / "corpus.json"))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
    return files, card
