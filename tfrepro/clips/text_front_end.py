"""The words of a clip -> its paragraph vector and the sequence of its words' vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.text import words_of
from tfrepro.features.word_vectors import WordVectors
from tfrepro.settings.base import Section

PARAGRAPHS, WORDS = "paragraphs", "words"


class Cutting(Section):
    """How a text is cut into words.

    Attributes
    ----------
    english_only : leave out words with other characters
    stop_words : words left out
    length : words of a sequence
    """

    english_only: bool
    stop_words: tuple[str, ...]
    length: int


@dataclass(frozen=True)
class TextFrontEnd:
    """What the training texts have taught, and how a text is cut into words.

    Attributes
    ----------
    paragraphs, vectors : of the training texts
    cutting : see :class:`Cutting`
    """

    paragraphs: ParagraphVectors
    vectors: WordVectors
    cutting: Cutting

    def __call__(
        self, texts: Sequence[str]
    ) -> tuple[dict[str, np.ndarray], np.ndarray, list[bool]]:
        """The arrays, the sequences' lengths (N,), and which texts have a word that is known.

        The arrays are ``textual`` (N, D) and ``textual_sequence`` (N, T, D) float32; a text of
        which no word is known has zeros, and one step of them.
        """
        stop_words = frozenset(self.cutting.stop_words)
        tokens = [
            words_of(text, english_only=self.cutting.english_only, stop_words=stop_words)
            for text in texts
        ]
        sequences, lengths = self.vectors.transform(tokens, self.cutting.length)
        known = set(self.vectors.words_)
        has = [not known.isdisjoint(words) for words in tokens]
        arrays = {"textual": self.paragraphs.transform(tokens), "textual_sequence": sequences}
        return arrays, lengths, has

    def save(self, folder: Path) -> None:
        """Write both models into a folder; how texts are cut is for whoever keeps them."""
        self.paragraphs.save(folder / PARAGRAPHS)
        self.vectors.save(folder / WORDS)


def load_text_front_end(folder: Path, cutting: Cutting) -> TextFrontEnd:
    """What :meth:`TextFrontEnd.save` wrote, or the stage that prepares features; UserError if
    it is not whole.
    """
    return TextFrontEnd(
        ParagraphVectors.load(folder / PARAGRAPHS), WordVectors.load(folder / WORDS), cutting
    )
