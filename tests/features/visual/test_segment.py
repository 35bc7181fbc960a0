"""A segment's 7,443 numbers are those of a plain loop over its frames."""

import weakref

import cv2
import numpy as np
import pytest

from tfrepro.features.visual import segment
from tfrepro.features.visual.descriptors import colour_histogram, hog, local_binary_patterns
from tfrepro.features.visual.optical_flow import flow_histogram
from tfrepro.features.visual.segment import (
    DIMENSION,
    FRAMES,
    SIZE,
    SPANS,
    segment_features,
    segments,
    video_features,
)
from tfrepro.media.errors import MediaError
from tfrepro.media.video import frames_every, write_video

BLOCKS = {"hog": 1944, "lbp": 944, "colour": 768, "flow": 64}


def panning(count, step=3):
    """``count`` frames of a texture that moves left by so many pixels each."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 120, 3)).astype(np.uint8)
    scene = cv2.resize(noise, (960, 240), interpolation=cv2.INTER_CUBIC)
    shifts = [shift * step % 640 for shift in range(count)]
    return np.stack([scene[:, shift : shift + 320] for shift in shifts])


@pytest.fixture(scope="module")
def frames():
    return panning(6)


@pytest.fixture(scope="module")
def features(frames):
    return segment_features(frames)


def block(vector, name):
    return vector[slice(*SPANS[name])]


def plain_features(frames):
    """Frame by frame, by the definitions of each."""
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    rows, flows, distances, last = [], [], [], None
    for frame in frames:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        row = [
            hog(frame, cell=32, orientations=9, block=2),
            local_binary_patterns(frame, neighbours=8, radius=1, grid=(4, 4)),
            colour_histogram(frame, bins=(256, 256, 256), joint=False),
        ]
        if last is not None:
            flows.append(flow_histogram(search.calc(last[0], grey, None)))
            distances.append([np.linalg.norm(a - b) for a, b in zip(row, last[1], strict=True)])
        rows.append(np.concatenate(row))
        last = grey, row
    statistics = [of(part, axis=0) for of in (np.mean, np.std) for part in (rows, flows)]
    return np.concatenate([*statistics, np.mean(distances, axis=0)])


def test_spans_cover_the_papers_7443_numbers_in_order():
    ends = [0]
    for name, (start, end) in SPANS.items():
        kind, statistic = name.split("_")
        assert start == ends[-1]
        assert end - start == (1 if statistic == "distance" else BLOCKS[kind])
        ends.append(end)
    assert ends[-1] == DIMENSION == 7443
    assert list(SPANS) == [
        *(f"{kind}_{statistic}" for statistic in ("mean", "std") for kind in BLOCKS),
        *(f"{kind}_distance" for kind in ("hog", "lbp", "colour")),
    ]


def test_numbers_are_those_of_a_plain_loop_over_frames(frames, features):
    assert features.shape == (7443,)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, plain_features(frames), rtol=1e-5, atol=1e-6)


def test_a_still_video_neither_varies_nor_moves(frames):
    still = segment_features(frames[:1].repeat(3, axis=0))
    for name in SPANS:
        expected_zero = name == "flow_mean" or name.endswith(("_std", "_distance"))
        assert block(still, name).any() != expected_zero, name
    np.testing.assert_array_equal(block(still, "hog_mean"), hog(frames[0]))


def test_motion_has_the_direction_of_the_pan(frames, features):
    assert (block(features, "flow_mean").reshape(8, 8).argmax(axis=1) == 4).all()
    back = segment_features(frames[::-1])
    assert (block(back, "flow_mean").reshape(8, 8).argmax(axis=1) == 0).all()
    # All else does not know which way time goes.
    for name in set(SPANS) - {"flow_mean", "flow_std"}:
        np.testing.assert_allclose(block(back, name), block(features, name), rtol=1e-4, atol=1e-7)


def test_distances_are_means_over_adjacent_frames():
    frames = np.zeros((5, *SIZE, 3), np.uint8)
    frames[2:] = 255
    # A cut from black to white moves all of three histograms' pixels, once in four steps.
    cut = segment_features(frames)
    np.testing.assert_allclose(block(cut, "colour_distance"), np.sqrt(6) / 4, rtol=1e-6)
    assert block(cut, "hog_distance") == block(cut, "lbp_distance") == 0


def test_two_frames_are_enough_and_one_is_not(frames):
    assert segment_features(frames[:2]).shape == (7443,)
    with pytest.raises(ValueError, match="there are 1 frames, must be at least 2"):
        segment_features(frames[:1])


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((3, 320, 240, 3), np.uint8),
        np.zeros((3, 240, 320), np.uint8),
        np.zeros((3, 240, 320, 3), np.float32),
    ],
)
def test_frames_of_another_kind_are_refused(frames):
    with pytest.raises(ValueError, match=r"must be \(T, 240, 320, 3\) uint8"):
        segment_features(frames)


def test_a_video_is_cut_into_whole_segments_without_overlap(frames, monkeypatch):
    monkeypatch.setattr(segment, "FRAMES", 2)
    found = list(segments(iter(frames[:5])))
    assert len(found) == 2
    for number, vector in enumerate(found):
        np.testing.assert_array_equal(vector, segment_features(frames[2 * number : 2 * number + 2]))
    assert not list(segments(frames[:1]))


def test_memory_holds_the_frames_of_one_segment(monkeypatch):
    monkeypatch.setattr(segment, "FRAMES", 2)
    alive, most = weakref.WeakSet(), 0

    class Frame(np.ndarray):
        __hash__ = object.__hash__
        __eq__ = object.__eq__

    def drawn():
        nonlocal most
        for _ in range(9):
            frame = np.zeros((*SIZE, 3), np.uint8).view(Frame)
            alive.add(frame)
            most = max(most, len(alive))
            yield frame

    assert len(list(segments(drawn()))) == 4
    assert most <= 2 * 2 + 1


def test_a_file_of_any_rate_has_the_features_of_its_frames_at_12_a_second(tmp_path):
    path = tmp_path / "pan.mp4"
    # 6.56 s at a rate that is no multiple of 12.
    write_video(path, panning(164), 25)
    found = video_features(path)
    assert found.shape == (1, 7443)
    _, frames = frames_every(path, 1 / 12, SIZE)
    assert len(frames) == 79
    np.testing.assert_array_equal(found[0], segment_features(frames[:FRAMES]))


def test_a_video_without_a_whole_segment_is_refused(tmp_path):
    path = tmp_path / "short.mp4"
    write_video(path, panning(10), 12)
    with pytest.raises(MediaError, match=r"^lasts 0.83 s, must last 6 s, that is one segment$"):
        video_features(path)


def test_pictures_are_repeated_where_a_file_has_fewer_than_12_a_second():
    timed = [(0.0, "a"), (0.2, "b"), (0.25, "c")]
    assert "".join(segment._resample(iter(timed), 6)) == "aaaccc"
    assert "".join(segment._resample(iter(timed), 2)) == "aa"


@pytest.mark.real
def test_vines_have_features(real_data):
    for path in sorted((real_data / "vine").glob("*.mp4"))[:3]:
        _, frames = frames_every(path, 1 / 12, SIZE)
        whole = len(frames) >= FRAMES
        vector = video_features(path)[0] if whole else segment_features(frames)
        assert vector.shape == (7443,)
        assert np.isfinite(vector).all()
        assert (vector >= 0).all()
        assert vector[-3:].all()
