"""The words a harvest begins with."""

from pathlib import Path

from tfrepro.errors import UserError


def read_seeds(file: Path) -> list[str]:
    """One a line, in lower case; lines that begin with # say nothing.

    Raises UserError naming the file if it has none, or one twice.
    """
    try:
        lines = [
            line.partition("#")[0].strip().lower() for line in file.read_text("utf-8").split("\n")
        ]
    except FileNotFoundError:
        raise UserError(
            f"{file}: missing; a text file with a word to search for on each line"
        ) from None
    seeds = [line for line in lines if line]
    if not seeds:
        raise UserError(f"{file}: has no words to search for")
    twice = next((seed for seed in seeds if seeds.count(seed) > 1), None)
    if twice:
        raise UserError(f"{file}: {twice!r} is there twice")
    return seeds
