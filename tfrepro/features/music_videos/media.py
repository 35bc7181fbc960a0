"""Video files -> the paper's 7,443 numbers of the pictures and 1,052 of the music, by segment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.music import segment as music
from tfrepro.features.music_videos.chunks import SEGMENT_S, SEGMENTS, segment_index
from tfrepro.features.music_videos.extraction import extract_rows
from tfrepro.features.visual import segment as pictures
from tfrepro.media.audio import SAMPLE_RATE, check_audible, load_audio
from tfrepro.media.errors import MediaError
from tfrepro.settings.music_videos import OwnMusicVideos, RenderedMusicVideos

_SLACK_S = 0.1  # that the sound of a last segment may lack; encoders cut both where they like
MODALITIES = {
    "visual": {
        "dimension": pictures.DIMENSION,
        "unit": "shares, distances of shares; mean or standard deviation over the frames",
        "extractor": {
            "name": "HOG, LBP, colours and optical flow",
            "weights": "none",
            "version": pictures.VERSION,
            "frames_a_second": pictures.RATE,
            "size": list(pictures.SIZE),
        },
        "spans": pictures.SPANS,
    },
    "acoustic": {
        "dimension": music.DIMENSION,
        "unit": "each its own: statistics of pooled curves, and numbers of the whole segment",
        "extractor": {
            "name": "music features after MIRtoolbox",
            "weights": "none",
            "version": music.VERSION,
            "sample_rate": SAMPLE_RATE,
        },
        "spans": music.SPANS,
    },
}


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: RenderedMusicVideos | OwnMusicVideos,
    find_source: Callable[..., Any] | None,
    work: Path,
    *,
    jobs: int = 1,
) -> FeatureSet:
    """What the files' segments look and sound like; files that cannot be used are rejects.

    Raises UserError if a file is gone since the corpus was built, or if none can be used.
    """
    home = getattr(settings, "folder", folder).resolve()
    files = [home / file for file in videos["file"]]
    for file in files:
        if not file.is_file():
            raise UserError(f"{file}: is gone since the corpus was built; build it again")
    dimensions = {name: facts["dimension"] for name, facts in MODALITIES.items()}
    arrays, counts, rejects = extract_rows(
        video_segments, files, dimensions, work, jobs=jobs, title="music videos"
    )
    reasons = [(videos["file"].iloc[number], reason) for number, reason in rejects.items()]
    return FeatureSet(
        segment_index(videos, counts),
        arrays,
        {"modalities": MODALITIES, "segment_s": SEGMENT_S, "segments": SEGMENTS},
        rejects=pd.DataFrame(reasons, columns=["file", "reason"]),
    )


def video_segments(path: Path) -> dict[str, np.ndarray]:
    """The segments of a video file: ``visual`` (S, 7443) and ``acoustic`` (S, 1052), float32.

    Segments last 6 s, from the first picture on, without gap or overlap; S is how many have both
    pictures and sound. Memory holds the compressed file, its sound and the frames of a segment.

    Raises
    ------
    MediaError
        if the pictures or the sound cannot be decoded, there is no sound, or nothing but digital
        silence, or either is shorter than a segment
    """
    cv2.setNumThreads(1)  # there is a process a core
    y = load_audio(path, SAMPLE_RATE)
    check_audible(y)
    count = int((len(y) / SAMPLE_RATE + _SLACK_S) // SEGMENT_S)
    if not count:
        seconds = len(y) / SAMPLE_RATE
        raise MediaError(f"has {seconds:.2f} s of sound, must have {SEGMENT_S} s, one segment")
    visual = pictures.video_features(path)[:count]
    length = SEGMENT_S * SAMPLE_RATE
    sounds = [y[start : start + length] for start in range(0, len(visual) * length, length)]
    acoustic = [music.segment_features(sound, SAMPLE_RATE) for sound in sounds]
    return {"visual": visual, "acoustic": np.stack(acoustic)}
