"""The real sets and the planted one: what is there, row by row."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.features.feature_set import read_feature_set
from tfrepro.settings.microvideos import Sizes


@pytest.fixture(scope="module")
def mosi(features_of, section):
    return features_of("mosi", section("mosi", length=4))


@pytest.fixture(scope="module")
def captions(build, section):
    return build("yt8m-captions", section("yt8m-captions")) / "features"


@pytest.mark.real
def test_an_utterance_is_the_last_step_of_its_own_sequence(mosi):
    assert len(mosi) == 2199
    assert mosi.index["split"].value_counts().to_dict() == {"train": 1447, "test": 752}
    lengths = mosi.index["visual_sequence_length"].to_numpy()
    assert (lengths == np.minimum(mosi.index.groupby("group").cumcount() + 1, 4)).all()
    for name in ("visual", "acoustic", "textual"):
        sequence = np.asarray(mosi.arrays[f"{name}_sequence"])
        last = sequence[np.arange(len(mosi)), lengths - 1]
        np.testing.assert_array_equal(last, mosi.arrays[name])


@pytest.mark.real
def test_captioned_videos_have_verticals_and_the_others_are_external_sounds(captions):
    videos = read_feature_set(captions / "videos")
    sounds = read_feature_set(captions / "external")
    assert (len(videos), len(videos.classes)) == (1166, 11)
    assert videos.index["label"].value_counts(normalize=True).iloc[0] == pytest.approx(0.314, 1e-2)
    assert not set(videos.index["id"]) & set(sounds.index["id"])
    assert sounds.arrays["acoustic"].shape == (len(sounds), videos.arrays["acoustic"].shape[1])
    assert sounds.index["label"].nunique() == 115
    counts = pd.Series([name for names in sounds.index["concepts"] for name in names])
    assert counts.value_counts().min() >= 50


@pytest.mark.real
def test_captioned_videos_may_have_entities_below_their_verticals(features_of, section):
    settings = section("yt8m-captions", classes="entities", least_videos=10)
    videos = features_of("yt8m-captions", settings)
    parents = videos.index.groupby("label")["parent"].nunique()
    assert videos.index["label"].value_counts().min() >= 10
    assert videos.index["parent"].nunique() > 5
    assert len(parents) > videos.index["parent"].nunique()


def test_planted_vectors_are_the_means_of_planted_sequences(features_of, section):
    sizes = Sizes(visual=6, acoustic=5, textual=4)
    steps = Sizes(visual=4, acoustic=3, textual=2)
    settings = section(
        "planted", videos=60, classes=4, dimensions=sizes, sequences=steps, external=7
    )
    features = features_of("planted", settings)
    for name in ("visual", "acoustic", "textual"):
        lengths = features.index[f"{name}_sequence_length"]
        assert ((lengths > 0) == features.index[f"has_{name}"]).all()
        row = int(lengths.argmax())
        steps_there = features.arrays[f"{name}_sequence"][row, : lengths[row]]
        np.testing.assert_allclose(features.arrays[name][row], steps_there.mean(0), rtol=1e-4,
                                   atol=1e-6)  # fmt: skip


def test_planted_external_sounds_have_the_concepts_they_were_made_of(build, section):
    sizes = Sizes(visual=6, acoustic=5, textual=4)
    settings = section("planted", videos=60, classes=4, dimensions=sizes, external=30, concepts=8)
    sounds = read_feature_set(build("planted", settings) / "features" / "external")
    assert sounds.arrays["acoustic"].shape == (30, 5)
    pairs = zip(sounds.index["label"], sounds.index["concepts"], strict=True)
    assert all(label in own for label, own in pairs)
