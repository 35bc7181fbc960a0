"""What one YouTube-8M record holds.

Conventions
-----------
- Release: the one of 2017 calls a video ``video_id`` and has 4,716 classes, the
  one of 2018 calls it ``id`` and has 3,862.
- Video level: an Example with ``labels``, ``mean_rgb`` (1,024 floats) and
  ``mean_audio`` (128).
- Frame level: a SequenceExample with ``labels``, and a byte string a second,
  at most 300: ``rgb`` (1,024 uint8) and ``audio`` (128).

A record here is a message of :mod:`tfrepro.media.tf_example`.

Source: google/youtube-8m, readers.py and utils.py; surisdi/youtube-8m, readers.py.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from tfrepro.media.errors import MediaError

VISUAL = 1024
ACOUSTIC = 128
CLASSES = {"video_id": 4716, "id": 3862}
RELEASES = {"video_id": 2017, "id": 2018}


@dataclass(frozen=True)
class Schema:
    """How the records of a shard are written.

    Attributes
    ----------
    id_key : what the release calls a video, ``video_id`` (2017) or ``id`` (2018)
    level : one vector a video, or one a frame
    """

    id_key: Literal["video_id", "id"]
    level: Literal["video", "frame"]

    @property
    def classes(self) -> int:
        return CLASSES[self.id_key]

    def __str__(self) -> str:
        return f"{self.level} level of {RELEASES[self.id_key]}"


class Video(NamedTuple):
    """The content of a record: the vectors are float32 as bytes, ready to be joined."""

    id: str
    labels: list[int]
    visual: bytes
    acoustic: bytes


def dequantise(q: Any) -> Any:
    """The features behind bytes ``q`` in 0..255: q · 4/255 + 4/512 - 2, in [-1.992, 2.008].

    Source: google/youtube-8m, utils.py, Dequantize(feat_vector, 2, -2).
    """
    return q * (4 / 255) + (4 / 512 - 2)


def detect_schema(record: Any) -> Schema:
    """The schema a record is written in; MediaError if it is none of the four."""
    features = record.context.feature
    id_key = next((key for key in CLASSES if key in features), None)
    if id_key is None:
        names = ", ".join(sorted(features)) or "nothing"
        raise MediaError(f"has neither id nor video_id (it holds {names})")
    if record.feature_lists.feature_list:
        return Schema(id_key, "frame")
    if "mean_rgb" in features or "mean_audio" in features:
        return Schema(id_key, "video")
    raise MediaError("has neither means nor frames")


def read_video(record: Any, schema: Schema) -> Video:
    """The content of a record, frames averaged.

    Raises :class:`MediaError` saying how the record departs from ``schema``.
    """
    # A feature that is missing is an empty one here: looking it up makes it.
    features = record.context.feature
    names = features[schema.id_key].bytes_list.value
    if len(names) != 1 or not names[0].isascii():
        raise MediaError(f"has {list(names)} as {schema.id_key}, must be one ASCII string")
    labels = list(features["labels"].int64_list.value)
    if not labels:
        raise MediaError("has no labels")
    if min(labels) < 0 or max(labels) >= schema.classes:
        raise MediaError(f"has the labels {labels}, must lie in 0..{schema.classes - 1}")
    if schema.level == "video":
        visual = _floats(features, "mean_rgb", VISUAL)
        acoustic = _floats(features, "mean_audio", ACOUSTIC)
    else:
        visual, acoustic = _mean_frames(record.feature_lists.feature_list)
    return Video(names[0].decode(), labels, visual, acoustic)


def _floats(features: Any, name: str, size: int) -> bytes:
    values = features[name].float_list
    count = len(values.value)
    if count != size:
        raise MediaError(f"has {count} numbers in {name}, must be {size}")
    # Serialised alone, a list of floats is a few bytes of head and then the floats
    # themselves: fifty times faster than to take them out one by one.
    return values.SerializeToString()[-4 * size :]


def _mean_frames(lists: Any) -> tuple[bytes, bytes]:
    rgb, audio = _frames(lists, "rgb", VISUAL), _frames(lists, "audio", ACOUSTIC)
    if len(rgb) != len(audio) or not len(rgb):
        raise MediaError(
            f"has {len(rgb)} frames in rgb and {len(audio)} in audio, must be as many and some"
        )
    means = (dequantise(codes.mean(axis=0)) for codes in (rgb, audio))
    return tuple(mean.astype("<f4").tobytes() for mean in means)


def _frames(lists: Any, name: str, size: int) -> np.ndarray:
    """The codes of all frames: (T, size) uint8."""
    codes = [list(frame.bytes_list.value) for frame in lists[name].feature]
    if any([len(code) for code in frame] != [size] for frame in codes):
        raise MediaError(f"has a frame in {name} that is not one string of {size} bytes")
    return np.frombuffer(b"".join([frame[0] for frame in codes]), np.uint8).reshape(-1, size)
