"""Gradients, colours and textures are counted as their definitions say, to the pixel."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.features.visual.descriptors import (
    colour_histogram,
    colour_histogram_dimension,
    hog,
    hog_dimension,
    local_binary_patterns,
    local_binary_patterns_dimension,
)

ODD = (37, 53)
LEVEL = st.integers(0, 255)
ALL_YES = 57  # the last of the 58 uniform patterns of eight points: 255


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(0, 256, (*ODD, 3), dtype=np.uint8)


def flat(*colour):
    return np.full((*ODD, 3), colour, np.uint8)


def grey(levels):
    return np.repeat(np.asarray(levels, np.uint8)[..., None], 3, axis=-1)


def plain_hog(frame, cell, orientations, block):
    """The same pixel by pixel."""
    pixels = frame.astype(float)
    height, width = frame.shape[:2]
    rows, columns = height // cell, width // cell
    votes = np.zeros((rows, columns, orientations))
    for y in range(rows * cell):
        for x in range(columns * cell):
            gx = pixels[y, x + 1] - pixels[y, x - 1] if 0 < x < width - 1 else np.zeros(3)
            gy = pixels[y + 1, x] - pixels[y - 1, x] if 0 < y < height - 1 else np.zeros(3)
            channel = np.hypot(gx, gy).argmax()
            angle = np.degrees(np.arctan2(gy[channel], gx[channel])) % 180
            votes[y // cell, x // cell, int(round(angle, 9) * orientations / 180)] += np.hypot(
                gx[channel], gy[channel]
            )
    blocks = []
    for y in range(rows - block + 1):
        for x in range(columns - block + 1):
            v = votes[y : y + block, x : x + block].ravel()
            v = np.minimum(v / np.linalg.norm(v), 0.2)
            blocks.append(v / np.linalg.norm(v))
    return np.concatenate(blocks)


def plain_patterns(frame, neighbours, radius):
    """Each pixel's pattern as a number, by interpolation between four pixels."""
    levels = np.rint(frame.astype(float) @ [0.299, 0.587, 0.114])
    border = int(np.ceil(radius))
    padded = np.pad(levels, 1)
    inner = np.mgrid[border : levels.shape[0] - border, border : levels.shape[1] - border]
    patterns = np.zeros(inner.shape[1:], int)
    for p in range(neighbours):
        angle = 2 * np.pi * p / neighbours
        y, x = (np.round(part, 5) for part in (-radius * np.sin(angle), radius * np.cos(angle)))
        top, left = int(np.floor(y)), int(np.floor(x))
        rows, columns = inner[0] + top + 1, inner[1] + left + 1
        below, right = y - top, x - left
        value = (1 - below) * (1 - right) * padded[rows, columns]
        value += (1 - below) * right * padded[rows, columns + 1]
        value += below * (1 - right) * padded[rows + 1, columns]
        value += below * right * padded[rows + 1, columns + 1]
        patterns |= (value - levels[inner[0], inner[1]] >= -1e-9).astype(int) << p
    return patterns


def changes(pattern, neighbours):
    bits = [pattern >> p & 1 for p in range(neighbours)]
    return sum(bits[p] != bits[p - 1] for p in range(neighbours))


@pytest.mark.parametrize("settings", [(8, 9, 2), (6, 7, 3), (37, 18, 1)])
def test_hog_is_that_of_a_plain_loop(noise, settings):
    cell, orientations, block = settings
    found = hog(noise, cell=cell, orientations=orientations, block=block)
    np.testing.assert_allclose(found, plain_hog(noise, *settings), rtol=1e-5)


@given(across=st.integers(-5, 5), down=st.integers(-5, 5))
def test_a_plane_fills_the_bin_of_its_slope(across, down):
    y, x = np.mgrid[-12:12, -12:12]
    cells = hog(grey(128 + across * x + down * y), cell=8, orientations=9, block=1)
    expected = np.zeros(9)
    if across or down:
        expected[int(np.degrees(np.arctan2(down, across)) % 180 // 20)] = 1
    # In the middle, since a gradient at the border has one part only.
    np.testing.assert_allclose(cells.reshape(3, 3, 9)[1, 1], expected, atol=1e-6)


def test_an_upright_edge_fills_the_first_bin_and_a_level_one_the_middle_one():
    edge = np.zeros((16, 16), np.uint8)
    edge[:, 8:] = 200
    np.testing.assert_allclose(hog(grey(edge), cell=16, block=1), np.eye(9)[0], atol=1e-6)
    np.testing.assert_allclose(hog(grey(255 - edge), cell=16, block=1), np.eye(9)[0], atol=1e-6)
    np.testing.assert_allclose(hog(grey(edge.T), cell=16, block=1), np.eye(9)[4], atol=1e-6)


@pytest.mark.parametrize(("across", "down", "expected"), [(2, 1, 0), (1, 2, 4)])
def test_the_channel_with_the_longest_gradient_votes(across, down, expected):
    y, x = np.mgrid[:24, :24]
    frame = np.stack([across * x, 0 * x, down * y], axis=-1).astype(np.uint8)
    middle = hog(frame, cell=8, orientations=9, block=1).reshape(3, 3, 9)[1, 1]
    np.testing.assert_allclose(middle, np.eye(9)[expected], atol=1e-6)


@given(colour=st.tuples(LEVEL, LEVEL, LEVEL), radius=st.floats(1, 9))
def test_a_flat_picture_has_no_gradients_and_one_colour_and_one_pattern(colour, radius):
    frame = flat(*colour)
    assert not hog(frame, cell=8).any()
    assert local_binary_patterns(frame, radius=radius)[ALL_YES] == 1
    for space in ("rgb", "hsv"):
        histogram = colour_histogram(frame, bins=(5, 4, 3), space=space)
        assert sorted(histogram)[-2:] == [0, 1]


def test_gradients_know_nothing_of_brightness_contrast_or_sign(noise):
    dim = noise // 4
    for same in (dim + 100, 3 * dim, 255 - dim):
        np.testing.assert_allclose(hog(same, cell=8), hog(dim, cell=8), rtol=1e-5, atol=1e-7)


def test_each_block_has_length_one(noise):
    blocks = hog(noise, cell=8, orientations=9, block=2).reshape(-1, 36)
    np.testing.assert_allclose(np.linalg.norm(blocks, axis=1), 1, rtol=1e-5)


def test_a_colour_is_in_the_bin_of_its_levels():
    red = colour_histogram(flat(255, 0, 0), bins=(4, 3, 2)).reshape(4, 3, 2)
    assert red[3, 0, 0] == red.sum() == 1
    apart = colour_histogram(flat(255, 0, 100), bins=(256, 256, 256), joint=False).reshape(3, 256)
    assert apart[0, 255] == apart[1, 0] == apart[2, 100] == 1
    # Pure green is at 120 degrees, that is at level 60 of 180.
    green = colour_histogram(flat(0, 128, 0), bins=(180, 4, 4), space="hsv", joint=False)
    assert green[60] == green[180 + 3] == green[180 + 4 + 2] == 1


def test_a_histogram_of_colours_does_not_know_where_they_are(noise):
    shuffled = np.random.default_rng(1).permutation(noise.reshape(-1, 3)).reshape(noise.shape)
    for settings in ({}, {"joint": False}, {"space": "hsv"}):
        np.testing.assert_array_equal(
            colour_histogram(shuffled, **settings), colour_histogram(noise, **settings)
        )


def test_shares_of_colours_are_numpys(noise):
    expected, _ = np.histogramdd(noise.reshape(-1, 3), bins=(8, 4, 2), range=[(0, 256)] * 3)
    found = colour_histogram(noise, bins=(8, 4, 2))
    np.testing.assert_allclose(found, expected.ravel() / expected.sum(), rtol=1e-6)


@pytest.mark.parametrize("settings", [(8, 1), (8, 2), (8, 3), (4, 1), (12, 2.5), (8, 7)])
def test_patterns_are_those_of_a_plain_reading(noise, settings):
    neighbours, radius = settings
    patterns = plain_patterns(noise, neighbours, radius)
    uniform = [p for p in range(1 << neighbours) if changes(p, neighbours) <= 2]
    expected = [(patterns == pattern).mean() for pattern in uniform]
    found = local_binary_patterns(noise, neighbours=neighbours, radius=radius)
    np.testing.assert_allclose(found, [*expected, 1 - sum(expected)], atol=1e-6)


def test_patterns_know_nothing_of_brightness_or_contrast():
    levels = np.random.default_rng(3).integers(0, 64, ODD)
    expected = local_binary_patterns(grey(levels))
    for same in (levels + 190, 4 * levels):
        np.testing.assert_array_equal(local_binary_patterns(grey(same)), expected)


@given(st.sets(LEVEL, min_size=16, max_size=16))
def test_patterns_of_points_on_pixels_know_the_order_of_levels_alone(levels):
    order = np.random.default_rng(4).integers(0, 16, ODD)
    np.testing.assert_array_equal(
        local_binary_patterns(grey(np.array(sorted(levels))[order]), neighbours=4),
        local_binary_patterns(grey(order), neighbours=4),
    )


def test_cells_go_from_left_to_right_and_from_top_to_bottom(noise):
    cells = colour_histogram(noise, grid=(2, 3)).reshape(2, 3, -1)
    rows, columns = (slice(19), slice(19, 37)), (slice(18), slice(18, 36), slice(36, 53))
    for row in range(2):
        for column in range(3):
            part = noise[rows[row], columns[column]]
            np.testing.assert_array_equal(cells[row, column], colour_histogram(part))


def test_cells_of_one_size_average_to_the_whole(noise):
    inside = noise[:34, :52]  # 32 x 50 pixels with a circle around them
    cells = local_binary_patterns(inside, grid=(4, 5)).reshape(20, -1)
    np.testing.assert_allclose(cells.mean(axis=0), local_binary_patterns(inside), atol=1e-6)


@pytest.mark.parametrize("size", [ODD, (64, 64), (65, 100)])
def test_lengths_are_those_that_are_told(size):
    frame = np.zeros((*size, 3), np.uint8)
    for settings in ({}, {"cell": 16, "orientations": 5, "block": 1}, {"cell": 9, "block": 3}):
        if min(size) >= 2 * settings.get("cell", 32):
            assert hog(frame, **settings).shape == (hog_dimension(size, **settings),)
    for settings in ({}, {"bins": (3, 4, 5), "grid": (2, 1)}, {"joint": False, "grid": (3, 4)}):
        length = colour_histogram_dimension(**settings)
        assert colour_histogram(frame, **settings).shape == (length,)
    for settings in ({}, {"neighbours": 4, "grid": (3, 2)}):
        length = local_binary_patterns_dimension(**settings)
        assert local_binary_patterns(frame, **settings).shape == (length,)


def test_lengths_are_the_usual_ones_for_a_video_frame():
    assert hog_dimension((240, 320), cell=32, orientations=9, block=2) == 9 * 6 * 36
    assert colour_histogram_dimension(bins=(256, 256, 256), joint=False) == 768
    assert local_binary_patterns_dimension(grid=(4, 4)) == 16 * 59


def test_views_of_a_picture_are_pictures(noise):
    for view in (noise[::-1], noise[..., ::-1], np.rot90(noise), noise[::2, ::3]):
        for describe in (partial(hog, cell=8), colour_histogram, local_binary_patterns):
            np.testing.assert_array_equal(describe(view), describe(view.copy()))


@pytest.mark.parametrize("describe", [hog, colour_histogram, local_binary_patterns])
@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 1), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((64, 64, 3), np.float32),
        np.zeros((0, 64, 3), np.uint8),
    ],
)
def test_pictures_of_another_kind_are_refused(describe, frame):
    with pytest.raises(ValueError, match=r"must be \(H, W, 3\) uint8, RGB"):
        describe(frame)


@pytest.mark.parametrize(
    ("describe", "complaint"),
    [
        (partial(hog, cell=19), "37 x 53, must hold 2 x 2 cells of side 19"),
        (partial(hog, cell=0), "cell is 0, block 2: must be at least 1"),
        (partial(colour_histogram, grid=(38, 1)), "37 x 53 pixels count, must be 38 x 1"),
        (partial(colour_histogram, bins=(181, 1, 1), space="hsv"), r"181, must lie in \[1, 180\]"),
        (partial(colour_histogram, space="lab"), "space is 'lab', must be one of rgb, hsv"),
        (partial(local_binary_patterns, radius=19), "0 x 15 pixels count"),
        (partial(local_binary_patterns, radius=0.5), "radius 0.5: must be"),
    ],
)
def test_what_cannot_be_described_is_refused(noise, describe, complaint):
    with pytest.raises(ValueError, match=complaint):
        describe(noise)
