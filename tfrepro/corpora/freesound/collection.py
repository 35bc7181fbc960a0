"""A concept dataset as a sound corpus: its rows, and what a person reads beside them.

``clips.parquet``   as :mod:`tfrepro.corpora.sounds` describes it
``concepts.json``   each concept: its tags and why they were merged, its synset, its counts
``harvest.json``    the thresholds, and how many there were after each step
``ATTRIBUTION.md``  title, owner, licence and address of every sound, as the licences ask
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

from tfrepro.corpora.freesound.procedure import ConceptDataset, Thresholds
from tfrepro.corpora.sound_file import SoundFile
from tfrepro.errors import UserError
from tfrepro.files import atomic_file, write_json

FOLDS = 5
PAGE = "https://freesound.org/s/{}/"


def with_files(
    dataset: ConceptDataset, files: Mapping[int, SoundFile], least_sounds: int
) -> ConceptDataset:
    """What is left of a dataset when only sounds with a file count.

    Concepts that then have fewer than ``least_sounds`` are dropped with their sounds.
    Raises UserError if none is left.
    """
    clips = dataset.clips[dataset.clips["id"].isin(files.keys())]
    without = len(dataset.clips) - len(clips)
    counts = clips["label"].value_counts()
    names = set(counts[counts >= least_sounds].index)
    if not names:
        raise UserError(f"least_sounds = {least_sounds}: no concept has so many with a file")
    clips = clips[clips["label"].isin(names)].reset_index(drop=True)
    clips["concepts"] = [[c for c in own if c in names] for own in clips["concepts"]]
    before = dataset.concepts
    left = before["name"].map(counts).fillna(0).astype(int)
    concepts = before.assign(
        clips=left.where(before["kept"], before["clips"]), kept=before["name"].isin(names)
    )
    return replace(
        dataset,
        clips=clips,
        concepts=concepts,
        counts={
            **dataset.counts,
            "sounds_without_file": without,
            "kept_concepts": len(names),
            "kept_sounds": len(clips),
        },
    )


def clip_rows(dataset: ConceptDataset, files: Mapping[int, SoundFile]) -> pd.DataFrame:
    """The rows of the sound corpus; a sound without a file has none and no checksum.

    An owner's sounds are one group, since they are often takes of one thing, and the
    folds keep groups together.
    """
    clips = dataset.clips
    none = SoundFile("", "", "")
    found = [files.get(number, none) for number in clips["id"]]
    return pd.DataFrame(
        {
            "id": [f"freesound-{number}" for number in clips["id"]],
            "file": [file.file for file in found],
            "source": [file.source for file in found],
            "sha256": [file.sha256 for file in found],
            "label": clips["label"],
            "concepts": clips["concepts"],
            "duration": clips["duration"],
            "group": clips["user"],
            "fold": [fold_of(user) for user in clips["user"]],
            "title": clips["name"],
            "user": clips["user"],
            "licence": clips["licence"],
        }
    )


def fold_of(group: str) -> int:
    """1 ... 5, the same for a group whatever others there are."""
    return 1 + int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def write_harvest(folder: Path, dataset: ConceptDataset, thresholds: Thresholds) -> None:
    """Write ``concepts.json`` and ``harvest.json``."""
    write_json(folder / "concepts.json", [_concept(row) for row in _rows(dataset.concepts)])
    write_json(
        folder / "harvest.json",
        {"thresholds": asdict(thresholds), "counts": dict(dataset.counts)},
    )


def write_attribution(folder: Path, clips: pd.DataFrame) -> None:
    """Write ``ATTRIBUTION.md`` for the clips of a :class:`ConceptDataset`."""
    lines = [
        f"- [{_plain(row['name']) or row['id']}]({PAGE.format(row['id'])}) "
        f"by {_plain(row['user'])}, licence {row['licence']}"
        for row in _rows(clips)
    ]
    head = (
        "# Who made these sounds\n\n"
        f"{len(lines)} sounds of Freesound, each under the licence its owner gave it. What is "
        "here of a sound is changed: Freesound's compressed preview, or the five seconds that "
        "ESC-10 has cut out of it.\n\n"
    )
    with atomic_file(folder / "ATTRIBUTION.md") as part:
        part.write_text(head + "\n".join(lines) + "\n", "utf-8")


def _rows(table: pd.DataFrame) -> Sequence[Mapping]:
    return table.to_dict("records")


def _concept(row: Mapping) -> dict:
    """A concept as a person reads it."""
    merged = [
        {"tag": tag, "merged_for": reason}
        for tag, reason in zip(row["tags"][1:], row["reasons"], strict=True)
    ]
    counts = {key: int(row[key]) for key in ("tagged", "found", "clips")}
    return {
        "name": row["name"],
        "kept": bool(row["kept"]),
        "synset": row["synset"],
        "merged": merged,
        **counts,
    }


def _plain(text: str) -> str:
    """A name without what Markdown would take for markup, on one line."""
    return " ".join("".join(f"\\{c}" if c in "\\[]*_`<>" else c for c in text).split())
