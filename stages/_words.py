"""How texts are cut into words: the section ``microvideos.prepared.text``."""

import logging
from functools import partial

from _sources import find_source

from tfrepro.features.text import read_stop_words, words_of
from tfrepro.settings.microvideos import Text

# It tells of every pass over the texts.
logging.getLogger("gensim").setLevel(logging.WARNING)

STOP_WORDS = "nltk_stopwords.zip"
NOT_OF_VECTORS = {"length", "english_only", "stop_words"}


def words_by(text: Text) -> partial:
    """Text -> its words; reads the source ``text`` if stop words are left out."""
    stop_words = frozenset()
    if text.stop_words:
        stop_words = read_stop_words(find_source("text").path(STOP_WORDS))
    return partial(words_of, english_only=text.english_only, stop_words=stop_words)


def vector_settings(text: Text) -> dict:
    """What vectors of texts are made with."""
    return text.model_dump(exclude=NOT_OF_VECTORS)
