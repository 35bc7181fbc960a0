"""Video files -> vectors and sequences of what is seen and heard."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from tfrepro.corpora.microvideos import own as own_builder
from tfrepro.errors import UserError
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.feature_set import read_feature_set
from tfrepro.features.microvideos.media import MediaFeatures, make_features, media_features
from tfrepro.media.errors import MediaError
from tfrepro.media.video import probe, write_video

RATE = 22050


@dataclass(frozen=True)
class MeanColour:
    """An extractor that a test can foretell."""

    size: tuple[int, int] = (8, 8)
    dimension: int = 3

    def describe(self):
        return {"name": "mean colour", "weights": "none", "version": 1}

    def __call__(self, frames):
        return frames.reshape(len(frames), -1, 3).mean(axis=1, dtype=np.float32)


@pytest.fixture
def extraction(section):
    def of(pooled="frames"):
        settings = section("rendered").extraction
        visual = settings.visual.model_copy(update={"pooled": pooled, "frames": 4})
        return settings.model_copy(update={"visual": visual, "seconds": 2})

    return of


@pytest.fixture
def video(tmp_path):
    """``video(colours, sound)``: ten pictures of each colour, ten a second."""

    def write(colours, sound=None, name="a.mp4"):
        pictures = [np.full((64, 64, 3), colour, np.uint8) for colour in colours for _ in range(10)]
        write_video(tmp_path / name, pictures, 10, sound=sound)
        return tmp_path / name

    return write


def tone(hertz, seconds):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


RED, BLUE = (220, 30, 30), (30, 30, 220)


def test_pictures_are_a_sequence_and_its_mean(video, extraction):
    made = MediaFeatures(extraction(), MeanColour(), None)(video([RED, BLUE]))
    sequence = made["visual_sequence"]
    assert sequence.shape == (4, 3)
    np.testing.assert_allclose(sequence[:2], [RED] * 2, atol=12)
    np.testing.assert_allclose(sequence[2:], [BLUE] * 2, atol=12)
    np.testing.assert_allclose(made["visual"], sequence.mean(0), rtol=1e-5)
    assert made["visual_steps"] == 4


def test_repeated_pictures_of_a_short_video_do_not_count(video, extraction):
    made = MediaFeatures(extraction(), MeanColour(), None)(video([RED], tone(500, 1.0)))
    assert made["visual_steps"] == 2
    assert made["acoustic_steps"] == 1
    np.testing.assert_allclose(made["visual"], made["visual_sequence"][:2].mean(0), rtol=1e-5)


def test_key_frames_weigh_scenes_and_not_seconds(video, extraction):
    made = MediaFeatures(extraction("key-frames"), MeanColour(), None)(video([RED] * 3 + [BLUE]))
    np.testing.assert_allclose(made["visual"], np.mean([RED, BLUE], axis=0), atol=12)


def test_a_sound_track_is_blocks_and_seconds(video, extraction):
    made = MediaFeatures(extraction(), MeanColour(), None)(video([RED] * 2, tone(2000, 2.0)))
    assert made["acoustic_steps"] == 2
    assert made["acoustic_sequence"].shape == (2, 512)
    peak = (made["acoustic_sequence"][0].argmax() + 1) * RATE / 1024
    assert peak == pytest.approx(2000, abs=RATE / 1024)
    assert sum(made[name].size for name in BLOCKS) == 1104


@pytest.mark.parametrize("sound", [None, np.zeros(2 * RATE)], ids=["no track", "silence"])
def test_no_sound_is_a_missing_modality_and_no_bad_file(video, extraction, sound):
    made = MediaFeatures(extraction(), MeanColour(), None)(video([RED] * 2, sound))
    assert made["acoustic_steps"] == 0
    assert all((made[name] == 0).all() for name in (*BLOCKS, "acoustic_sequence"))
    assert made["visual"].any()


def test_a_cut_off_video_is_a_bad_file(video, extraction):
    path = video([RED, BLUE], tone(500, 2.0))
    path.write_bytes(path.read_bytes()[:-800])
    with pytest.raises(MediaError):
        MediaFeatures(extraction(), MeanColour(), None)(path)


@pytest.fixture
def own(video, tmp_path, section, extraction):
    """Your own folder: three videos, of which one is no video and one is silent."""
    video([RED] * 2, tone(500, 2.0), "red.mp4")
    video([BLUE] * 2, None, "blue.mov")
    (tmp_path / "broken.webm").write_bytes(b"nothing")
    (tmp_path / "manifest.csv").write_text(
        "file,venue,text,group\nred.mp4,Park,so red,ann\nbroken.webm,Gym,,ann\nblue.mov,Gym,,bob\n"
    )
    return section(
        "own",
        folder=tmp_path,
        manifest=tmp_path / "manifest.csv",
        least_videos=1,
        extraction=extraction(),
    )


def test_your_own_videos_become_a_feature_set(own, build, monkeypatch):
    monkeypatch.setattr(
        "tfrepro.features.microvideos.media.make_extractor", lambda *_: MeanColour()
    )
    home = build("own", own)
    features = read_feature_set(home / "features" / "videos")
    assert features.index["id"].tolist() == ["red", "blue"]
    assert features.index["label"].tolist() == ["Park", "Gym"]
    assert features.index["group"].tolist() == ["ann", "bob"]
    assert features.index["has_acoustic"].tolist() == [True, False]
    assert features.index["has_textual"].tolist() == [True, False]
    assert features.rejects["file"].tolist() == ["broken.webm"]
    assert features.meta["modalities"]["visual"]["extractor"]["name"] == "mean colour"
    corpus = pd.read_parquet(home / "corpus" / "videos.parquet")
    assert corpus["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_a_file_that_is_gone_since_is_no_mere_reject(own, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "tfrepro.features.microvideos.media.make_extractor", lambda *_: MeanColour()
    )
    videos, _ = own_builder.build(tmp_path, own)
    (tmp_path / "red.mp4").unlink()
    with pytest.raises(UserError, match=r"red\.mp4: is gone since the corpus was built"):
        make_features(tmp_path, videos, own, None, tmp_path / "work")


def test_rare_venues_are_left_out_and_videos_without_a_venue_stay(own, tmp_path):
    (tmp_path / "manifest.csv").write_text("file,venue\nred.mp4,Park\nbroken.webm,\nblue.mov,Gym\n")
    with pytest.raises(UserError, match="least_videos = 2: no venue has so many"):
        own_builder.build(tmp_path, own.model_copy(update={"least_videos": 2}))
    videos, _ = own_builder.build(tmp_path, own)
    assert videos["label"].tolist() == ["Park", "", "Gym"]


# --- Real videos through real networks -----------------------------------------------------------


@pytest.fixture
def real_extraction(section, real_data):
    def of(extractor, weights):
        settings = section("own").extraction
        visual = settings.visual.model_copy(update={"extractor": extractor, "weights": weights})
        pretrained = real_data / "pretrained"
        audioset = settings.audioset.model_copy(
            update={
                "model": pretrained / "yamnet.tflite",
                "class_map": pretrained / "yamnet_class_map.csv",
            }
        )
        return settings.model_copy(update={"visual": visual, "audioset": audioset})

    return of


@pytest.mark.real
def test_the_vines_pass_through_every_extractor_with_real_weights(real_data, real_extraction):
    weights = real_data / "pretrained" / "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
    maker = media_features(real_extraction("tflite", str(weights)))
    vines = sorted((real_data / "vine").glob("*.mp4"))
    assert len(vines) == 21
    made = [maker(vine) for vine in vines]
    for vine, features in zip(vines, made, strict=True):
        facts = probe(vine)
        assert (facts.width, facts.height) == (480, 480)
        assert 84 <= facts.frames <= 197
        assert 2.7 < facts.seconds < 6.7
        assert features["visual_sequence"].shape == (12, 1024)
        assert features["visual"].std() > 0
        assert features["acoustic_sequence"].shape == (6, 512)
        assert features["audioset"].shape == (521,)
        assert features["visual_steps"] == min(12, math.ceil(facts.seconds / 0.5 - 0.1))
        assert features["acoustic_steps"] >= 3
    visual = np.array([features["visual"] for features in made])
    assert np.linalg.matrix_rank(visual) == 21
    described = maker.describe()
    assert described["visual"]["extractor"]["weights"]["file"] == weights.name
    assert len(described["audioset"]["names"]) == 521


@pytest.mark.real
@pytest.mark.parametrize(("extractor", "dimension"), [("alexnet", 4096), ("resnet50", 2048)])
def test_a_vine_passes_through_the_papers_networks(
    real_data, real_extraction, extractor, dimension
):
    maker = media_features(real_extraction(extractor, "random"))
    made = maker(sorted((real_data / "vine").glob("*.mp4"))[0])
    assert made["visual"].shape == (dimension,)
    assert made["visual_sequence"].shape == (12, dimension)
    assert np.isfinite(made["visual_sequence"]).all()
    assert maker.describe()["visual"]["extractor"]["weights"] == "random (seed 1)"
