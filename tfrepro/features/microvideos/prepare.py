"""What is learned on the training videos before any method is: words, and what is missing.

A modality that no training video has, or whose words are too rare to learn from, is left out.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.corpora.microvideo_split import SHARE, resamplings, split_venue
from tfrepro.errors import UserError
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.completion import LowRankCompletion
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.word_vectors import WordVectors

Words = Callable[[str], list[str]]
SEQUENCE = "textual_sequence"
log = logging.getLogger("tfrepro")


def labelled(features: FeatureSet) -> FeatureSet:
    """The videos whose class is known, still on disk if all are.

    Raises UserError if they are not of two classes at least.
    """
    known = features.index["label"].to_numpy() != ""
    classes = set(features.index["label"][known])
    if len(classes) < 2:
        raise UserError(f"all videos are of {', '.join(classes) or 'no class'}: need two or more")
    if known.all():
        return features
    log.info("%d videos have no class, left out", (~known).sum())
    rows = np.flatnonzero(known)
    return FeatureSet(
        features.index.iloc[rows].reset_index(drop=True),
        {name: np.asarray(array[rows]) for name, array in features.arrays.items()},
        features.meta,
        rejects=features.rejects,
    )


def given_or_made_split(features: FeatureSet, seeds: tuple[int, int]) -> np.ndarray:
    """``train``, ``valid`` or ``test`` for each video: that of the corpus, else DARE's draw.

    A group stays on one side. Where a corpus names no videos for validation, they are drawn
    from those for training. Raises UserError if the videos are too few.
    """
    groups = features.index["group"].to_numpy()
    groups = None if len(np.unique(groups)) == len(groups) else groups
    given = features.index["split"].to_numpy(object)
    if (given == "").all():
        return split_venue(features.y, seeds, groups=groups)
    train = np.flatnonzero(given == "train")
    if not len(train):
        raise UserError("split: no video of a known class is for training")
    if "test" not in given:
        raise UserError("split: no video of a known class is for testing")
    if "valid" not in given:
        own = None if groups is None else groups[train]
        count = round(SHARE * len(train))
        [(_, drawn)] = resamplings(features.y[train], 1, count, seeds[1], own, stratified=True)
        given = given.copy()
        given[train[drawn]] = "valid"
    return given


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

    A text none of whose words is known counts as missing. A set that has textual vectors
    already, or too few words to learn from, is returned as it is.
    """
    if "textual" in features.arrays:
        return features
    tokens = [words(text) for text in features.index["text"]]
    learned = [tokens[row] for row in train]
    try:
        paragraphs = ParagraphVectors(**text).fit(learned)
    except ValueError as error:
        log.warning("no textual vectors: %s", error)
        return features
    vectors = WordVectors(**{k: v for k, v in text.items() if k != "words_first"}).fit(learned)
    paragraphs.save(folder / "paragraphs")
    vectors.save(folder / "words")
    sequences, lengths = vectors.transform(tokens, length)
    known = set(vectors.words_)
    has = [not known.isdisjoint(words) for words in tokens]
    index = features.index.assign(**{f"{SEQUENCE}_length": lengths, "has_textual": has})
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
    features: FeatureSet,
    train: np.ndarray,
    learn: Callable[[np.ndarray], Any],
    external: FeatureSet | None = None,
) -> tuple[FeatureSet, FeatureSet | None]:
    """With ``acoustic``, a code of the 1,104-D front end, instead of its blocks.

    Parameters
    ----------
    train : row numbers; the sounds among these are learned from
    learn : (n, 1104) -> an autoencoder with ``transform``
    external : further sounds, all learned from and coded by the same autoencoder

    Sets without the front end's blocks, or without a sound to learn from, are returned as they
    are.

    Source: DARE, section 4.1: external sounds "share the same low-level feature space".
    """
    heard = features.index["has_acoustic"].to_numpy(bool)
    if not set(BLOCKS) <= set(features.arrays):
        return features, external
    known = [features.stack(BLOCKS)[train[heard[train]]]]
    if external is not None:
        known.append(external.stack(BLOCKS))
    if not sum(map(len, known)):
        return features, external
    coder = learn(np.concatenate(known))
    if external is not None:
        external = _coded(external, coder, np.ones(len(external), bool))
    return _coded(features, coder, heard), external


def _coded(features: FeatureSet, coder: Any, heard: np.ndarray) -> FeatureSet:
    """With codes of the sounds that are there instead of their blocks."""
    X = features.stack(BLOCKS)
    codes = np.zeros((len(X), coder.transform(X[:1]).shape[1]), np.float32)
    if heard.any():
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

    A modality that no training video has is left out.

    Source: DARE, section 5.1; NMCL, section 5.1.
    """
    missing = {
        name: ~features.index[f"has_{name}"].to_numpy(bool)
        for name in MODALITIES
        if name in features.arrays
    }
    features = _without(features, [name for name, gone in missing.items() if gone[train].all()])
    missing = {name: gone for name, gone in missing.items() if name in features.arrays}
    if not any(gone.any() for gone in missing.values()):
        return features, None
    blocks = {name: features.arrays[name] for name in missing}
    fitted = LowRankCompletion(**completion).fit(
        {name: block[train] for name, block in blocks.items()},
        {name: gone[train] for name, gone in missing.items()},
    )
    filled = fitted.complete(blocks, missing)
    return replace(features, arrays={**features.arrays, **filled}), fitted


def _without(features: FeatureSet, names: Sequence[str]) -> FeatureSet:
    """The set without some modalities, and their sequences."""
    left_out = {*names, *(f"{name}_sequence" for name in names)} & set(features.arrays)
    if not left_out:
        return features
    log.warning("no training video has %s, left out", ", ".join(names))
    return replace(
        features,
        arrays={k: array for k, array in features.arrays.items() if k not in left_out},
        meta={
            **features.meta,
            "modalities": {
                k: v for k, v in features.meta["modalities"].items() if k not in left_out
            },
        },
    )


def _with_arrays(
    features: FeatureSet, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]
) -> FeatureSet:
    modalities = {**features.meta["modalities"], **facts}
    return replace(
        features,
        arrays={**features.arrays, **arrays},
        meta={**features.meta, "modalities": modalities},
    )
