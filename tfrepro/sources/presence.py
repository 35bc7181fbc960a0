"""Where a source's files are, by a cheap look."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tfrepro.sources.source import Source


def status(
    source: Source, mirrors: Sequence[Path], cache: Path
) -> Literal["mirror", "cache", "partly", "missing"]:
    """``mirror``, ``cache``, ``partly`` or ``missing``.

    ``mirror``: every file lies in a mirror folder; ``cache``: every file is here, at least
    one of them only in the cache; ``partly``: some are here; ``missing``: none is.
    Only sizes are compared, so a file of the right size with wrong bytes counts as here;
    :func:`tfrepro.sources.fetch.resolve` looks at the bytes.
    """
    mirrored = cached = 0
    for file in source.files:
        if any(_has_size(Path(m, source.name, file.path), file.size) for m in mirrors):
            mirrored += 1
        elif _has_size(Path(cache, source.name, file.path), file.size):
            cached += 1
    if mirrored + cached < len(source.files):
        return "partly" if mirrored + cached else "missing"
    return "cache" if cached else "mirror"


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
