"""The dictionary that says which tags name one thing, by its name in ``params.yaml``."""

from collections.abc import Callable
from pathlib import Path

from tfrepro.corpora.freesound.nouns import (
    VERSION,
    Dictionary,
    from_open_english_wordnet,
    read_nouns,
    write_nouns,
)
from tfrepro.corpora.freesound.wordnet_folder import WordNetFolder
from tfrepro.errors import UserError
from tfrepro.sources import Resolved

OPEN_ENGLISH_WORDNET = "open-english-wordnet"
NONE = "none"
SOURCE = "english-wordnet"
KEEP = Path("data/nouns")
_ARCHIVE = "oewn_yaml.tgz"


def load_dictionary(
    name: str, find_source: Callable[[str], Resolved], keep: Path = KEEP
) -> Dictionary | None:
    """Nouns and what they mean, or None for ``none``.

    Parameters
    ----------
    name : ``open-english-wordnet`` for the source ``english-wordnet``, ``none``, or the
        path of a folder with the files of Princeton's WordNet
    keep : folder for the nouns of Open English WordNet, which take a minute to find

    Raises UserError if there is no such dictionary.
    """
    if name == NONE:
        return None
    if name != OPEN_ENGLISH_WORDNET:
        return _of_folder(Path(name))
    try:
        archive = find_source(SOURCE)
    except UserError as error:
        raise UserError(
            f"{error}\nor name a folder with WordNet's own files as the dictionary, such as "
            "/usr/share/wordnet of Debian's package wordnet-base"
        ) from None
    (file,) = archive.source.select(_ARCHIVE)
    tables = keep / f"{file.sha256[:16]}-{VERSION}"
    if not tables.exists():
        write_nouns(tables, from_open_english_wordnet(archive.path(_ARCHIVE)))
    return read_nouns(tables)


def _of_folder(folder: Path) -> WordNetFolder:
    if not folder.is_dir():
        raise UserError(
            f"dictionary = {str(folder)!r}: must be {OPEN_ENGLISH_WORDNET}, {NONE}, or a folder "
            "with WordNet's own files"
        )
    return WordNetFolder(folder)
