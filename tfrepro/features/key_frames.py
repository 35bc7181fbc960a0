"""Key frames of a video: its first picture, and each one that looks unlike the last key frame.

How a picture looks is its histogram of colours: hue, saturation and value in 16 x 8
x 8 bins, smoothed so that a colour at the border of two bins, which compression
moves back and forth, makes no change. Two histograms differ by their Bhattacharyya
distance, between 0 for the same and 1 for no colour in common.

NMCL averages the features of key frames that it finds with OpenCV, and does not say how.
"""

from pathlib import Path

import numpy as np

from tfrepro.media.video import all_frames, frames_at

_COMPARED = (64, 64)  # pixels; colours need no more
_BINS = (16, 8, 8)
_RANGES = (0, 180, 0, 256, 0, 256)  # OpenCV's hue, saturation and value of 8 bits
_FAINT = 32  # of 255: below it, hue is noise
_BLUR_BINS = 1.0


def key_frames(
    path: Path, *, threshold: float, most: int, size: tuple[int, int], threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """The key frames of a video in order of time.

    The file is decoded twice, the second time only around the key frames.

    Parameters
    ----------
    path : a video file
    threshold : Bhattacharyya distance in [0, 1] from the last key frame's colours
        above which a picture is one
    most : if there are more, the first and those of the largest changes are kept
    size : (height, width) of the pictures returned
    threads : of the decoder

    Returns
    -------
    times : (T,) float64 seconds, the first 0
    frames : (T, H, W, 3) uint8 RGB, 1 <= T <= most

    Raises
    ------
    MediaError
        as :func:`tfrepro.media.video.frames_every`.
    ValueError
        if a parameter is out of its range.

    Source: NMCL, section 4.2.1, which gives no threshold.
    """
    if not 0 <= threshold <= 1 or most < 1:
        raise ValueError(f"threshold {threshold} must lie in [0, 1] and most {most} be positive")
    times, changes = _find_changes(path, threshold, threads)
    kept = np.sort(np.argsort(-changes, kind="stable")[:most])
    return times[kept], frames_at(path, times[kept], size, threads=threads)


def _find_changes(path: Path, threshold: float, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Times of all key frames, and each one's distance from the one before; the first's is inf."""
    import cv2

    times, changes, last = [], [], None
    for time, frame in all_frames(path, _COMPARED, threads=threads):
        colours = _histogram(frame)
        change = (
            np.inf if last is None else cv2.compareHist(last, colours, cv2.HISTCMP_BHATTACHARYYA)
        )
        if change > threshold:
            times.append(time)
            changes.append(change)
            last = colours
    return np.array(times), np.array(changes)


def _histogram(frame: np.ndarray) -> np.ndarray:
    """Smoothed colours of a picture ``(H, W, 3)`` uint8 RGB: (16, 8, 8) float32."""
    import cv2
    from scipy.ndimage import gaussian_filter

    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    hsv[(hsv[..., 1:] < _FAINT).any(axis=-1), 0] = 0
    colours = cv2.calcHist([hsv], [0, 1, 2], None, _BINS, _RANGES)
    return gaussian_filter(colours, _BLUR_BINS, mode=("wrap", "nearest", "nearest"))
