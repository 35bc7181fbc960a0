"""Nouns of a folder of WordNet's dictionary files, read through NLTK.

Debian's package ``wordnet-base`` has such a folder, ``/usr/share/wordnet``; NLTK's
package ``wordnet`` unpacks to one, ``corpora/wordnet``. Nothing is downloaded, and no
file is read but three that both have.

Sources: G. Miller, WordNet: a lexical database for English, CACM 1995; S. Bird, E. Loper,
E. Klein, Natural Language Processing with Python, O'Reilly 2009.
"""

from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tfrepro.corpora.freesound.nouns import words_of_phrase
from tfrepro.errors import UserError

if TYPE_CHECKING:
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

FILES = ("index.noun", "data.noun", "noun.exc")
# NLTK wants names for the 45 files of the lexicographers; Debian leaves them out.
LEXNAMES = "".join(f"{number:02} unnamed 0\n" for number in range(45))
NOUN = "n"


@dataclass(frozen=True)
class WordNetFolder:
    """English nouns, asked for as those of ``Nouns`` are.

    The first question reads the folder (seconds); NLTK keeps what it has read, so that
    a repeated one takes microseconds.

    Attributes
    ----------
    folder : holds index.noun, data.noun and noun.exc

    Raises UserError naming the folder and which of these it lacks, or, at the first
    question, why NLTK refuses them.
    """

    folder: Path

    def __post_init__(self) -> None:
        missing = [name for name in FILES if not (self.folder / name).is_file()]
        if missing:
            raise UserError(
                f"{self.folder}: lacks {', '.join(missing)}; must be a folder of WordNet's"
                " dictionary files, such as /usr/share/wordnet of Debian's wordnet-base"
            )

    @cached_property
    def _reader(self) -> "WordNetCorpusReader":
        return _read(self.folder)

    def lemma(self, word: str) -> str | None:
        """The noun that a word is, or is the plural of; None if it is neither.

        Words of a phrase may be joined by spaces, hyphens or underscores.
        """
        for name in _spellings(word):
            # Not morphy(), which ends at the first: wells are a shaft's plural and a writer.
            for form in self._reader._morphy(name, NOUN):
                if self.synset(form):
                    return form.replace("-", " ").replace("_", " ")
        return None

    def synset(self, lemma: str) -> str | None:
        """The synset of a noun's commonest sense, spelled 07391682-n.

        A sense written with capitals is a proper name's and does not count.
        """
        for name in _spellings(lemma):
            for synset in self._reader.synsets(name, NOUN):
                if name in synset.lemma_names():
                    return self._reader.ss2of(synset)
        return None

    def gloss(self, synset: str) -> str:
        """What a synset means, in words."""
        return self._reader.of2ss(synset).definition()


def _spellings(phrase: str) -> tuple[str, str]:
    """The two ways the dictionary may write a phrase: church_bell, merry-go-round."""
    words = words_of_phrase(phrase)
    return "_".join(words), "-".join(words)


def _read(folder: Path) -> "WordNetCorpusReader":
    """NLTK's reader, content with the files of the nouns."""
    import nltk.data
    from nltk.corpus.reader.wordnet import WordNetCorpusReader, WordNetError

    class NounReader(WordNetCorpusReader):
        def open(self, file: str) -> IO[str]:
            if file in FILES:
                return super().open(file)
            return StringIO(LEXNAMES if file == "lexnames" else "")

        def map_wn(self, version: str = "wordnet") -> None:
            """No mapping: it would need another WordNet, among NLTK's own data."""

    root = str(folder.resolve())
    nltk.data.path.append(root)  # since 3.10 NLTK opens no file outside these
    try:
        return NounReader(root, omw_reader=())  # no other languages; None would warn
    except (OSError, ValueError, WordNetError) as error:
        raise UserError(f"{folder}: cannot be read as WordNet's dictionary ({error})") from None
