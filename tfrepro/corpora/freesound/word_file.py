"""Small text files that people edit: a statement a line, # begins a remark."""

from collections.abc import Iterator
from pathlib import Path

from tfrepro.errors import UserError


def read_statements(file: Path) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that say something, in lower case.

    Raises UserError naming the file if it cannot be read.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{file}: is no text in UTF-8") from None
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from None
    for number, line in enumerate(lines, 1):
        if text := line.partition("#")[0].strip().lower():
            yield number, text
