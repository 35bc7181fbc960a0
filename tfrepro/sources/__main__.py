"""``python -m tfrepro.sources``: list all sources, or fetch one."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfrepro.errors import UserError
from tfrepro.sources import load, names, resolve, status

MIRRORS = (Path("../shared/data"),)
CACHE = Path("data/sources")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 after a mistake that is named in one line on stderr."""
    options = _parser().parse_args(arguments)
    mirrors = getattr(options, "mirror", MIRRORS)
    cache = getattr(options, "cache", CACHE)
    try:
        if options.command == "fetch":
            print(_fetch(options, mirrors, cache))
        else:
            rows = [_row(name, mirrors, cache) for name in names()]
            print(json.dumps(rows, indent=2, ensure_ascii=False) if options.json else _table(rows))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    folders = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    folders.add_argument(
        "--mirror",
        action="append",
        type=Path,
        metavar="DIR",
        help=f"folder that may hold <source>/<file>, may be repeated (default {MIRRORS[0]})",
    )
    folders.add_argument(
        "--cache", type=Path, metavar="DIR", help=f"folder for downloads (default {CACHE})"
    )
    parser = argparse.ArgumentParser(
        prog="python -m tfrepro.sources",
        description="List the registered data sources: name, files, size, present, licence.",
        parents=[folders],
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    fetch = commands.add_parser(
        "fetch", parents=[folders], help="fetch and verify one source", argument_default=None
    )
    fetch.add_argument("name", metavar="NAME", help="a name from the list")
    fetch.add_argument("files", metavar="FILE", nargs="*", help="paths or globs (default: all)")
    fetch.add_argument("--offline", action="store_true", help="never use the network")
    return parser


def _fetch(options: argparse.Namespace, mirrors: Sequence[Path], cache: Path) -> str:
    source = load(options.name)
    resolved = resolve(
        source,
        mirrors=mirrors,
        cache=cache,
        files=options.files or None,
        offline=options.offline,
    )
    places = Counter(path.parents[file.count("/")] for file, path in resolved.paths.items())
    where = ", ".join(f"{count} in {root}" for root, count in places.items())
    count = len(resolved.paths)
    return f"{source.name}: {count} {'file' if count == 1 else 'files'} verified: {where}"


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


def _table(rows: Sequence[dict[str, Any]]) -> str:
    lines = [("name", "files", "size", "present", "licence")]
    for row in rows:
        cells = (row["name"], str(row["files"]), _human(row["size"]), row["present"])
        lines.append((*cells, row["licence"]))
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    right = {1, 2}
    padded = [
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _human(size: float) -> str:
    """``size`` bytes with a decimal unit: ``41.6 MB``."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


if __name__ == "__main__":
    sys.exit(main())
