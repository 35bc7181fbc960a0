"""``tfrepro sources``: list all sources, or fetch one."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfrepro.report.columns import in_columns
from tfrepro.report.numbers import size
from tfrepro.sources import load, names, resolve, status


def list_sources(mirrors: Sequence[Path], cache: Path, *, as_json: bool) -> int:
    """Print a line a source: name, files, size, where they are, licence."""
    rows = [_row(name, mirrors, cache) for name in names()]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    lines = [("name", "files", "size", "present", "licence")]
    for row in rows:
        cells = (row["name"], str(row["files"]), size(row["size"]), row["present"])
        lines.append((*cells, row["licence"]))
    print("\n".join(in_columns(lines, right={1, 2})))
    return 0


def fetch(
    name: str, files: Sequence[str], mirrors: Sequence[Path], cache: Path, *, offline: bool
) -> int:
    """Bring the files of a source and say where they are, verified."""
    source = load(name)
    resolved = resolve(source, mirrors=mirrors, cache=cache, files=files or None, offline=offline)
    places = Counter(path.parents[file.count("/")] for file, path in resolved.paths.items())
    where = ", ".join(f"{count} in {root}" for root, count in places.items())
    count = len(resolved.paths)
    print(f"{source.name}: {count} {'file' if count == 1 else 'files'} verified: {where}")
    return 0


def _row(name: str, mirrors: Sequence[Path], cache: Path) -> dict[str, Any]:
    source = load(name)
    return {
        "name": source.name,
        "title": source.title,
        "files": len(source.files),
        "without_address": sum(file.url is None for file in source.files),
        "size": source.size,
        "present": status(source, mirrors, cache),
        "licence": source.licence,
        "homepage": source.homepage,
    }
