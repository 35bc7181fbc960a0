"""A text -> one vector, from which the words of the text are predicted.

Distributed bag of words (PV-DBOW): a text's vector alone predicts each of its
words, by hierarchical softmax over a Huffman tree of the vocabulary. gensim's
Doc2Vec learns the output weights together with the vectors of the texts it is
fitted on. These vectors are not kept: with the weights held fixed, each text,
seen before or not, gets its vector by the same gradient steps, so all rows of a
feature set are made alike.

These steps start from the zero vector, not from a random one as gensim's
``infer_vector``, which draws it from Python's hash of the text. With fixed weights
the log-likelihood is concave in the vector, so no symmetry has to be broken; and a
vector depends on its text alone.

In the tool the papers name, github.com/klb3713/sentence2vec, the output weights
are those of word vectors learnt first: ``words_first``. It steps once through a
text but meets each word in all windows around it, seven times on average; here
there are ``epochs`` passes.

gensim reads the first 10,000 known words of a text, when it learns and afterwards.

Sources: Le & Mikolov, Distributed representations of sentences and documents,
ICML 2014, section 2.3; DARE, section 3.1; NMCL, section 4.2.3.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator

from tfrepro.errors import UserError
from tfrepro.features.word_vectors import (
    TRAINING,
    check_corpus,
    check_lists,
    read_model,
    train_cbow,
    write_model,
)

if TYPE_CHECKING:
    from gensim.models import Doc2Vec


class ParagraphVectors(BaseEstimator):
    """A vector for any text.

    It depends on the texts fitted on, the settings and the text itself; not on
    the texts beside it, the process or its hash seed.

    Parameters
    ----------
    dimensions : of a vector
    window : of the word vectors; no part of it without ``words_first``
    min_count : how often a word must occur in the texts fitted on
    epochs : passes over these texts, and over each text that gets its vector
    seed : of the first vectors, and of the windows
    words_first : whether output weights come from word vectors (CBOW), as in the tool

    Attributes
    ----------
    words_ : list of the V known words, most frequent first
    output_ : (V, dimensions) float32, the weights of the tree's inner nodes, V - 1 of them
    nodes_ : for each word the inner nodes from the root to it, uint32
    codes_ : for each word which way it goes from these, 0 or 1, uint8
    """

    def __init__(
        self,
        dimensions: int = 100,
        window: int = 5,
        min_count: int = 5,
        epochs: int = 20,
        seed: int = 0,
        words_first: bool = False,
    ):
        self.dimensions = dimensions
        self.window = window
        self.min_count = min_count
        self.epochs = epochs
        self.seed = seed
        self.words_first = words_first

    def fit(self, token_lists: Sequence[Sequence[str]]) -> "ParagraphVectors":
        """Learn from texts, each a list of words; raises ValueError as :func:`check_corpus`."""
        settings = (self.dimensions, self.window, self.min_count, self.epochs)
        if self.words_first:
            model = train_cbow(token_lists, *settings, self.seed)
        else:
            check_corpus(token_lists, *settings)
            model = self._train_dbow(token_lists)
        nodes, codes = (
            [model.wv.get_vecattr(word, name) for word in model.wv.index_to_key]
            for name in ("point", "code")
        )
        return self._hold(model.wv.index_to_key, model.syn1, nodes, codes)

    def transform(self, token_lists: Sequence[Sequence[str]]) -> np.ndarray:
        """The texts' vectors: (N, dimensions) float32.

        Words not known are left out; a text with none known has the zero vector.
        """
        from gensim.models.doc2vec import train_document_dbow

        check_lists(token_lists)
        vectors = np.zeros((len(token_lists), self.dimensions), np.float32)
        steps = np.linspace(TRAINING["alpha"], TRAINING["min_alpha"], self.epochs)
        for i, tokens in enumerate(token_lists):
            for step in steps:
                train_document_dbow(
                    self._frozen,
                    tokens,
                    [0],
                    step,
                    learn_words=False,
                    learn_hidden=False,
                    doctag_vectors=vectors[i : i + 1],
                    doctags_lockf=np.ones(1, np.float32),
                )
        return vectors

    def save(self, folder: Path) -> None:
        """Write the settings, the words, the weights and the tree; see :func:`write_model`."""
        arrays = {
            "output": self.output_,
            "nodes": np.concatenate(self.nodes_),
            "codes": np.concatenate(self.codes_),
            "depths": np.array([len(path) for path in self.nodes_]),
        }
        write_model(folder, self.get_params(), self.words_, arrays)

    @classmethod
    def load(cls, folder: Path) -> "ParagraphVectors":
        """What :meth:`save` has written; raises UserError if it is not whole."""
        kinds = {"output": np.float32, "nodes": np.uint32, "codes": np.uint8, "depths": np.int64}
        model, words, (output, nodes, codes, depths) = read_model(folder, cls, kinds)
        # gensim's compiled steps trust the tree, and would read beyond the weights.
        if not (
            output.shape == (len(words), model.dimensions)
            and depths.shape == (len(words),)
            and nodes.shape == codes.shape == (depths.sum(),)
            and (depths > 0).all()
            and nodes.max(initial=0) < len(words)
            and codes.max(initial=0) <= 1
        ):
            raise UserError(f"{folder}: words, weights and tree do not fit together")
        ends = np.cumsum(depths)[:-1]
        return model._hold(
            words, np.ascontiguousarray(output), np.split(nodes, ends), np.split(codes, ends)
        )

    def _train_dbow(self, token_lists: Sequence[Sequence[str]]) -> "Doc2Vec":
        from gensim.models.doc2vec import Doc2Vec, TaggedDocument

        return Doc2Vec(
            [TaggedDocument(tokens, [i]) for i, tokens in enumerate(token_lists)],
            dm=0,
            vector_size=self.dimensions,
            min_count=self.min_count,
            epochs=self.epochs,
            seed=self.seed,
            **TRAINING,
        )

    def _hold(
        self,
        words: list[str],
        output: np.ndarray,
        nodes: list[np.ndarray],
        codes: list[np.ndarray],
    ) -> "ParagraphVectors":
        self.words_ = list(words)
        self.output_ = output
        self.nodes_ = nodes
        self.codes_ = codes
        self._frozen = self._gensim_model()
        return self

    def _gensim_model(self) -> "Doc2Vec":
        """What gensim's steps read: words, tree and weights, without any text's vector."""
        from gensim.models import Doc2Vec

        model = Doc2Vec(dm=0, vector_size=self.dimensions, **TRAINING)
        model.wv.index_to_key = self.words_
        model.wv.key_to_index = {word: row for row, word in enumerate(self.words_)}
        model.wv.expandos = {"point": self.nodes_, "code": self.codes_}
        model.syn1 = self.output_
        return model
