"""Hand-made descriptors of one picture: gradients, colours and textures in histograms.

Conventions
-----------
A frame is ``(H, W, 3)`` uint8, RGB. A descriptor is a float32 vector, cell by cell from left
to right and from top to bottom. How long it is says the function of the same name that ends
in ``_dimension``. Sizes are (height, width) in pixels, grids (rows, columns) of cells.

The definitions are scikit-image's where it has them: ``skimage.feature.hog``, and method
``nri_uniform`` of ``skimage.feature.local_binary_pattern``, but for the order of its bins and
for the picture's border. They are worked out in whole numbers, so that a flat picture has one
pattern whatever its brightness.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from typing import Literal

import cv2
import numpy as np

Grid = tuple[int, int]  # rows, columns
Bins = tuple[int, int, int]  # of each channel
Space = Literal["rgb", "hsv"]

_CLIP = 0.2  # of a block's length
_TINY = 1e-5  # keeps a block without gradients at zero
_LEVELS = {"rgb": (256, 256, 256), "hsv": (180, 256, 256)}  # OpenCV counts hues by two degrees
_FRACTIONS = 1 << 20  # of a pixel; weights are whole numbers, so that their sums are exact


def hog(frame: np.ndarray, *, cell: int = 32, orientations: int = 9, block: int = 2) -> np.ndarray:
    """Histograms of oriented gradients, in overlapping blocks of cells.

    A pixel votes with the length of its gradient, the difference of its neighbours on either
    side, in the channel where that is longest; at the picture's border it is zero across it.
    The gradient's angle, clockwise from the horizontal, modulo π, is the bin's: bin b holds
    ``[b π / B, (b + 1) π / B)``. The votes v of a block are scaled to ``v / √(‖v‖² + ε²)``,
    cut off at 0.2 and scaled again.

    Parameters
    ----------
    frame : (H, W, 3) uint8 RGB
    cell : its side in pixels; what is left over at the right and below does not count
    orientations : B, bins of [0, π)
    block : its side in cells; there is one at every cell that has so many behind it

    Returns
    -------
    (D,) float32: block by block, in it cell by cell, in it bin by bin; each block has
    length 1, or 0 where the picture is flat

    Raises
    ------
    ValueError
        if the frame is of another kind, or smaller than a block

    Source: Dalal and Triggs, CVPR 2005, without the windows that share a vote among cells
    and bins, as in scikit-image.
    """
    check_frame(frame)
    rows, columns = _whole_cells(frame.shape[:2], cell, block)
    inside = slice(rows * cell), slice(columns * cell)
    length, angle_bin = _gradients(frame, orientations)
    votes = _histograms(angle_bin[inside], orientations, (rows, columns), length[inside])
    blocks = np.lib.stride_tricks.sliding_window_view(votes, (block, block), axis=(0, 1))
    v = np.moveaxis(blocks, 2, -1).reshape(-1, block * block * orientations)
    v = np.minimum(_unit(v), _CLIP)
    return _unit(v).ravel().astype(np.float32)


def hog_dimension(size: Grid, *, cell: int = 32, orientations: int = 9, block: int = 2) -> int:
    """D of :func:`hog` for frames of that size; ValueError if they are smaller than a block."""
    rows, columns = _whole_cells(size, cell, block)
    return (rows - block + 1) * (columns - block + 1) * block**2 * orientations


def colour_histogram(
    frame: np.ndarray,
    *,
    bins: Bins = (8, 8, 8),
    space: Space = "rgb",
    joint: bool = True,
    grid: Grid = (1, 1),
) -> np.ndarray:
    """Shares of the colours in each cell of a grid.

    Level l of a channel with L levels is in bin ``⌊l B / L⌋`` of its B.

    Parameters
    ----------
    frame : (H, W, 3) uint8 RGB
    bins : of each channel
    space : ``rgb``, or ``hsv``: hue in 180 levels, saturation and value in 256
    joint : whether a bin is one of a colour, (b₁, b₂, b₃), or the three channels have
        histograms of their own, one after the other
    grid : rows and columns of cells, their sides alike to a pixel

    Returns
    -------
    (D,) float32: cell by cell; a histogram, of colours or of a channel, has sum 1

    Raises
    ------
    ValueError
        if the frame is of another kind or smaller than its grid, there are more bins than
        levels, or there is no such space

    Source: Swain and Ballard, IJCV 1991.
    """
    check_frame(frame)
    if space not in _LEVELS:
        raise ValueError(f"space is {space!r}, must be one of {', '.join(_LEVELS)}")
    channels = cv2.split(cv2.cvtColor(frame, cv2.COLOR_RGB2HSV) if space == "hsv" else frame)
    binned = [
        cv2.LUT(channel, _bin_of_level(of, levels))
        for channel, of, levels in zip(channels, bins, _LEVELS[space], strict=True)
    ]
    if joint:
        colours = np.ravel_multi_index([of.astype(np.intp) for of in binned], bins)
        return _shares(_histograms(colours, int(np.prod(bins)), grid)).ravel()
    counts = [_shares(_histograms(*of, grid)) for of in zip(binned, bins, strict=True)]
    return np.concatenate(counts, axis=-1).ravel()


def colour_histogram_dimension(
    *, bins: Bins = (8, 8, 8), joint: bool = True, grid: Grid = (1, 1)
) -> int:
    """D of :func:`colour_histogram`."""
    return int(np.prod(grid) * (np.prod(bins) if joint else np.sum(bins)))


def local_binary_patterns(
    frame: np.ndarray, *, neighbours: int = 8, radius: float = 1.0, grid: Grid = (1, 1)
) -> np.ndarray:
    """Shares of the uniform local binary patterns in each cell of a grid.

    A pixel's pattern says which of the P points on a circle around it are at least as bright
    as it is. It is uniform if it changes between yes and no at most twice along the circle:
    P (P - 1) + 2 patterns are, and have a bin each; all others share the last one. Points
    between pixels are interpolated. Pixels whose circle leaves the picture do not count.

    Parameters
    ----------
    frame : (H, W, 3) uint8 RGB; brightness is 0.299 R + 0.587 G + 0.114 B in whole numbers
    neighbours : P, at most 16
    radius : of the circle in pixels, at least 1
    grid : rows and columns of cells of what counts, their sides alike to a pixel

    Returns
    -------
    (D,) float32: cell by cell, each of sum 1. The bins follow the patterns read as numbers,
    whose lowest bit is the point to the right, the others against the clock.

    Raises
    ------
    ValueError
        if the frame is of another kind, what counts of it is smaller than its grid, or there
        is no such circle

    Sources: Ojala et al., PAMI 2002; Ahonen et al., PAMI 2006 (the bins, and a grid of cells).
    """
    check_frame(frame)
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    border = int(np.ceil(radius))
    inside = grey[border:-border, border:-border]
    height, width = inside.shape
    middle = inside * float(_FRACTIONS**2)
    patterns = np.zeros(inside.shape, np.uint16)
    for p, (top, left, weights) in enumerate(_circle(neighbours, radius)):
        y, x = border + top, border + left
        if weights[0, 0] == _FRACTIONS**2:  # on a pixel
            brighter = grey[y : y + height, x : x + width] >= inside
        else:
            between = cv2.filter2D(grey, cv2.CV_64F, weights, anchor=(0, 0))
            brighter = between[y : y + height, x : x + width] >= middle
        patterns |= np.left_shift(brighter, p, dtype=np.uint16)
    bins = _uniform_bins(neighbours)
    return _shares(_histograms(bins[patterns], int(bins.max()) + 1, grid)).ravel()


def local_binary_patterns_dimension(*, neighbours: int = 8, grid: Grid = (1, 1)) -> int:
    """D of :func:`local_binary_patterns`."""
    return grid[0] * grid[1] * (neighbours * (neighbours - 1) + 3)


def check_frame(frame: np.ndarray) -> None:
    """Raise ValueError unless the frame is ``(H, W, 3)`` uint8 with a pixel at least."""
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
        raise ValueError(f"the frame is {frame.shape} {frame.dtype}, must be (H, W, 3) uint8, RGB")


def _whole_cells(size: Grid, cell: int, block: int) -> Grid:
    """Rows and columns of cells in a picture of that size."""
    if min(cell, block) < 1:
        raise ValueError(f"cell is {cell}, block {block}: must be at least 1")
    rows, columns = (side // cell for side in size)
    if min(rows, columns) < block:
        raise ValueError(
            f"the frame is {size[0]} x {size[1]}, must hold {block} x {block} cells of side {cell}"
        )
    return rows, columns


def _gradients(frame: np.ndarray, orientations: int) -> tuple[np.ndarray, np.ndarray]:
    """Length and bin of each pixel's gradient: (H, W) float64 and (H, W) int."""
    squares, places = None, None
    # Channel by channel, which OpenCV and NumPy are several times faster with.
    for channel in cv2.split(frame):
        # Reflected at the border, where both neighbours are then the same one.
        across = cv2.Sobel(channel, cv2.CV_16S, 1, 0, ksize=1).astype(np.int32)
        down = cv2.Sobel(channel, cv2.CV_16S, 0, 1, ksize=1).astype(np.int32)
        square, place = across * across + down * down, 511 * (down + 255) + (across + 255)
        if squares is None:
            squares, places = square, place
        else:
            stronger = (square > squares).view(np.uint8)
            cv2.copyTo(square, stronger, squares)
            cv2.copyTo(place, stronger, places)
    return np.sqrt(squares), _bin_of_gradient(orientations).take(places)


@cache
def _bin_of_gradient(orientations: int) -> np.ndarray:
    """The bin of a gradient with the parts (y - 255, x - 255): (511, 511) uint16."""
    y, x = np.mgrid[-255:256, -255:256]
    # Turned around before the angle is taken, so that both signs end up in the same bin.
    sign = np.where((y < 0) | ((y == 0) & (x < 0)), -1, 1)
    return (np.arctan2(sign * y, sign * x) * orientations / np.pi).astype(np.uint16)


@cache
def _bin_of_level(bins: int, levels: int) -> np.ndarray:
    """(256,) uint8, for levels below ``levels``."""
    if not 1 <= bins <= levels:
        raise ValueError(f"bins are {bins}, must lie in [1, {levels}]")
    return (np.arange(256) * bins // levels).astype(np.uint8)


@cache
def _circle(neighbours: int, radius: float) -> tuple[tuple[int, int, np.ndarray], ...]:
    """Where the points lie: the pixel above and to the left, from the middle, and the weights
    of it and the three beyond, (2, 2) float64, times _FRACTIONS squared.
    """
    if not (2 <= neighbours <= 16 and radius >= 1):
        raise ValueError(
            f"neighbours are {neighbours}, radius {radius}: must be 2 to 16, and at least 1"
        )
    points = []
    for angle in 2 * np.pi * np.arange(neighbours) / neighbours:
        top, below = divmod(round(-radius * np.sin(angle) * _FRACTIONS), _FRACTIONS)
        left, right = divmod(round(radius * np.cos(angle) * _FRACTIONS), _FRACTIONS)
        weights = np.outer((_FRACTIONS - below, below), (_FRACTIONS - right, right))
        points.append((top, left, weights.astype(np.float64)))
    return tuple(points)


@cache
def _uniform_bins(neighbours: int) -> np.ndarray:
    """The bin of each pattern: (2 ** neighbours,) uint8; there are 243 with 16 neighbours."""
    patterns = np.arange(1 << neighbours)
    bits = patterns[:, None] >> np.arange(neighbours) & 1
    uniform = (bits != np.roll(bits, 1, axis=1)).sum(axis=1) <= 2
    return np.where(uniform, uniform.cumsum() - 1, uniform.sum()).astype(np.uint8)


def _histograms(
    binned: np.ndarray, bins: int, grid: Grid, votes: np.ndarray | None = None
) -> np.ndarray:
    """Number, or sum of the votes, in each bin of each cell: (*grid, bins) float64.

    Parameters
    ----------
    binned : (H, W) int, each pixel's bin; bytes are counted fastest
    votes : (H, W)
    """
    height, width = binned.shape
    if height < grid[0] or width < grid[1]:
        raise ValueError(
            f"{height} x {width} pixels count, must be {grid[0]} x {grid[1]} for such a grid"
        )
    if votes is None and binned.dtype == np.uint8:
        counts = [_byte_counts(cell, bins) for cell in _cells(binned, grid)]
        return np.array(counts, np.float64).reshape(*grid, bins)
    row = np.arange(height) * grid[0] // height
    column = np.arange(width) * grid[1] // width
    places = binned + bins * (grid[1] * row[:, None] + column)
    votes = None if votes is None else votes.ravel()
    counts = np.bincount(places.ravel(), votes, minlength=grid[0] * grid[1] * bins)
    return counts.reshape(*grid, bins).astype(np.float64)


def _cells(picture: np.ndarray, grid: Grid) -> Iterator[np.ndarray]:
    """From left to right and from top to bottom; pixel n of N is in cell ``⌊n G / N⌋`` of G."""
    down, across = (
        [-(-cell * pixels // cells) for cell in range(cells + 1)]
        for pixels, cells in zip(picture.shape, grid, strict=True)
    )
    for (top, bottom), (left, right) in product(pairwise(down), pairwise(across)):
        yield picture[top:bottom, left:right]


def _byte_counts(binned: np.ndarray, bins: int) -> np.ndarray:
    """How often each of the first ``bins`` bytes is there: (bins,) float32, exact."""
    return cv2.calcHist([binned], [0], None, [bins], [0, bins])[:, 0]


def _shares(counts: np.ndarray) -> np.ndarray:
    return (counts / counts.sum(axis=-1, keepdims=True)).astype(np.float32)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.sqrt((v * v).sum(axis=-1, keepdims=True) + _TINY**2)
