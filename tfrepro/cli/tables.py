"""``tfrepro tables``: table files as text."""

from collections.abc import Sequence
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.files import read_json
from tfrepro.report.text import table_text


def run(files: Sequence[Path]) -> int:
    """Print the tables, one below the other."""
    if not files:
        raise UserError("no tables here: run this in the project's root folder, or name files")
    print("\n".join(_text(file) for file in files), end="")
    return 0


def _text(file: Path) -> str:
    try:
        return table_text(read_json(file))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{file}: not a table ({error})") from None
