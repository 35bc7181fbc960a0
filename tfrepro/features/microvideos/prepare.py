"""What is learned on the training videos before any method is: words, and what is missing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.corpora.microvideo_split import split_venue
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.completion import LowRankCompletion
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.word_vectors import WordVectors

Words = Callable[[str], list[str]]
SEQUENCE = "textual_sequence"


def labelled(features: FeatureSet) -> FeatureSet:
    """The videos whose class is known, still on disk if all are."""
    known = features.index["label"].to_numpy() != ""
    if known.all():
        return features
    rows = np.flatnonzero(known)
    return FeatureSet(
        features.index.iloc[rows].reset_index(drop=True),
        {name: np.asarray(array[rows]) for name, array in features.arrays.items()},
        features.meta,
        rejects=features.rejects,
    )


def given_or_made_split(features: FeatureSet, seeds: tuple[int, int]) -> np.ndarray:
    """``train``, ``valid`` or ``test`` for each video: that of the corpus, else DARE's draw.

    A group stays on one side. Raises UserError if the videos are too few.
    """
    given = features.index["split"].to_numpy()
    if (given != "").any():
        return given
    groups = features.index["group"].to_numpy()
    alone = len(np.unique(groups)) == len(groups)
    return split_venue(features.y, seeds, groups=None if alone else groups)


def add_texts(
    features: FeatureSet,
    train: np.ndarray,
    words: Words,
    text: Mapping[str, Any],
    length: int,
    folder: Path,
) -> FeatureSet:
    """With ``textual``, a paragraph vector, and ``textual_sequence``, its words' vectors.

    Parameters
    ----------
    train : row numbers; the texts of these are learned from
    words : text -> its words
    text : of :class:`ParagraphVectors` and, but for ``words_first``, of :class:`WordVectors`
    length : words of a sequence
    folder : the two models are written to ``paragraphs`` and ``words`` in it

    A set that has textual vectors already, or no text at all, is returned as it is.
    """
    if "textual" in features.arrays or not features.index["has_textual"].any():
        return features
    tokens = [words(text) for text in features.index["text"]]
    learned = [tokens[row] for row in train]
    paragraphs = ParagraphVectors(**text).fit(learned)
    vectors = WordVectors(**{k: v for k, v in text.items() if k != "words_first"}).fit(learned)
    paragraphs.save(folder / "paragraphs")
    vectors.save(folder / "words")
    sequences, lengths = vectors.transform(tokens, length)
    index = features.index.assign(**{f"{SEQUENCE}_length": lengths})
    made_by = {"name": "Paragraph Vector, on the training texts", "weights": "none"}
    facts = {"dimension": paragraphs.dimensions, "unit": "1"}
    return _with_arrays(
        replace(features, index=index),
        {"textual": paragraphs.transform(tokens), SEQUENCE: sequences},
        {
            "textual": facts | {"extractor": made_by},
            SEQUENCE: facts | {"extractor": made_by | {"name": "CBOW, on the training texts"}},
        },
    )


def add_codes(
    features: FeatureSet, train: np.ndarray, learn: Callable[[np.ndarray], Any]
) -> FeatureSet:
    """With ``acoustic``, a code of the 1,104-D front end, instead of its blocks.

    Parameters
    ----------
    train : row numbers; the sounds among these are learned from
    learn : (n, 1104) -> an autoencoder with ``transform``

    A set without the front end's blocks is returned as it is.
    """
    if "acoustic" in features.arrays or not set(BLOCKS) <= set(features.arrays):
        return features
    X = features.stack(BLOCKS)
    heard = features.index["has_acoustic"].to_numpy(bool)
    coder = learn(X[train[heard[train]]])
    codes = np.zeros((len(X), coder.transform(X[:1]).shape[1]), np.float32)
    codes[heard] = coder.transform(X[heard])
    rest = {name: array for name, array in features.arrays.items() if name not in BLOCKS}
    kept = {name: features.meta["modalities"][name] for name in rest}
    made_by = {"name": "stacked denoising autoencoder, on the training sounds", "weights": "none"}
    return _with_arrays(
        replace(features, arrays=rest, meta={**features.meta, "modalities": kept}),
        {"acoustic": codes},
        {"acoustic": {"dimension": codes.shape[1], "unit": "1", "extractor": made_by}},
    )


def completed(
    features: FeatureSet, train: np.ndarray, completion: Mapping[str, Any]
) -> tuple[FeatureSet, LowRankCompletion | None]:
    """With the vectors that videos lack filled in, learned on the training rows.

    Source: DARE, section 5.1; NMCL, section 5.1.
    """
    names = [name for name in MODALITIES if name in features.arrays]
    missing = {name: ~features.index[f"has_{name}"].to_numpy(bool) for name in names}
    if not any(gone.any() for gone in missing.values()):
        return features, None
    blocks = {name: features.arrays[name] for name in names}
    fitted = LowRankCompletion(**completion).fit(
        {name: block[train] for name, block in blocks.items()},
        {name: gone[train] for name, gone in missing.items()},
    )
    filled = fitted.complete(blocks, missing)
    return replace(features, arrays={**features.arrays, **filled}), fitted


def _with_arrays(
    features: FeatureSet, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]
) -> FeatureSet:
    modalities = {**features.meta["modalities"], **facts}
    return replace(
        features,
        arrays={**features.arrays, **arrays},
        meta={**features.meta, "modalities": modalities},
    )
