"""The segments of music videos in a table, and the whole minutes they are part of."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

SEGMENT_S = 6
SEGMENTS = 10  # of a chunk, which lasts a minute


def segment_index(videos: pd.DataFrame, counts: Sequence[int]) -> pd.DataFrame:
    """A row a segment, as :mod:`tfrepro.features.music_videos` says, video after video.

    A video's chunks follow each other from its beginning; segments after the last whole minute
    are in none.

    Parameters
    ----------
    videos : ``id``, ``label`` and ``group`` of V videos
    counts : (V,) how many segments each has
    """
    counts = np.asarray(counts, int)
    row = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    minute, place = np.divmod(number, SEGMENTS)
    whole = minute < (counts // SEGMENTS)[row]
    video = videos["id"].to_numpy(str)[row]
    chunks = [f"{name}-minute-{m}" for name, m in zip(video, minute, strict=True)]
    return pd.DataFrame(
        {
            "id": [f"{name}-{n:03d}" for name, n in zip(video, number, strict=True)],
            "label": videos["label"].to_numpy()[row],
            "group": videos["group"].to_numpy()[row],
            "chunk": np.where(whole, chunks, ""),
            "place": np.where(whole, place, -1),
            "start_s": (SEGMENT_S * number).astype(float),
        }
    )
