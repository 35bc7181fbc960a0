"""A labelled sound collection as a folder.

Conventions
-----------
``clips.parquet`` has one row a clip:

=============  ==================================================================
``id``         unique name
``file``       path inside the source if ``source`` is given, else inside the folder;
               empty for a sound of which there are only words
``source``     name in the registry of :mod:`tfrepro.sources`, or empty
``sha256``     checksum of the file, or empty
``label``      the query concept: one label a clip, the target of DARE's Table 2
``concepts``   every concept the clip is tagged with, the query concept among them
``group``      the recording it comes from; a clean split keeps a group together
``fold``       1, 2, ...: a published or made split that respects groups
``title``, ``user``, ``licence``   what attribution needs
=============  ==================================================================

``corpus.json`` says what the collection is (:class:`CorpusCard`). A builder is
a function ``(folder, settings, find_source) -> (clips, card)`` that may put
media and other files into ``folder``; ``find_source(name)`` resolves a source. Its clips
have these columns and ``duration``, in s, which is kept in a table of its own, see
:mod:`tfrepro.corpora.sound_durations`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from tfrepro.errors import UserError
from tfrepro.files import read_json, write_json
from tfrepro.sources import Resolved

COLUMNS = (
    "id",
    "file",
    "source",
    "sha256",
    "label",
    "concepts",
    "group",
    "fold",
    "title",
    "user",
    "licence",
)


@dataclass(frozen=True)
class CorpusCard:
    """What a corpus is, for whoever reads a number measured on it.

    Attributes
    ----------
    name : its name in ``params.yaml``
    title : one line a person reads
    stands_in_for : the paper's data set it is used instead of; None if it is that one
    licence : of the whole
    """

    name: str
    title: str
    stands_in_for: str | None
    licence: str


def checksum(clips: pd.DataFrame) -> str:
    """One SHA-256 for what was heard and what is said about it."""
    rows = clips[["id", "sha256", "label", "group", "fold"]].astype(str)
    concepts = clips["concepts"].map(lambda names: "|".join(names))
    text = "\n".join(rows.agg("\t".join, axis=1) + "\t" + concepts)
    return hashlib.sha256(text.encode()).hexdigest()


def write_sound_corpus(folder: Path, clips: pd.DataFrame, card: CorpusCard) -> None:
    """Write the two files of a sound corpus into ``folder``; raises ValueError on bad rows."""
    missing = [name for name in COLUMNS if name not in clips]
    if missing:
        raise ValueError(f"clips of {card.name} lack the columns {missing}")
    if clips["id"].duplicated().any():
        raise ValueError(f"{card.name} has two clips named {clips['id'].mode()[0]}")
    clips[list(COLUMNS)].to_parquet(folder / "clips.parquet", index=False)
    write_json(folder / "corpus.json", asdict(card))


def read_sound_corpus(folder: Path) -> tuple[pd.DataFrame, CorpusCard]:
    """The clips and the card of a sound corpus; UserError if the folder is none."""
    try:
        clips = pd.read_parquet(folder / "clips.parquet")
        card = CorpusCard(**read_json(folder / "corpus.json"))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
    return clips, card


def locate(clips: pd.DataFrame, folder: Path, find_source: Callable[[str], Resolved]) -> list[Path]:
    """Where each clip's file lies: in the corpus' folder, or in the source it names."""
    found = {name: find_source(name) for name in clips["source"].unique() if name}
    return [
        found[source].path(file) if source else folder / file
        for source, file in zip(clips["source"], clips["file"], strict=True)
    ]
