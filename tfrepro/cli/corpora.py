"""``tfrepro corpora``: every corpus there is, and whether it is built here."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from tfrepro.corpora.registry import (
    MICRO_VIDEO_CORPORA,
    MUSIC_VIDEO_CORPORA,
    SOUND_CORPORA,
    VIDEO_CORPORA,
    CorpusEntry,
)
from tfrepro.report.columns import in_columns
from tfrepro.report.numbers import size
from tfrepro.sources import load, names, status

CORPORA = Path("data/corpora")
# Kind -> its folder there, which is its section of params.yaml but for videos, and its corpora.
KINDS: Mapping[str, tuple[str, Mapping[str, CorpusEntry]]] = {
    "sounds": ("sounds", SOUND_CORPORA),
    "videos": ("videos", VIDEO_CORPORA),
    "micro-videos": ("microvideos", MICRO_VIDEO_CORPORA),
    "music videos": ("music_videos", MUSIC_VIDEO_CORPORA),
}
# What is neither made here nor a file of a source.
BESIDES = {
    "freesound": "FREESOUND_TOKEN",
    "own": "your files",
    "venue188": "the authors' files",
    "eastern": "the authors' files",
}


def run(mirrors: Sequence[Path], cache: Path, *, as_json: bool) -> int:
    """Print a line a corpus."""
    rows = list(_rows(mirrors, cache))
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    lines = in_columns([("corpus", "built", "needs"), *(_cells(row) for row in rows)], right={1})
    print(f"  {lines[0]}")
    kind = None
    for row, line in zip(rows, lines[1:], strict=True):
        if row["kind"] != kind:
            kind = row["kind"]
            print(kind)
        print(f"  {line}")
    print("\nStand-ins, made here or used instead of what a paper has:")
    for stands_in_for, corpora in _stand_ins(rows).items():
        print(fill(f"{', '.join(corpora)}: for {stands_in_for}", 80, subsequent_indent="    "))
    return 0


def _rows(mirrors: Sequence[Path], cache: Path) -> Iterator[dict[str, Any]]:
    present = {name: status(load(name), mirrors, cache) for name in names()}
    for kind, (folder, corpora) in KINDS.items():
        for name, entry in corpora.items():
            built = CORPORA / folder / name
            card = _card(entry)
            yield {
                "kind": kind,
                "name": name,
                "title": card.title,
                "stands_in_for": card.stands_in_for,
                "licence": card.licence,
                "sources": [{"name": s, "present": present[s]} for s in entry.sources],
                "needs": _needs(name, entry, present),
                "built": built.is_dir(),
                "bytes": _bytes_in(built) if built.is_dir() else None,
            }


def _needs(name: str, entry: CorpusEntry, present: Mapping[str, str]) -> list[str]:
    by_place: dict[str, list[str]] = {}
    for source in entry.sources:
        by_place.setdefault(present[source], []).append(source)
    needs = [f"{', '.join(some)} ({place})" for place, some in by_place.items()]
    return needs + ([BESIDES[name]] if name in BESIDES else [])


def _card(entry: CorpusEntry) -> Any:
    """What a corpus says of itself, in the module of its builder."""
    return sys.modules[entry.load_builder().__module__].CARD


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    built = size(row["bytes"]) if row["built"] else "no"
    return row["name"], built, ", ".join(row["needs"]) or "nothing: made here"


def _stand_ins(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The papers' data -> the corpora that stand in for it."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["stands_in_for"]:
            found.setdefault(row["stands_in_for"], []).append(f"{row['kind']} {row['name']}")
    return found


def _bytes_in(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
