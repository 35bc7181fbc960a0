"""Which commit a file is in, and since when: what git knows."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Origin:
    """The last commit that changed a file.

    Attributes
    ----------
    commit : its short name
    date : ``2026-11-28``, its author's day
    changed : whether the file is different by now
    """

    commit: str
    date: str
    changed: bool = False


def origins(folder: Path, root: Path = Path()) -> dict[str, Origin]:
    """File under ``folder`` -> its origin; files in no commit are left out.

    folder : relative to ``root``, where the project is

    Empty outside a git repository, or where there is no git.
    """
    log = _git(root, "log", "--format=%x00%h %ad", "--date=short", "--name-only", "--", str(folder))
    if log is None:
        return {}
    status = _git(root, "status", "--porcelain", "-z", "--", str(folder)) or ""
    changed = {line[3:] for line in status.split("\0")}
    found: dict[str, Origin] = {}
    for entry in log.split("\0")[1:]:
        head, *files = entry.strip().split("\n")
        commit, date = head.split()
        for file in filter(None, files):
            # The newest commit comes first.
            found.setdefault(file, Origin(commit, date, file in changed))
    return found


def head(root: Path = Path()) -> Origin | None:
    """The commit that is checked out, and whether anything that git tracks is different."""
    said = _git(root, "log", "-1", "--format=%h %ad", "--date=short")
    if not said:
        return None
    commit, date = said.split()
    return Origin(commit, date, bool(_git(root, "status", "--porcelain", "-uno")))


def _git(root: Path, *words: str) -> str | None:
    """What a git command prints; None if it fails."""
    command: Sequence[str] = ["git", "-c", "core.quotePath=false", "-C", str(root), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
