"""``python -m tfrepro.stale``: which committed tables are older than the code that makes them.

Every table file keeps the checksums of the code it came from. ``dvc status`` watches the
corpora that ``params.yaml`` names; a table of another corpus, measured once on real data and
committed, is watched by this command alone.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.files import read_json
from tfrepro.provenance import checksum, code_of_everything

METRICS = Path("data/metrics")
STAGES = Path("stages")


@dataclass(frozen=True)
class TableAge:
    """How a table stands to the code of today.

    Attributes
    ----------
    file : the table's file
    changed : parts of its code that are different now, ``stages/...``, ``methods/...``
    gone : parts that no longer exist
    """

    file: str
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def stale(self) -> bool:
        return bool(self.changed or self.gone)


def table_ages(metrics: Path, current: Mapping[str, str]) -> list[TableAge]:
    """The age of every table under a folder that says which code made it.

    Parameters
    ----------
    current : part -> checksum of the code of today

    Raises UserError if the folder, or a file in it, cannot be read.
    """
    return [
        TableAge(
            file.as_posix(),
            changed=tuple(part for part in code if current.get(part, code[part]) != code[part]),
            gone=tuple(part for part in code if part not in current),
        )
        for file, code in _code_of_tables(metrics)
    ]


def current_code(stages: Path) -> dict[str, str]:
    """Part -> checksum of the code as it is now; UserError if there are no stage scripts."""
    if not any(stages.glob("*.py")):
        raise UserError(f"{stages}: holds no stage scripts; run this in the project's root folder")
    return {part: checksum(files) for part, files in code_of_everything(stages).items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 if no table is stale, 1 if some are, 2 after a mistake."""
    options = _parser().parse_args(arguments)
    try:
        ages = table_ages(options.metrics, current_code(options.stages))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print(_as_json(ages) if options.json else _as_text(ages))
    return int(any(age.stale for age in ages))


def _code_of_tables(metrics: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Each table file that has ``code``, pairs or a mapping, with part -> checksum."""
    if not metrics.is_dir():
        raise UserError(f"{metrics}: not a folder; run this in the project's root folder")
    for file in sorted(metrics.rglob("*.json")):
        try:
            table = read_json(file)
        except (OSError, ValueError) as error:
            raise UserError(f"{file}: cannot be read as JSON ({error})") from None
        if not isinstance(table, dict) or "code" not in table:
            continue
        try:
            yield file, dict(table["code"])
        except (TypeError, ValueError):
            raise UserError(f"{file}: code: must be a list of pairs [part, checksum]") from None


def _as_text(ages: Sequence[TableAge]) -> str:
    stale = [age for age in ages if age.stale]
    if stale:
        return "\n".join(_line(age) for age in stale)
    match len(ages):
        case 0:
            return "no table says which code made it"
        case 1:
            return "1 table, made by the code as it is now"
        case count:
            return f"{count} tables, all made by the code as it is now"


def _line(age: TableAge) -> str:
    changed = [f"changed since: {', '.join(age.changed)}"] if age.changed else []
    gone = [f"no longer there: {', '.join(age.gone)}"] if age.gone else []
    return f"{age.file}: older than its code; {'; '.join(changed + gone)}"


def _as_json(ages: Sequence[TableAge]) -> str:
    return json.dumps([asdict(age) | {"stale": age.stale} for age in ages], indent=2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tfrepro.stale",
        description="List the tables that are older than the code that makes them.",
        epilog="Exit code 0: none is; 1: some are; 2: an error.",
    )
    folder = {"type": Path, "metavar": "DIR"}
    parser.add_argument("--metrics", default=METRICS, help=f"default {METRICS}", **folder)
    parser.add_argument("--stages", default=STAGES, help=f"default {STAGES}", **folder)
    parser.add_argument("--json", action="store_true", help="every table, as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
