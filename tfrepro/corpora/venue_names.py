"""The names of VENUE-188's classes."""

from pathlib import Path

from tfrepro.errors import UserError

FILE = "leaf_venue_name.txt"


def read_venue_names(file: Path) -> tuple[str, ...]:
    """The venue category of each class; class ``c`` of the data stands on line ``c + 1``.

    A line is ``<number>::::<name>``, numbered from 1, while data files count from 0.

    Raises UserError naming the file, and the line that is not the next class.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read ({error})") from None
    names = []
    for number, line in enumerate(lines, 1):
        start, _, name = line.partition("::::")
        if start != str(number) or not name:
            raise UserError(f"{file}, line {number}: {line!r}, must be '{number}::::<name>'")
        names.append(name)
    if len(set(names)) < max(len(names), 1):
        raise UserError(f"{file}: must name one or more classes, each differently")
    return tuple(names)
