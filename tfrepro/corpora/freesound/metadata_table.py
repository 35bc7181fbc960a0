"""A catalogue that is a table of metadata: no network, no sounds."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pandas as pd
from nltk.stem.snowball import SnowballStemmer

from tfrepro.corpora.freesound.sound import Sound, words_of
from tfrepro.errors import UserError

COLUMNS = ("id", "name", "tags", "duration", "license", "username")
PREVIEW = "preview-hq-ogg"


class MetadataTable:
    """Searched like Freesound: every word of a query must be among a sound's words.

    Those are its tags and the words of its title and description, all cut down to their
    stems, so that *engine* finds *engines*. A sound with more of
    the words among its tags comes first, of two alike the one with fewer tags, which are
    more to the point, then the one with the lower number.

    Parameters
    ----------
    sounds : all of them
    descriptions : words of each sound's title and description, in the same order
    """

    def __init__(self, sounds: list[Sound], descriptions: list[frozenset[str]]):
        self.sounds = sounds
        self._stem = cache(SnowballStemmer("english").stem)
        self._tags: dict[str, set[int]] = defaultdict(set)
        self._words: dict[str, set[int]] = defaultdict(set)
        for row, (sound, words) in enumerate(zip(sounds, descriptions, strict=True)):
            for tag in sound.tags:
                for stem in self._stems(tag):
                    self._tags[stem].add(row)
                    self._words[stem].add(row)
            for word in words:
                self._words[self._stem(word)].add(row)

    def search(self, query: str, limit: int) -> list[Sound]:
        """See :class:`tfrepro.corpora.freesound.sound.Catalogue`."""
        stems = self._stems(query)
        if not stems:
            return []
        rows = set.intersection(*(self._words.get(stem, set()) for stem in stems))
        ranked = sorted(rows, key=lambda row: self._rank(row, stems))
        return [self.sounds[row] for row in ranked[:limit]]

    def _rank(self, row: int, stems: set[str]) -> tuple[int, int, int]:
        tagged = sum(row in self._tags.get(stem, ()) for stem in stems)
        return -tagged, len(self.sounds[row].tags), self.sounds[row].id

    def _stems(self, text: str) -> set[str]:
        return {self._stem(word) for word in words_of(text)}


def read_metadata_table(file: Path) -> MetadataTable:
    """A table of the VU Sound Corpus, or any CSV file with its columns.

    Rows that lack one of these, or have a number that came before, are left out.
    Raises UserError naming the file and the column that it lacks or that holds no numbers.
    """
    try:
        table = pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as a table of sounds ({error})") from None
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise UserError(f"{file}: lacks the columns {', '.join(missing)}")
    for name in ("id", "duration"):
        try:
            table[name] = pd.to_numeric(table[name])
        except ValueError as error:
            raise UserError(f"{file}: column {name}: {error}") from None
    table = table.dropna(subset=list(COLUMNS)).drop_duplicates("id")
    described = table["description"].fillna("") if "description" in table else ""
    text = table["name"].fillna("") + " " + described
    previews = table[PREVIEW].fillna("") if PREVIEW in table else [""] * len(table)
    sounds = [
        Sound(
            id=int(row.id),
            name=str(row.name_),
            tags=tuple(dict.fromkeys(row.tags.lower().split())),
            duration=float(row.duration),
            licence=str(row.license),
            user=str(row.username),
            preview=str(preview),
        )
        for row, preview in zip(
            table.rename(columns={"name": "name_"}).itertuples(), previews, strict=True
        )
    ]
    return MetadataTable(sounds, [frozenset(words_of(words)) for words in text])
