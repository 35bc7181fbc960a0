"""Motion is counted where it is and the way it goes."""

import cv2
import numpy as np
import pytest

from tfrepro.features.visual.optical_flow import (
    adjacent_flows,
    flow_histogram,
    flow_histogram_dimension,
)

SIZE = (120, 160)
# (down, right) of the eight directions, clockwise from the right.
STEPS = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]


@pytest.fixture(scope="module")
def texture():
    noise = np.random.default_rng(0).integers(0, 256, (30, 40)).astype(np.uint8)
    return cv2.resize(noise, SIZE[::-1], interpolation=cv2.INTER_CUBIC)


def all_go(angle, pixels=1.0):
    """A flow whose every pixel goes so far that way, in radians clockwise from the right."""
    flow = pixels * np.array([np.cos(angle), np.sin(angle)])
    return np.tile(flow, (*SIZE, 1)).astype(np.float32)


def plain_histogram(flow, directions, rows, columns):
    """The same pixel by pixel."""
    height, width = flow.shape[:2]
    votes = np.zeros((rows, columns, directions))
    for y in range(height):
        for x in range(width):
            right, down = flow[y, x].astype(float)
            turn = np.arctan2(down, right) / (2 * np.pi)
            to = int(np.floor(turn * directions + 0.5)) % directions
            votes[y * rows // height, x * columns // width, to] += np.hypot(right, down)
    return votes.ravel() / votes.sum()


@pytest.mark.parametrize("direction", range(8))
def test_a_moving_pattern_fills_the_bin_of_its_direction(texture, direction):
    down, right = np.multiply(STEPS[direction], 3)
    (flow,) = adjacent_flows([texture, np.roll(texture, (down, right), axis=(0, 1))])
    np.testing.assert_allclose(np.median(flow, axis=(0, 1)), [right, down], atol=0.2)
    cells = flow_histogram(flow).reshape(8, 8)
    assert (cells.argmax(axis=1) == direction).all()
    assert cells[:, direction].sum() > 0.8


def test_pictures_that_are_the_same_do_not_move(texture):
    for flow in adjacent_flows([texture, texture, texture]):
        assert not flow.any()
        assert not flow_histogram(flow).any()


def test_there_is_a_flow_between_each_two_frames(texture):
    frames = [np.roll(texture, 2 * shift, axis=1) for shift in (0, 1, 3)]
    slow, fast = adjacent_flows(frames)
    assert slow.shape == (*SIZE, 2)
    np.testing.assert_allclose([np.median(flow[..., 0]) for flow in (slow, fast)], [2, 4], atol=0.2)
    # What was searched before does not matter.
    np.testing.assert_array_equal(fast, next(adjacent_flows(frames[1:])))


def test_flows_do_not_depend_on_the_number_of_threads(texture):
    moved = np.roll(texture, (2, 5), axis=(0, 1))
    moved[:60] = texture[:60]
    threads, flows = cv2.getNumThreads(), []
    try:
        for number in (1, 2, 5):
            cv2.setNumThreads(number)
            flows.append(next(adjacent_flows([texture, moved])))
    finally:
        cv2.setNumThreads(threads)
    for flow in flows[1:]:
        np.testing.assert_array_equal(flow, flows[0])


@pytest.mark.parametrize("direction", range(8))
def test_a_bin_reaches_half_way_to_the_next_direction(direction):
    for aside in (-0.49, 0, 0.49):
        cells = flow_histogram(all_go((direction + aside) * np.pi / 4)).reshape(8, 8)
        np.testing.assert_allclose(cells, np.tile(np.eye(8)[direction] / 8, (8, 1)), atol=1e-6)


@pytest.mark.parametrize("settings", [(8, 2, 4), (5, 3, 2), (1, 1, 1), (16, 1, 7)])
def test_histograms_are_those_of_a_plain_loop(settings):
    flow = np.random.default_rng(1).normal(size=(37, 53, 2)).astype(np.float32)
    directions, *grid = settings
    found = flow_histogram(flow, directions=directions, grid=tuple(grid))
    assert found.shape == (flow_histogram_dimension(directions=directions, grid=tuple(grid)),)
    np.testing.assert_allclose(found, plain_histogram(flow, *settings), rtol=1e-5)


def test_histograms_know_where_it_moves_and_not_how_fast():
    flow = all_go(0)
    flow[:60] = 0
    flow[60:, :80] *= -3
    cells = flow_histogram(flow).reshape(2, 4, 8)
    assert not cells[0].any()
    np.testing.assert_allclose(cells[1, :, 4], [3 / 8, 3 / 8, 0, 0], atol=1e-6)
    np.testing.assert_allclose(cells[1, :, 0], [0, 0, 1 / 8, 1 / 8], atol=1e-6)
    np.testing.assert_allclose(flow_histogram(100 * flow), flow_histogram(flow), rtol=1e-5)


@pytest.mark.parametrize(
    ("flow", "settings", "complaint"),
    [
        (np.zeros((8, 8, 3), np.float32), {}, r"\(8, 8, 3\) float32, must be \(H, W, 2\) float32"),
        (np.zeros((8, 8, 2)), {}, r"float64, must be \(H, W, 2\) float32"),
        (np.zeros((8, 8, 2), np.float32), {"directions": 0}, "are 0, must be at least 1"),
        (np.zeros((8, 8, 2), np.float32), {"grid": (9, 1)}, "8 x 8 pixels count, must be 9 x 1"),
    ],
)
def test_what_cannot_be_counted_is_refused(flow, settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        flow_histogram(flow, **settings)
