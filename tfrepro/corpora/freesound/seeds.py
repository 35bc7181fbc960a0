"""The words a harvest begins with."""

from pathlib import Path

from tfrepro.corpora.freesound.word_file import read_statements
from tfrepro.errors import UserError


def read_seeds(file: Path) -> list[str]:
    """One a line, in lower case.

    Raises UserError naming the file if it cannot be read, has none, or one twice.
    """
    seeds: list[str] = []
    for number, seed in read_statements(file):
        if seed in seeds:
            raise UserError(f"{file}: line {number}: {seed!r} is there twice")
        seeds.append(seed)
    if not seeds:
        raise UserError(f"{file}: has no words to search for")
    return seeds
