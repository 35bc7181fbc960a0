"""What a corpus is, in a file of its own: ``corpus.json``."""

from dataclasses import asdict, dataclass
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.files import read_json, write_json

FILE = "corpus.json"


@dataclass(frozen=True)
class CorpusCard:
    """What a corpus is, for whoever reads a number measured on it.

    Attributes
    ----------
    name : its name in ``params.yaml``
    title : one line a person reads
    stands_in_for : the paper's data set it is used instead of; None if it is that one
    licence : of the whole
    """

    name: str
    title: str
    stands_in_for: str | None
    licence: str


def write_card(folder: Path, card: CorpusCard) -> None:
    """Write the card of the corpus in ``folder``."""
    write_json(folder / FILE, asdict(card))


def read_card(folder: Path) -> CorpusCard:
    """The card of the corpus in ``folder``; UserError if it has none."""
    try:
        return CorpusCard(**read_json(folder / FILE))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
