"""A music video in segments of 6 s: how each looks and moves, 7,443 numbers.

Of the 72 frames of a segment, at 12 a second and 320 x 240 pixels:

=========  =====  =============================================================================
hog        1,944  gradients: 9 orientations in cells of 32 pixels, in blocks of 2 x 2 cells
lbp          944  textures: 59 uniform local binary patterns in each of 4 x 4 cells
colour       768  red, green and blue: 256 levels each
flow          64  motion to the next frame: 8 directions in each of 2 x 4 cells
=========  =====  =============================================================================

A segment has the mean over its frames of each of these 3,720 numbers, then the standard
deviation of each, then the mean Euclidean distance of adjacent frames in ``hog``, in ``lbp``
and in ``colour``. :data:`SPANS` says where each block lies.

Source: musicvideo, section 2.2, which names these descriptors and the sum of their
lengths, 7,443, but no other figure. This is one of the compositions that have that sum.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np

from tfrepro.features.visual.descriptors import (
    colour_histogram,
    colour_histogram_dimension,
    hog,
    hog_dimension,
    local_binary_patterns,
    local_binary_patterns_dimension,
)
from tfrepro.features.visual.extractor import check_frames
from tfrepro.features.visual.optical_flow import (
    adjacent_flows,
    flow_histogram,
    flow_histogram_dimension,
)
from tfrepro.media.errors import MediaError
from tfrepro.media.video import all_frames, probe

VERSION = 1
SIZE = (240, 320)  # height, width
RATE = 12  # frames a second
SECONDS = 6  # of a segment
FRAMES = RATE * SECONDS

_GRADIENTS = {"cell": 32, "orientations": 9, "block": 2}
_TEXTURES = {"neighbours": 8, "grid": (4, 4)}
_COLOURS = {"bins": (256, 256, 256), "joint": False}
_MOTION = {"directions": 8, "grid": (2, 4)}
_LENGTHS = {
    "hog": hog_dimension(SIZE, **_GRADIENTS),
    "lbp": local_binary_patterns_dimension(**_TEXTURES),
    "colour": colour_histogram_dimension(**_COLOURS),
    "flow": flow_histogram_dimension(**_MOTION),
}
_COMPARED = ("hog", "lbp", "colour")  # between adjacent frames
_ROUNDING_S = 1e-6  # stored times are sums of fractions


def _spans() -> dict[str, tuple[int, int]]:
    lengths = {
        **{f"{name}_mean": length for name, length in _LENGTHS.items()},
        **{f"{name}_std": length for name, length in _LENGTHS.items()},
        **{f"{name}_distance": 1 for name in _COMPARED},
    }
    ends = np.cumsum(list(lengths.values())).tolist()
    return dict(zip(lengths, pairwise([0, *ends]), strict=True))


SPANS = _spans()  # Block -> (start, end)
DIMENSION = sum(end - start for start, end in SPANS.values())


def segment_features(frames: np.ndarray) -> np.ndarray:
    """The vector of one segment: (7443,) float32, block by block as :data:`SPANS` says.

    Parameters
    ----------
    frames : (F, 240, 320, 3) uint8 RGB, F >= 2; a segment of the paper has 72. Statistics of
        motion are those of its F - 1 flows.

    Raises
    ------
    ValueError
        if the frames are of another kind or fewer than two

    Source: musicvideo, section 2.2.
    """
    check_frames(frames, SIZE)
    if len(frames) < 2:
        raise ValueError(f"there are {len(frames)} frames, must be at least 2, so that some move")
    described = _describe(frames)
    blocks = {}
    for name, vectors in described.items():
        # In double precision the mean of equal numbers is that number, and they do not vary.
        blocks[f"{name}_mean"] = vectors.mean(axis=0, dtype=np.float64)
        blocks[f"{name}_std"] = vectors.std(axis=0, dtype=np.float64)
    for name in _COMPARED:
        steps = np.diff(described[name], axis=0)
        blocks[f"{name}_distance"] = np.linalg.norm(steps, axis=1).mean(keepdims=True)
    return np.concatenate([blocks[name] for name in SPANS]).astype(np.float32)


def segments(frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The vectors of a video's segments, one after the other: each (7443,) float32.

    Segments do not overlap; what is left over after the last whole one does not count. Memory
    holds the frames of one segment.

    Parameters
    ----------
    frames : (240, 320, 3) uint8 RGB, 12 a second; taken one by one
    """
    frames = iter(frames)
    while len(segment := list(islice(frames, FRAMES))) == FRAMES:
        yield segment_features(np.stack(segment))


def video_features(path: Path, *, threads: int = 1) -> np.ndarray:
    """The vectors of all segments of a video file: (S, 7443) float32, S >= 1.

    Segment s, counted from 0, begins s times 6 seconds after the first picture. The file is
    decoded once, and memory does not grow with how long the video lasts, but for the compressed
    file and the result.

    Parameters
    ----------
    path : a video file, of any size and rate of frames
    threads : of the decoder

    Raises
    ------
    MediaError
        if the video is shorter than a segment, or as :func:`tfrepro.media.video.all_frames`
    """
    seconds = probe(path).seconds
    count = int(np.ceil((seconds - _ROUNDING_S) * RATE)) // FRAMES
    if not count:
        raise MediaError(f"lasts {seconds:.2f} s, must last {SECONDS} s, that is one segment")
    pictures = all_frames(path, SIZE, threads=threads)
    return np.stack(list(segments(_resample(pictures, count * FRAMES))))


def _describe(frames: np.ndarray) -> dict[str, np.ndarray]:
    """Block -> a vector a frame, or a flow: (F or F - 1, D) float32."""
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    return {
        "hog": np.stack([hog(frame, **_GRADIENTS) for frame in frames]),
        "lbp": np.stack([local_binary_patterns(frame, **_TEXTURES) for frame in frames]),
        "colour": np.stack([colour_histogram(frame, **_COLOURS) for frame in frames]),
        "flow": np.stack([flow_histogram(flow, **_MOTION) for flow in adjacent_flows(greys)]),
    }


def _resample(timed: Iterable[tuple[float, np.ndarray]], count: int) -> Iterator[np.ndarray]:
    """The pictures shown at 0, 1/12, 2/12, ... s: ``count`` of them, the last one repeated."""
    given, shown = 0, None
    for time, picture in timed:
        while given < count and given / RATE + _ROUNDING_S < time:
            yield shown
            given += 1
        if given == count:
            return
        shown = picture
    for _ in range(given, count):
        yield shown
