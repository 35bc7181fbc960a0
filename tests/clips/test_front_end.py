"""A file is looked at just as the training videos were."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests import clip_models
from tfrepro.clips.front_end import Clip, learned_front_end, load_front_end
from tfrepro.clips.text_front_end import Cutting
from tfrepro.corpora.microvideos.table import (
    EXTERNAL,
    checksum,
    read_micro_videos,
    write_micro_videos,
)
from tfrepro.corpora.registry import MICRO_VIDEO_CORPORA, MICRO_VIDEO_FEATURES
from tfrepro.errors import UserError
from tfrepro.features.feature_set import read_feature_set
from tfrepro.features.microvideos.prepare import (
    add_codes,
    add_texts,
    completed,
    given_or_made_split,
    labelled,
)
from tfrepro.features.microvideos.write import write_features
from tfrepro.features.text import words_of
from tfrepro.models.autoencoder import StackedDenoisingAutoencoder
from tfrepro.settings.microvideos import Prepared, RenderedMicroVideos

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"
ACOUSTIC = {"preset": "fast", "layers": [6], "corruption": [0.1], "compression": "none"}


def settings():
    """Of a corpus so small that it is rendered in seconds."""
    values = yaml.safe_load(PARAMS.read_text())["microvideos"]
    values["rendered"]["extraction"]["visual"]["frames"] = 2
    values["rendered"]["sounds"]["clips"] = 48
    values["rendered"]["sounds"]["rules"] |= {"tag_sounds": 2, "least_sounds": 2}
    values["rendered"]["effects"] |= {"silent": 0.2, "wordless": 0.2}
    values["prepared"]["acoustic"] = ACOUSTIC
    values["prepared"]["text"] |= {"dimensions": 4, "epochs": 2, "min_count": 2}
    values["prepared"]["completion"]["factors"] = 4
    rendered = RenderedMicroVideos.model_validate(values["rendered"])
    return rendered.model_copy(update={"videos": 40}), Prepared.model_validate(values["prepared"])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Files, features as the stages prepare them, the folder of what was learned, settings."""
    home = tmp_path_factory.mktemp("corpus")
    rendered, how = settings()
    (home / "corpus").mkdir()
    build = MICRO_VIDEO_CORPORA["rendered"].load_builder()
    write_micro_videos(home / "corpus", *build(home / "corpus", rendered))
    videos, card = read_micro_videos(home / "corpus")
    make = MICRO_VIDEO_FEATURES["rendered"].load_builder()
    made = make(home / "corpus", videos, rendered, None, home / "work")
    meta = {"corpus": {"name": card.name, "checksum": checksum(videos)}, "code": {}}
    write_features(home / "raw", made, meta, home / "corpus" / EXTERNAL)
    features = labelled(read_feature_set(home / "raw" / "videos"))
    split = given_or_made_split(features, how.split_seeds)
    features = replace(features, index=features.index.assign(split=split))
    train, learned = np.flatnonzero(split == "train"), home / "learned"
    text = how.text.model_dump(exclude={"length", "english_only", "stop_words"})
    features = add_texts(features, train, words_of, text, how.text.length, learned)

    def learn(X):
        coder = StackedDenoisingAutoencoder(**how.acoustic.model_dump()).fit(X)
        coder.save(learned / "acoustic-autoencoder")
        return coder

    features, _ = add_codes(features, train, learn)
    features, _ = completed(features, train, how.completion.model_dump())
    features = replace(features, meta={**features.meta, "prepared": how.model_dump(mode="json")})
    files = [home / "corpus" / file for file in videos["file"]]
    return files, features, learned, rendered.extraction


CUTTING = Cutting(english_only=False, stop_words=(), length=20)


@pytest.fixture(scope="module")
def saved(prepared, tmp_path_factory):
    """The front end of these features, written and read."""
    _, features, learned, extraction = prepared
    folder = tmp_path_factory.mktemp("model") / "front_end"
    learned_front_end(features, learned, extraction, CUTTING).save(folder)
    return load_front_end(folder)


def test_the_pipelines_own_files_give_the_features_that_the_pipeline_prepared(prepared, saved):
    files, features, *_ = prepared
    clips = [Clip(f, text) for f, text in zip(files, features.index["text"], strict=True)]
    made, unreadable = saved(clips)
    assert not unreadable
    assert set(made.arrays) == set(features.arrays)
    assert not features.index["has_acoustic"].all(), "some are silent, so completion is tested"
    assert not features.index["has_textual"].all(), "some have no words"
    for name, array in features.arrays.items():
        np.testing.assert_allclose(made.arrays[name], array, rtol=1e-5, atol=1e-6, err_msg=name)
    told = [name for name in features.index if name.startswith("has_") or name.endswith("_length")]
    assert len(told) == 6
    assert made.index[told].equals(features.index[told])


def test_a_clip_does_not_depend_on_those_beside_it(prepared, saved):
    files, *_ = prepared
    many, _ = saved([Clip(file) for file in files[:3]])
    one, _ = saved([Clip(files[1])])
    for name, array in one.arrays.items():
        np.testing.assert_allclose(array[0], many.arrays[name][1], rtol=1e-5, atol=1e-6)


def test_the_sound_of_a_video_has_the_code_that_the_video_has(prepared, saved):
    files, features, *_ = prepared
    codes, kept, unreadable = saved.sound_codes(files[:10])
    heard = features.index["has_acoustic"].to_numpy()[:10]
    assert kept == [file for file, there in zip(files, heard, strict=False) if there]
    assert len(kept) + len(unreadable) == 10
    np.testing.assert_allclose(codes, features.arrays["acoustic"][:10][heard], rtol=1e-5, atol=1e-6)


def test_weights_that_the_features_were_not_made_with_are_refused(prepared):
    _, features, learned, extraction = prepared
    visual = extraction.visual.model_copy(update={"extractor": "alexnet", "weights": "random"})
    other = extraction.model_copy(update={"visual": visual})
    with pytest.raises(UserError, match="not the weights that the features were made with"):
        learned_front_end(features, learned, other, CUTTING)


@pytest.fixture(scope="module")
def tiny():
    return clip_models.front_end(clip_models.videos())


def test_a_silent_clip_has_a_sound_filled_in_and_says_so(tiny, tmp_path):
    made, _ = tiny([Clip(clip_models.clip(tmp_path / "a.mp4", silent=True), "park")])
    assert made.index[["has_visual", "has_acoustic", "has_textual"]].values.tolist() == [
        [True, False, True]
    ]
    assert made.arrays["acoustic"].any()
    assert not made.arrays["acoustic_sequence"].any()
    assert made.index["acoustic_sequence_length"].tolist() == [0]


def test_words_that_are_not_known_are_no_words(tiny, tmp_path):
    file = clip_models.clip(tmp_path / "a.mp4")
    made, _ = tiny([Clip(file), Clip(file, "unheard of"), Clip(file, "the"), Clip(file, "A DAY")])
    assert made.index["has_textual"].tolist() == [False, False, False, True]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_looked_at(tiny, tmp_path):
    good, bad = clip_models.clip(tmp_path / "a.mp4"), tmp_path / "b.mp4"
    bad.write_bytes(bytes(range(256)) * 8)
    made, unreadable = tiny([Clip(bad), Clip(good)])
    assert made.index["id"].tolist() == [str(good)]
    assert list(unreadable) == [bad]
    assert unreadable[bad].startswith("is not a video file or is damaged")


def test_no_file_that_can_be_read_is_an_empty_set(tiny, tmp_path):
    (tmp_path / "b.mp4").touch()
    made, unreadable = tiny([Clip(tmp_path / "b.mp4")])
    assert len(made) == 0
    assert unreadable == {tmp_path / "b.mp4": "is an empty file"}


def test_one_modality_alone_fills_in_the_others(tiny, tmp_path):
    made, _ = tiny([Clip(clip_models.clip(tmp_path / "a.mp4"), "a day")])
    alone = tiny.complete(made, keep="visual")
    np.testing.assert_array_equal(alone.arrays["visual"], made.arrays["visual"])
    for name in ("acoustic", "textual"):
        assert (alone.arrays[name] != made.arrays[name]).any()


def test_a_file_of_weights_goes_with_the_front_end(tiny, tmp_path):
    import tensorflow as tf

    module = tf.Module()
    spec = tf.TensorSpec((1, 8, 8, 3), tf.float32)
    module.call = tf.function(lambda x: tf.reduce_mean(x, axis=[1, 2]), input_signature=[spec])
    convert = tf.lite.TFLiteConverter.from_concrete_functions
    weights = tmp_path / "colour.tflite"
    weights.write_bytes(convert([module.call.get_concrete_function()], module).convert())
    visual = tiny.facts.extraction.visual
    visual = visual.model_copy(update={"extractor": "tflite", "weights": str(weights)})
    extraction = tiny.facts.extraction.model_copy(update={"visual": visual})
    facts = tiny.facts.model_copy(update={"extraction": extraction})
    replace(tiny, facts=facts).save(tmp_path / "front_end")
    weights.unlink()
    again = load_front_end(tmp_path / "front_end")
    assert again.media.visual.file == tmp_path / "front_end" / "weights" / "colour.tflite"
    assert again.media.visual(np.full((1, 8, 8, 3), 255, np.uint8)).tolist() == [[1, 1, 1]]
    again.media.visual.file.unlink()
    with pytest.raises(UserError, match=r"colour\.tflite: missing"):
        load_front_end(tmp_path / "front_end")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("front_end.json", None, "front_end.json: missing"),
        ("front_end.json", b"{", "front_end.json: not JSON"),
        ("front_end.json", b"{}", "front_end.json: extraction is missing"),
        ("completion.npz", b"no", "completion.npz: not a completion"),
        ("completion.npz", None, "completion.npz: not a completion"),
        ("encoder.keras", None, "encoder.keras: not a Keras model"),
        ("paragraphs/arrays.npz", b"no", "arrays.npz: not of a ParagraphVectors"),
        ("words/vocabulary.json", None, "vocabulary.json: missing"),
    ],
)
def test_a_front_end_that_is_not_whole_names_the_file(tiny, tmp_path, name, content, said):
    folder = tmp_path / "front_end"
    tiny.save(folder)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(UserError, match=said):
        load_front_end(folder)


def test_nothing_in_the_folder_is_a_pickle(tiny, tmp_path):
    tiny.save(tmp_path / "front_end")
    load = partial(np.load, allow_pickle=False)
    for file in (tmp_path / "front_end").rglob("*.npz"):
        assert all(array.dtype != object for array in load(file).values())
