"""Excerpts: the middle picture and the first seconds, in files that others can read."""

import io

import cv2
import numpy as np
import pytest
import soundfile

from tfrepro.media.errors import MediaError
from tfrepro.media.excerpt import key_frame_jpeg, sound_wav
from tfrepro.media.video import write_video

RED, GREEN, BLUE = (220, 20, 20), (20, 220, 20), (20, 20, 220)
RATE = 5
SOUND_RATE = 16000


def film(path, size=(48, 96), sound=None):
    """Three seconds: red, green, blue."""
    frames = [np.full((*size, 3), colour, np.uint8) for colour in (RED, GREEN, BLUE)]
    frames = [frame for frame in frames for _ in range(RATE)]
    write_video(path, frames, RATE, sound, SOUND_RATE)
    return path


def tone(seconds):
    return 0.5 * np.sin(2 * np.pi * 440 / SOUND_RATE * np.arange(round(seconds * SOUND_RATE)))


def picture(data):
    """The RGB picture in a JPEG file."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


@pytest.mark.parametrize(
    ("size", "longest", "shown"),
    [
        ((48, 96), 64, (32, 64)),
        ((96, 48), 64, (64, 32)),
        ((48, 96), 320, (48, 96)),
        ((16, 96), 2, (1, 2)),
    ],
)
def test_the_key_frame_is_the_middle_picture_scaled_to_fit(tmp_path, size, longest, shown):
    seen = picture(key_frame_jpeg(film(tmp_path / "a.mp4", size), longest))
    assert seen.shape == (*shown, 3)
    np.testing.assert_allclose(seen.mean(axis=(0, 1)), GREEN, atol=15)


def test_the_sound_is_the_beginning_as_mono_of_16_bits(tmp_path):
    path = tmp_path / "a.wav"
    y = np.stack([tone(2), np.zeros(2 * SOUND_RATE)], axis=1)
    soundfile.write(path, y, SOUND_RATE)
    data = sound_wav(path, SOUND_RATE, seconds=1.5)
    assert len(data) == 44 + 2 * 24000
    heard, rate = soundfile.read(io.BytesIO(data), always_2d=True)
    assert (heard.shape, rate) == ((24000, 1), SOUND_RATE)
    np.testing.assert_allclose(heard[:, 0], y[:24000].mean(axis=1), atol=1e-4)


def test_a_video_gives_its_sound_at_the_rate_asked_for(tmp_path):
    data = sound_wav(film(tmp_path / "a.mp4", sound=tone(3)), sample_rate=8000)
    heard, rate = soundfile.read(io.BytesIO(data))
    assert rate == 8000
    assert len(heard) == pytest.approx(3 * 8000, abs=800)
    assert np.abs(np.fft.rfft(heard)).argmax() * rate / len(heard) == pytest.approx(440, abs=1)


def test_what_is_too_loud_is_clipped(tmp_path):
    soundfile.write(tmp_path / "a.wav", 4 * tone(1), SOUND_RATE, "FLOAT")
    heard, _ = soundfile.read(io.BytesIO(sound_wav(tmp_path / "a.wav")))
    np.testing.assert_allclose(heard, np.clip(4 * tone(1), -1, 1), atol=1e-4)


@pytest.mark.parametrize("sound", [None, np.zeros(SOUND_RATE)])
def test_there_is_no_sound_of_silence(tmp_path, sound):
    assert sound_wav(film(tmp_path / "a.mp4", sound=sound)) is None


@pytest.mark.parametrize("excerpt", [key_frame_jpeg, sound_wav])
def test_a_bad_file_says_why(tmp_path, excerpt):
    path = tmp_path / "a.mp4"
    with pytest.raises(MediaError, match="cannot be read: "):
        excerpt(path)
    path.write_bytes(b"just a few words\n" * 20)
    with pytest.raises(MediaError, match="damaged"):
        excerpt(path)


def test_settings_must_be_positive(tmp_path):
    with pytest.raises(ValueError, match="longest 0 must be positive"):
        key_frame_jpeg(tmp_path / "a.mp4", 0)
    with pytest.raises(ValueError, match="seconds nan must be positive"):
        sound_wav(tmp_path / "a.mp4", seconds=float("nan"))
