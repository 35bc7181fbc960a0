"""``tfrepro retrieve``: what an index finds for a file, for an item of its own, or for vectors."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tfrepro.clips.model_facts import FILE as MODEL
from tfrepro.errors import UserError
from tfrepro.media.errors import MediaError
from tfrepro.retrieval.index import Match, VectorIndex, load_index
from tfrepro.retrieval.videos import encode_queries

if TYPE_CHECKING:
    from tfrepro.clips.clip_search import ClipSearch, Finds

Answers = dict[str, list[Match]]
_FOUND = {"acoustic": "sounds", "visual": "videos"}


def run(
    folder: Path,
    file: Path | None,
    *,
    finds: "Finds | None",
    ids: Sequence[str],
    features: Path | None,
    top: int,
    approximate: bool,
    as_json: bool,
) -> int:
    """Print the matches."""
    if sum((file is not None, bool(ids), features is not None)) != 1:
        raise UserError("ask with a FILE, with --id, or with --features: with one of them")
    if (folder / MODEL).is_file():
        # Here, for what looks at files takes seconds to import, and an index does without it.
        from tfrepro.clips.clip_search import load_clip_search

        search = load_clip_search(folder)
        finds = finds or ("sounds" if file is None else _what_for(file))
        if file is not None:
            return _print(finds, _ask_with_file(search, file, finds, top), as_json)
        index = search.indexes[finds]
    else:
        index = load_index(folder)
        found = _FOUND.get(index.meta.get("finds", ""))
        if file is not None:
            raise UserError(
                f"{folder}: asks with no file, having no front end for it: use --id or --features, "
                "or the folder of a published search"
            )
        if finds not in (None, found):
            raise UserError(f"{folder}: finds {found or 'vectors'}, not {finds}")
        finds = found
    return _print(finds, _ask(index, ids, features, top, approximate), as_json)


def _what_for(file: Path) -> "Finds":
    """Sounds for a file with pictures, else videos."""
    from tfrepro.media.video import probe

    try:
        probe(file)
    except MediaError as error:
        if str(error) == "has no video track":
            return "videos"
        if not file.is_file():
            raise UserError(f"{file}: no such file") from None
        return _what_sound_asks_for(file, error)
    return "sounds"


def _what_sound_asks_for(file: Path, error: MediaError) -> "Finds":
    """Videos, if it is a sound: decoders of video do not know every kind of sound file."""
    from tfrepro.media.audio import load_audio

    try:
        load_audio(file)
    except MediaError:
        raise UserError(f"{file}: {error}") from None
    return "videos"


def _ask_with_file(search: "ClipSearch", file: Path, finds: "Finds", top: int) -> Answers:
    found, unreadable = search.ask([file], finds, top)
    for path, reason in unreadable.items():
        raise UserError(f"{path}: {reason}")
    return {str(path): matches for path, matches in found.items()}


def _ask(
    index: VectorIndex, ids: Sequence[str], features: Path | None, top: int, approximate: bool
) -> Answers:
    """Query -> matches; the rows of a file are called 0, 1, ..."""
    if features is None:
        found = index.search_ids(ids, top, approximate=approximate)
        return dict(zip(ids, found, strict=True))
    try:
        queries = np.load(features, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{features}: cannot be read as an array ({error})") from None
    try:
        found = index.search(encode_queries(index, queries), top, approximate=approximate)
    except ValueError as error:
        raise UserError(f"{features}: {error}") from None
    return {str(row): matches for row, matches in enumerate(found)}


def _print(finds: str | None, answers: Answers, as_json: bool) -> int:
    if as_json:
        plain = {
            "finds": finds,
            "answers": [
                {"query": query, "matches": [asdict(match) for match in matches]}
                for query, matches in answers.items()
            ],
        }
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return 0
    for query, matches in answers.items():
        print(f"{query}:" if finds is None else f"{finds} for {query}:")
        for rank, match in enumerate(matches, 1):
            print(f"{rank:4d}  {match.score:7.4f}  {match.id}")
    return 0
