"""What the stages that publish models share: the front end, and what is said of the corpus."""

import numpy as np
from _code import code_of
from _micro_video_paths import prepared
from _words import words_by

from tfrepro.clips.front_end import FrontEnd, learned_front_end
from tfrepro.clips.model_facts import Corpus
from tfrepro.clips.text_front_end import Cutting
from tfrepro.features.feature_set import FeatureSet
from tfrepro.settings.microvideos import Extraction, Text
from tfrepro.settings.reading import read_section


def front_end_of(corpus: str, features: FeatureSet) -> FrontEnd:
    """What makes features like these, which are prepared, of any file."""
    text = Text(**features.meta["prepared"]["text"])
    return learned_front_end(
        features,
        prepared(corpus),
        read_section(Extraction, f"microvideos.{corpus}.extraction"),
        Cutting(
            english_only=text.english_only,
            stop_words=tuple(sorted(words_by(text).keywords["stop_words"])),
            length=text.length,
        ),
    )


def corpus_of(features: FeatureSet) -> Corpus:
    """The facts of the corpus, and how many videos each part has."""
    known = features.meta["corpus"]
    parts, counts = np.unique(features.index["split"].to_numpy(str), return_counts=True)
    return Corpus(
        **{name: known[name] for name in ("name", "title", "stands_in_for", "licence", "checksum")},
        sizes={str(name): int(count) for name, count in zip(parts, counts, strict=True)},
    )


def made_by(features: FeatureSet, *parts: str) -> dict[str, str]:
    """The checksums of the code behind features and a model."""
    return features.meta["code"] | code_of(*parts)
