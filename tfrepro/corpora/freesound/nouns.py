"""Nouns and what they mean: enough of WordNet to tell that two tags name one thing.

Tables
------
``senses``: ``lemma``, ``sense`` (1, 2, ... the commonest first), ``synset``
``forms``: ``form``, ``lemma``, for plurals that no rule gives: children, child
``glosses``: ``synset``, ``gloss``

Source: G. Miller, WordNet: a lexical database for English, CACM 1995, for senses
and for the rules of its morphological processor; Open English WordNet for the data.
"""

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import yaml

from tfrepro.errors import UserError
from tfrepro.files import atomic_folder

VERSION = 1  # of what is read from the sources
TABLES = {
    "senses": ("lemma", "sense", "synset"),
    "forms": ("form", "lemma"),
    "glosses": ("synset", "gloss"),
}
# Endings of plurals, and what stands in their place in the singular.
ENDINGS = (
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ies", "y"),
    ("ves", "f"),
    ("men", "man"),
    ("s", ""),
)


class Dictionary(Protocol):
    """What is asked of a dictionary of nouns."""

    def lemma(self, word: str) -> str | None:
        """The noun that a word is, or is the plural of; None if it is neither.

        Words of a phrase may be joined by spaces, hyphens or underscores.
        """
        ...

    def synset(self, lemma: str) -> str | None:
        """The synset of a noun's commonest sense."""
        ...

    def gloss(self, synset: str) -> str:
        """What a synset means, in words."""
        ...


@dataclass(frozen=True)
class Nouns:
    """A :class:`Dictionary` of three tables.

    Attributes
    ----------
    senses, forms, glosses : tables as above
    """

    senses: pd.DataFrame
    forms: pd.DataFrame
    glosses: pd.DataFrame

    @cached_property
    def _first(self) -> dict[str, str]:
        first = self.senses[self.senses["sense"] == 1]
        return _first_of_each(map(_spelling, first["lemma"]), first["synset"])

    @cached_property
    def _irregular(self) -> dict[str, str]:
        return _first_of_each(
            map(_spelling, self.forms["form"]), map(_spelling, self.forms["lemma"])
        )

    @cached_property
    def _gloss(self) -> dict[str, str]:
        return dict(zip(self.glosses["synset"], self.glosses["gloss"], strict=True))

    def lemma(self, word: str) -> str | None:
        """See :class:`Dictionary`."""
        word = _spelling(word)
        if word in self._first:
            return word
        if word in self._irregular:
            return self._irregular[word]
        for ending, instead in ENDINGS:
            singular = word.removesuffix(ending) + instead
            if word.endswith(ending) and singular in self._first:
                return singular
        return None

    def synset(self, lemma: str) -> str | None:
        """See :class:`Dictionary`."""
        return self._first.get(lemma)

    def gloss(self, synset: str) -> str:
        """See :class:`Dictionary`."""
        return self._gloss.get(synset, "")


def words_of_phrase(phrase: str) -> list[str]:
    """In lower case, whether spaces, hyphens or underscores join them."""
    return phrase.lower().replace("-", " ").replace("_", " ").split()


def _spelling(word: str) -> str:
    return " ".join(words_of_phrase(word))


def _first_of_each(keys: Iterable[str], values: Iterable[str]) -> dict[str, str]:
    """Of a key that comes twice the first value counts: leaves are of leaf, not of leave."""
    first: dict[str, str] = {}
    for key, value in zip(keys, values, strict=True):
        first.setdefault(key, value)
    return first


def write_nouns(folder: Path, nouns: Nouns) -> None:
    """Write the tables as a folder, whole or not at all."""
    with atomic_folder(folder) as part:
        for name in TABLES:
            getattr(nouns, name).to_parquet(part / f"{name}.parquet", index=False)


def read_nouns(folder: Path) -> Nouns:
    """The tables in a folder; UserError if there are none."""
    try:
        return Nouns(**{name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES})
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None


def from_open_english_wordnet(archive: Path) -> Nouns:
    """The nouns of the YAML sources in a ``.tgz``; takes a minute.

    Raises UserError naming the archive if it holds no such sources.
    """
    rows: dict[str, list[tuple]] = {name: [] for name in TABLES}
    for name, content in _documents(archive):
        if name.startswith("entries-"):
            for lemma, entry in content.items():
                _add_entry(rows, str(lemma), entry.get("n", {}))
        elif name.startswith("noun."):
            rows["glosses"] += [
                (synset, entry["definition"][0]) for synset, entry in content.items()
            ]
    if not rows["senses"]:
        raise UserError(f"{archive}: holds no entries-*.yaml of Open English WordNet")
    return Nouns(
        **{
            name: pd.DataFrame(rows[name], columns=list(columns)).drop_duplicates(columns[0:2])
            for name, columns in TABLES.items()
        }
    )


def _add_entry(rows: dict[str, list[tuple]], lemma: str, noun: dict[str, Any]) -> None:
    # Proper names differ from common nouns in nothing but case: a tag means the latter.
    if lemma != lemma.lower():
        return
    senses = enumerate(noun.get("sense", []), 1)
    rows["senses"] += [(lemma, number, sense["synset"]) for number, sense in senses]
    rows["forms"] += [(str(form).lower(), lemma) for form in noun.get("form", [])]


def _documents(archive: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of the YAML files that matter."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with tarfile.open(archive) as files:
            for member in files:
                name = Path(member.name).name
                if member.isfile() and name.startswith(("entries-", "noun.")):
                    yield name, yaml.load(files.extractfile(member), Loader=loader)
    except (OSError, tarfile.TarError, yaml.YAMLError) as error:
        raise UserError(f"{archive}: cannot be read as sources of WordNet ({error})") from None
