"""Which committed tables are older than the code that makes them: ``tfrepro stale``.

Every table file keeps the checksums of the code it came from. ``dvc status`` watches the
corpora that ``params.yaml`` names; a table of another corpus, measured once on real data and
committed, is watched by this command alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.files import read_json
from tfrepro.provenance import checksum, code_of_everything


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
