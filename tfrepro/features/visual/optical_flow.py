"""Which way a video moves: histograms of oriented optical flow between adjacent frames.

Conventions
-----------
A flow is ``(H, W, 2)`` float32: for each pixel, how far its content moves until the next frame,
in pixels to the right and down. A direction is counted clockwise from the right, as seen, so
of eight directions 0 is right, 2 down, 4 left and 6 up.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import cv2
import numpy as np

from tfrepro.features.visual.descriptors import Grid, _histograms


def adjacent_flows(greys: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The dense flow from each frame to the next: F - 1 arrays ``(H, W, 2)`` float32, in pixels.

    It is exactly zero between frames that are the same.

    Parameters
    ----------
    greys : F frames (H, W) uint8

    Source: Kroeger et al., ECCV 2016, with OpenCV's preset "fast".
    """
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    for before, after in pairwise(greys):
        yield search.calc(before, after, None)


def flow_histogram(flow: np.ndarray, *, directions: int = 8, grid: Grid = (2, 4)) -> np.ndarray:
    """Shares of the motion that go each way, in each cell of a grid.

    A pixel votes with the length of its flow for the direction that is nearest, so that bin b
    of B is centred at the angle ``2 π b / B``: a level pan, of all camera moves the most
    frequent, is not divided between two bins. The votes of all cells have sum 1, so that they
    tell where it moves and which way, not how fast.

    Parameters
    ----------
    flow : (H, W, 2) float32
    directions : B
    grid : rows and columns of cells, their sides alike to a pixel

    Returns
    -------
    (rows * columns * B,) float32: cell by cell, from left to right and from top to bottom, of
    sum 1, or 0 where nothing moves

    Raises
    ------
    ValueError
        if the flow is of another kind or smaller than the grid, or there is no direction

    Source: Chaudhry et al., CVPR 2009, who make no difference between left and right and have
    no grid.
    """
    if flow.ndim != 3 or flow.shape[2] != 2 or flow.dtype != np.float32:
        raise ValueError(f"the flow is {flow.shape} {flow.dtype}, must be (H, W, 2) float32")
    if directions < 1:
        raise ValueError(f"directions are {directions}, must be at least 1")
    right, down = cv2.split(flow)
    turns = np.arctan2(down, right) / np.float32(2 * np.pi)  # -1/2 to 1/2
    nearest = np.rint(turns * directions).astype(np.intp) % directions
    votes = _histograms(nearest, directions, grid, cv2.magnitude(right, down)).ravel()
    return (votes / (votes.sum() or 1)).astype(np.float32)


def flow_histogram_dimension(*, directions: int = 8, grid: Grid = (2, 4)) -> int:
    """Length of :func:`flow_histogram`."""
    return grid[0] * grid[1] * directions
