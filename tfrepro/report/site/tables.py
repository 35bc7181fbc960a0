"""Every table file under ``data/metrics``, and what is known of it besides its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfrepro.errors import UserError
from tfrepro.files import read_json
from tfrepro.report.site.history import Origin

KEYS = {"paper", "table", "corpus", "protocol", "rows"}
# Beside the papers' tables: what the corpora are made of, see the page on data.
CORPUS_TABLE = "microvideo"


@dataclass(frozen=True)
class Table:
    """A table as it was measured.

    Attributes
    ----------
    file : of the project
    content : what it holds, see :mod:`tfrepro.evaluation.tables`
    origin : the commit that it is in; None if that cannot be known
    seconds : method -> time of all its fits; only of methods whose runs are here
    """

    file: str
    content: Mapping[str, Any]
    origin: Origin | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def paper(self) -> str:
        return self.content["paper"]

    @property
    def name(self) -> str:
        """``table3``, ``figure5``, ``gate``, or ``search of dare``."""
        return self.content["table"]

    @property
    def corpus(self) -> Mapping[str, Any]:
        return self.content["corpus"]

    @property
    def runs(self) -> int | None:
        """How many results the means are over, at most; None if there are no means."""
        rows = self.content["rows"].values()
        return max((cell["n"] for row in rows for cell in cells(row).values()), default=None)


def cells(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The scores of a row, without its p-values and what belongs to these."""
    return {name: value for name, value in row.items() if isinstance(value, Mapping)}


def score_names(table: Table) -> list[str]:
    """The scores of a table, in the order in which they come."""
    rows = table.content["rows"].values()
    return list(dict.fromkeys(name for row in rows for name in cells(row)))


def read_tables(
    metrics: Path,
    origins: Mapping[str, Origin],
    seconds: Mapping[tuple[str, str], Mapping[str, float]],
) -> list[Table]:
    """All tables under a folder, in the order of their files.

    Parameters
    ----------
    origins : file -> where it is from
    seconds : corpus, paper -> method -> seconds

    Raises UserError naming a file that is no table.
    """
    return [_read(file, origins, seconds) for file in sorted(metrics.rglob("*.json"))]


def _read(
    file: Path,
    origins: Mapping[str, Origin],
    seconds: Mapping[tuple[str, str], Mapping[str, float]],
) -> Table:
    try:
        content = read_json(file)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as JSON ({error})") from None
    if not isinstance(content, dict) or not content.keys() >= KEYS:
        raise UserError(f"{file}: no table; one has {', '.join(sorted(KEYS))}")
    known = seconds.get((content["corpus"]["name"], content["paper"]), {})
    return Table(
        file.as_posix(),
        content,
        origins.get(file.as_posix()),
        {name: known[name] for name in content["rows"] if name in known},
    )
