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
        return WordNetFolder(Path(name))
    archive = find_source(SOURCE)
    (file,) = archive.source.select(_ARCHIVE)
    tables = keep / f"{file.sha256[:16]}-{VERSION}"
    if not tables.exists():
        write_nouns(tables, from_open_english_wordnet(archive.path(_ARCHIVE)))
    return read_nouns(tables)
