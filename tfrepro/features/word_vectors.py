"""Words -> vectors, and texts -> sequences of them.

Continuous bag of words: the mean of the vectors around a word predicts it, by
hierarchical softmax over a Huffman tree of the vocabulary. The settings are those
of the tool the papers name, github.com/klb3713/sentence2vec: 100-D, window 5,
words that occur five times, neither negative samples nor down-sampling. Two are
gensim's and word2vec's own: the mean around a word where the tool takes the sum,
and several passes over the texts where it makes one.

gensim trains on the first 10,000 known words of a text.

Sources: Mikolov, Chen, Corrado & Dean, Efficient estimation of word
representations in vector space, ICLR workshop 2013; EASTERN, section 3.2.3.
"""

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from tfrepro.errors import UserError
from tfrepro.files import atomic_folder, read_json, write_json

if TYPE_CHECKING:
    from gensim.models import Word2Vec

LENGTH = 20  # words of a sequence; EASTERN leaves it open
# With more than one worker the order of updates, and so the result, is left to chance.
TRAINING = {"hs": 1, "negative": 0, "sample": 0, "alpha": 0.025, "min_alpha": 1e-4, "workers": 1}


class WordVectors(BaseEstimator):
    """A vector for each word that is frequent enough.

    It depends on the texts and these settings alone, not on the process or its
    hash seed.

    Parameters
    ----------
    dimensions : of a vector
    window : words to either side that predict a word; each time 1 ... window are drawn
    min_count : how often a word must occur in the texts fitted on
    epochs : passes over these texts
    seed : of the first vectors and of the windows

    Attributes
    ----------
    words_ : list of the V words that have a vector, most frequent first
    vectors_ : (V, dimensions) float32
    """

    def __init__(
        self,
        dimensions: int = 100,
        window: int = 5,
        min_count: int = 5,
        epochs: int = 20,
        seed: int = 0,
    ):
        self.dimensions = dimensions
        self.window = window
        self.min_count = min_count
        self.epochs = epochs
        self.seed = seed

    def fit(self, token_lists: Sequence[Sequence[str]]) -> "WordVectors":
        """Learn from texts, each a list of words; ValueError as :func:`check_corpus`."""
        model = train_cbow(
            token_lists, self.dimensions, self.window, self.min_count, self.epochs, self.seed
        )
        return self._hold(model.wv.index_to_key, model.wv.vectors)

    def transform(
        self, token_lists: Sequence[Sequence[str]], length: int = LENGTH
    ) -> tuple[np.ndarray, np.ndarray]:
        """The texts as sequences of their words' vectors, and how long each is.

        Words without a vector are left out; of the others the first ``length`` stay.
        A text with none becomes one zero vector, so no sequence is empty.

        Returns
        -------
        sequences : (N, length, dimensions) float32, zero behind the end of a text
        lengths : (N,) int, 1 ... length; :func:`mask` makes a mask of them
        """
        if length < 1:
            raise ValueError(f"length = {length}: must be at least 1")
        check_lists(token_lists)
        sequences = np.zeros((len(token_lists), length, self.vectors_.shape[1]), np.float32)
        lengths = np.ones(len(token_lists), int)
        for i, tokens in enumerate(token_lists):
            rows = [self._rows[word] for word in tokens if word in self._rows][:length]
            sequences[i, : len(rows)] = self.vectors_[rows]
            lengths[i] = max(1, len(rows))
        return sequences, lengths

    def save(self, folder: Path) -> None:
        """Write the settings, the words and their vectors; see :func:`write_model`."""
        write_model(folder, self.get_params(), self.words_, {"vectors": self.vectors_})

    @classmethod
    def load(cls, folder: Path) -> "WordVectors":
        """What :meth:`save` has written; raises UserError if it is not whole."""
        model, words, (vectors,) = read_model(folder, cls, {"vectors": np.float32})
        if vectors.shape != (len(words), model.dimensions):
            raise UserError(
                f"{folder}: holds vectors {vectors.shape}, must be {len(words), model.dimensions}"
            )
        return model._hold(words, vectors)

    def _hold(self, words: list[str], vectors: np.ndarray) -> "WordVectors":
        self.words_ = list(words)
        self.vectors_ = vectors
        self._rows = {word: row for row, word in enumerate(words)}
        return self


def mask(lengths: np.ndarray, length: int = LENGTH) -> np.ndarray:
    """Where sequences padded to ``length`` hold something: (N,) int -> (N, length) bool."""
    return np.arange(length) < np.asarray(lengths)[:, None]


def train_cbow(
    token_lists: Sequence[Sequence[str]],
    dimensions: int,
    window: int,
    min_count: int,
    epochs: int,
    seed: int,
) -> "Word2Vec":
    """gensim's model of texts, with the settings of :class:`WordVectors`."""
    from gensim.models import Word2Vec

    check_corpus(token_lists, dimensions, window, min_count, epochs)
    return Word2Vec(
        token_lists,
        vector_size=dimensions,
        window=window,
        min_count=min_count,
        epochs=epochs,
        seed=seed,
        sg=0,
        cbow_mean=1,
        **TRAINING,
    )


def check_lists(token_lists: Sequence[Sequence[str]]) -> None:
    """Raise TypeError if a text is a string, which would pass for a list of letters."""
    for tokens in [token_lists, *token_lists]:
        if isinstance(tokens, str):
            raise TypeError(f"{tokens[:40]!r}: a text must be a list of words, not a string")


def check_corpus(
    token_lists: Sequence[Sequence[str]], dimensions: int, window: int, min_count: int, epochs: int
) -> None:
    """Raise ValueError if a setting is below 1 or leaves nothing to learn from these texts.

    Two words must be frequent enough, for one alone needs no prediction.
    """
    settings = {"dimensions": dimensions, "window": window, "min_count": min_count}
    for name, value in {**settings, "epochs": epochs}.items():
        if value < 1:
            raise ValueError(f"{name} = {value}: must be at least 1")
    check_lists(token_lists)
    counts = Counter(word for tokens in token_lists for word in tokens)
    left = sum(count >= min_count for count in counts.values())
    if left < 2:
        raise ValueError(
            f"min_count = {min_count}: leaves {left} of the {len(counts)} words of "
            f"{len(token_lists)} texts, must leave two; the most frequent occurs "
            f"{max(counts.values(), default=0)} times"
        )


def write_model(
    folder: Path,
    settings: Mapping[str, Any],
    words: Sequence[str],
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Write a model of words as a folder without pickles, whole or not at all.

    ``vocabulary.json`` has the settings and the words, ``arrays.npz`` the arrays.
    """
    with atomic_folder(folder) as part:
        write_json(part / "vocabulary.json", {"settings": dict(settings), "words": list(words)})
        np.savez(part / "arrays.npz", **arrays)


def read_model(
    folder: Path, estimator: type, arrays: Mapping[str, type]
) -> tuple[Any, list[str], list[np.ndarray]]:
    """What :func:`write_model` has written: an estimator that is not fitted, words, arrays.

    ``arrays`` names the arrays and their types. Raises UserError naming the file
    if one is missing or holds something else; nothing is unpickled.
    """
    folder = Path(folder)
    file = folder / "vocabulary.json"
    try:
        vocabulary = read_json(file)
        model, words = estimator(**vocabulary["settings"]), vocabulary["words"]
        file = folder / "arrays.npz"
        with np.load(file, allow_pickle=False) as stored:
            found = [stored[name] for name in arrays]
    except FileNotFoundError:
        raise UserError(f"{file}: missing; {folder} is no model of words") from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(f"{file}: not of a {estimator.__name__} ({error})") from None
    for (name, kind), array in zip(arrays.items(), found, strict=True):
        if array.dtype != kind:
            raise UserError(f"{file}: {name} holds {array.dtype}, must be {np.dtype(kind)}")
    return model, words, found
