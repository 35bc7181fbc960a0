"""Key frames: one for each planted cut, none for what only moves or flickers."""

import subprocess
import sys

import numpy as np
import pytest

from tfrepro.features.key_frames import key_frames
from tfrepro.media.errors import MediaError
from tfrepro.media.video import frames_at, write_video

SIZE = (64, 80)
RATE = 10
COLOURS = {
    "red": (200, 30, 40),
    "green": (40, 170, 60),
    "blue": (40, 60, 200),
    "dark": (30, 30, 30),
    "grey": (130, 130, 130),
    "bright": (235, 235, 235),
}


def shot(colour, count, rng, noise=12):
    """``count`` noisy pictures of one colour with a square that moves through them."""
    pictures = []
    for number in range(count):
        picture = np.full((*SIZE, 3), COLOURS[colour], float)
        picture[20:32, 2 * number : 2 * number + 12] += 25
        picture += noise * rng.standard_normal(picture.shape)
        pictures.append(picture.clip(0, 255).astype(np.uint8))
    return pictures


@pytest.fixture
def write(tmp_path):
    """``write([("red", 8), ...])``: the path of a film of such shots."""

    def write(shots, **options):
        rng = np.random.default_rng(0)
        pictures = [picture for colour, count in shots for picture in shot(colour, count, rng)]
        write_video(tmp_path / "clip.mp4", pictures, RATE, **options)
        return tmp_path / "clip.mp4"

    return write


def find(path, threshold=0.4, most=20, size=(24, 32)):
    return key_frames(path, threshold=threshold, most=most, size=size)


def test_each_planted_cut_is_a_key_frame(write):
    shots = [(colour, 7 + number) for number, colour in enumerate(COLOURS)]
    path = write(shots)
    times, frames = find(path)
    cuts = np.cumsum([0] + [count for _, count in shots[:-1]]) / RATE
    np.testing.assert_allclose(times, cuts)
    assert (frames.shape, frames.dtype) == ((6, 24, 32, 3), np.uint8)
    for frame, colour in zip(frames, COLOURS.values(), strict=True):
        np.testing.assert_allclose(np.median(frame, axis=(0, 1)), colour, atol=12)
    np.testing.assert_array_equal(frames, frames_at(path, times, (24, 32)))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("bit_rate", [20_000, 400_000])
def test_a_still_video_has_one(write, colour, bit_rate):
    times, frames = find(write([(colour, 30)], bit_rate=bit_rate))
    np.testing.assert_array_equal(times, [0])
    assert frames.shape == (1, 24, 32, 3)


def test_a_slow_change_counts_from_the_last_key_frame(tmp_path):
    levels = np.linspace(20, 235, 60)
    pictures = [np.full((*SIZE, 3), level, np.uint8) for level in levels]
    write_video(tmp_path / "fade.mp4", pictures, RATE)
    times, _ = find(tmp_path / "fade.mp4")
    assert 3 <= len(times) <= 15
    gaps = np.diff(times)
    assert gaps.min() >= 0.5 * gaps.max()


def test_of_too_many_the_largest_changes_are_kept(write):
    # From grey to bright is the smallest step.
    path = write([("red", 8), ("grey", 8), ("bright", 8), ("blue", 8)])
    all_times, _ = find(path, threshold=0.1)
    np.testing.assert_allclose(all_times, [0, 0.8, 1.6, 2.4])
    assert find(path, most=1)[0].tolist() == [0]
    kept = find(path, threshold=0.1, most=3)[0]
    assert len(kept) == 3
    assert kept[0] == 0
    assert (np.diff(kept) > 0).all()
    assert set(kept) < set(all_times)


def test_a_higher_threshold_finds_fewer(write):
    path = write([("red", 6), ("green", 6), ("grey", 6), ("bright", 6)])
    counts = [len(find(path, threshold)[0]) for threshold in (0.0, 0.4, 0.8, 1.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 1


@pytest.mark.parametrize("wrong", [{"threshold": -0.1}, {"threshold": 1.1}, {"most": 0}])
def test_settings_out_of_range_are_a_mistake(write, wrong):
    with pytest.raises(ValueError, match="must lie in"):
        find(write([("red", 2)]), **wrong)


def test_a_bad_file_is_refused(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"nothing")
    with pytest.raises(MediaError, match="is not a video file"):
        find(tmp_path / "clip.mp4")


def test_opencv_is_not_loaded_until_it_is_needed():
    script = "import sys, tfrepro.features.key_frames; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


@pytest.mark.real
def test_real_vines_have_a_few(real_data):
    counts = []
    for path in sorted((real_data / "vine").glob("*.mp4"))[::5]:
        times, frames = find(path, most=8)
        assert times[0] == 0
        assert len(frames) == len(times) <= 8
        counts.append(len(times))
    assert max(counts) > 1
