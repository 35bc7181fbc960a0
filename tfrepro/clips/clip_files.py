"""Which files are clips, and what their owners wrote: from what a person names."""

import csv
from collections.abc import Sequence
from pathlib import Path

from tfrepro.clips.front_end import Clip
from tfrepro.errors import UserError

VIDEO_SUFFIXES = {
    ".3gp", ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv",
    ".ts", ".webm", ".wmv",
}  # fmt: skip


def clips_of(
    paths: Sequence[Path], text: str | None = None, manifest: Path | None = None
) -> list[Clip]:
    """The clips that are named, and those in folders that are, with their words.

    Parameters
    ----------
    paths : files, whatever they are called, and folders, of which the videos are taken
    text : what the owner of the only clip wrote
    manifest : CSV file with the columns ``file`` and ``text``; a file is found from a folder
        among the paths, or from that of the manifest

    Raises UserError if something is not there, or if a folder has no video.
    """
    files = list(dict.fromkeys(file for path in paths for file in _files_at(path)))
    if text is not None:
        if len(files) != 1:
            raise UserError(
                f"--text is for one clip, there are {len(files)}: write a --manifest of theirs"
            )
        return [Clip(files[0], text)]
    texts = _read_texts(manifest, [p for p in paths if p.is_dir()]) if manifest else {}
    clips = [Clip(file, texts.get(file.resolve(), "")) for file in files]
    if manifest and not texts.keys() & {file.resolve() for file in files}:
        raise UserError(f"{manifest}: names none of the clips")
    return clips


def _files_at(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UserError(f"{path}: no such file or folder")
    found = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in VIDEO_SUFFIXES and file.is_file() and file.name[0] != "."
    ]
    if not found:
        raise UserError(f"{path}: holds no video ({', '.join(sorted(VIDEO_SUFFIXES))})")
    return found


def _read_texts(manifest: Path, folders: Sequence[Path]) -> dict[Path, str]:
    """Whole path of a file -> its text."""
    try:
        with open(manifest, newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{manifest}: cannot be read as CSV ({error})") from None
    columns = list(rows[0]) if rows else []
    if not {"file", "text"} <= set(columns):
        raise UserError(
            f"{manifest}: must have rows and the columns file and text, has "
            f"{', '.join(map(str, columns)) or 'nothing'}"
        )
    texts = {}
    for row in rows:
        for home in (manifest.parent, *folders):
            texts[(home / row["file"]).resolve()] = row["text"] or ""
    return texts
