"""Video files -> segments of pictures and music."""

import cv2
import numpy as np
import pytest

from tfrepro.features.music.segment import segment_features as heard
from tfrepro.features.music_videos import media
from tfrepro.features.visual.segment import SIZE
from tfrepro.features.visual.segment import segment_features as seen
from tfrepro.media.audio import SAMPLE_RATE, load_audio
from tfrepro.media.errors import MediaError
from tfrepro.media.video import frames_every, probe, write_video


@pytest.fixture
def stubs(monkeypatch):
    """Descriptors that a test can foretell: of pictures their number, of sounds their samples."""
    pictures = media.pictures

    def count(frames):
        return np.full(pictures.DIMENSION, len(frames), np.float32)

    def samples(y, rate):
        return np.full(media.music.DIMENSION, len(y), np.float32)

    monkeypatch.setattr(pictures, "segment_features", count)
    monkeypatch.setattr(media.music, "segment_features", samples)


@pytest.fixture
def video(tmp_path):
    """``video(seconds, sound_s)``: a noisy MP4 file of small pictures."""

    def write(seconds, sound_s):
        rng = np.random.default_rng(0)
        pictures = rng.integers(0, 256, (round(12 * seconds), 32, 32, 3)).astype(np.uint8)
        sound = None if sound_s is None else 0.1 * rng.standard_normal(round(SAMPLE_RATE * sound_s))
        write_video(tmp_path / "a.mp4", pictures, 12, sound=sound)
        return tmp_path / "a.mp4"

    return write


@pytest.mark.usefixtures("stubs")
@pytest.mark.parametrize(
    ("seconds", "sound_s", "count"),
    [(12.5, 12.5, 2), (12.5, 11.95, 2), (12.5, 11.0, 1), (11.0, 12.5, 1)],
)
def test_segments_have_both_pictures_and_sound(video, seconds, sound_s, count):
    made = media.video_segments(video(seconds, sound_s))
    assert made["visual"].shape == (count, 7443)
    assert made["acoustic"].shape == (count, 1052)
    assert (made["visual"] == 72).all()
    lengths = made["acoustic"][:, 0] / SAMPLE_RATE
    assert lengths[:-1] == pytest.approx(6)
    assert 5.9 <= lengths[-1] <= 6


@pytest.mark.usefixtures("stubs")
@pytest.mark.parametrize(
    ("seconds", "sound_s", "said"),
    [
        (6, None, "has no sound track"),
        (6, 4.0, r"has 4\.\d\d s of sound, must have 6 s, one segment"),
        (4, 6, r"lasts 4\.00 s, must last 6 s"),
    ],
)
def test_a_video_without_a_whole_segment_is_a_bad_file(video, seconds, sound_s, said):
    with pytest.raises(MediaError, match=said):
        media.video_segments(video(seconds, sound_s))


def test_digital_silence_is_no_music(video, monkeypatch):
    path = video(6, 6)
    monkeypatch.setattr(media, "load_audio", lambda *_: np.zeros(6 * SAMPLE_RATE, np.float32))
    with pytest.raises(MediaError, match="is silent"):
        media.video_segments(path)


def test_a_file_that_is_none_is_a_bad_file(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(MediaError, match="is not a media file or is damaged"):
        media.video_segments(tmp_path / "a.mp4")


def test_every_number_is_in_a_block_that_is_described():
    for name, facts in media.MODALITIES.items():
        ends = [end for _, end in facts["spans"].values()]
        assert [start for start, _ in facts["spans"].values()] == [0, *ends[:-1]], name
        assert ends[-1] == facts["dimension"]
        assert {"unit", "extractor"} < set(facts)


@pytest.mark.real
def test_the_vines_pass_through_both_extractors(real_data):
    vines = sorted((real_data / "vine").glob("*.mp4"))
    assert len(vines) == 21
    cv2.setNumThreads(1)
    short = [vine for vine in vines if probe(vine).seconds < 6]
    assert len(short) == 4
    for vine in vines:
        if vine in short:  # of what they have
            _, frames = frames_every(vine, 1 / 12, SIZE)
            sound = heard(load_audio(vine), SAMPLE_RATE)
            made = {"visual": seen(frames)[np.newaxis], "acoustic": sound[np.newaxis]}
        else:
            made = media.video_segments(vine)
        assert made["visual"].shape == (1, 7443), vine
        assert made["acoustic"].shape == (1, 1052), vine
        assert all(np.isfinite(rows).all() and rows.std() > 0 for rows in made.values()), vine
