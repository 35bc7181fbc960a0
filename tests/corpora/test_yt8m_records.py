"""A record is recognised in four schemas, its content checked and taken out."""

import numpy as np
import pytest

from tfrepro.corpora.yt8m_records import (
    Schema,
    dequantise,
    detect_schema,
    read_video,
)
from tfrepro.media.errors import MediaError
from tfrepro.media.tf_example import encode_sequence_example, parse_example

VIDEO = Schema("id", "video")
FRAME = Schema("id", "frame")


def codes(frames, seed=0):
    rng = np.random.default_rng(seed)
    return (
        rng.integers(0, 256, (frames, 1024), dtype=np.uint8),
        rng.integers(0, 256, (frames, 128), dtype=np.uint8),
    )


@pytest.mark.parametrize(
    ("id_key", "classes", "words"),
    [("video_id", 4716, "level of 2017"), ("id", 3862, "level of 2018")],
)
def test_release_and_level_show_in_the_record(video, frames, id_key, classes, words):
    plain = detect_schema(parse_example(video("02aa", id_key=id_key)))
    assert (plain, plain.classes) == (Schema(id_key, "video"), classes)
    assert str(plain) == f"video {words}"
    framed = detect_schema(parse_example(frames("02aa", *codes(2), id_key=id_key)))
    assert framed == Schema(id_key, "frame")


def test_a_record_of_something_else_has_no_schema():
    record = parse_example(encode_sequence_example({"image": [b"png"], "width": [b"3"]}, {}))
    with pytest.raises(MediaError, match=r"neither id nor video_id \(it holds image, width\)"):
        detect_schema(record)
    empty = parse_example(encode_sequence_example({"id": [b"02aa"]}, {}))
    with pytest.raises(MediaError, match="has neither means nor frames"):
        detect_schema(empty)


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        ({"mean_rgb": np.zeros(1000, np.float32)}, "1000 numbers in mean_rgb, must be 1024"),
        ({"mean_audio": None}, "0 numbers in mean_audio, must be 128"),
        ({"mean_rgb": np.zeros(1024, int)}, "0 numbers in mean_rgb"),
        ({"labels": ()}, "has no labels"),
        ({"labels": (3, 3862)}, r"the labels \[3, 3862\], must lie in 0..3861"),
        ({"labels": (-1,)}, r"the labels \[-1\]"),
        ({"id": [b"one", b"two"]}, r"has \[b'one', b'two'\] as id"),
        ({"id": [b"\xff\xfe"]}, "as id, must be one ASCII string"),
        ({"id_key": "video_id"}, r"has \[\] as id"),
    ],
)
def test_a_record_that_departs_from_its_schema_is_told_how(video, features, reason):
    read_video(parse_example(video("02aa")), VIDEO)
    with pytest.raises(MediaError, match=reason):
        read_video(parse_example(video("02aa", **features)), VIDEO)


def test_frames_must_be_whole_as_many_and_some(frames):
    rgb, audio = codes(3)
    read_video(parse_example(frames("02aa", rgb, audio)), FRAME)
    for wrong, reason in (
        ((rgb, audio[:2]), "3 frames in rgb and 2 in audio"),
        ((rgb[:0], audio[:0]), "0 frames in rgb and 0 in audio"),
        ((rgb[:, :1000], audio), "a frame in rgb that is not one string of 1024 bytes"),
        ((rgb, audio[:, :100]), "a frame in audio that is not one string of 128 bytes"),
    ):
        with pytest.raises(MediaError, match=reason):
            read_video(parse_example(frames("02aa", *wrong)), FRAME)


def test_the_vectors_of_a_video_are_bit_for_bit_those_of_the_record(video):
    values = np.array([np.float32(1e-42), -0.0, 3.5, np.float32(np.pi)] * 256, np.float32)
    content = read_video(parse_example(video("02aa", [5, 3], mean_rgb=values)), VIDEO)
    assert content.visual == values.tobytes()
    assert len(content.acoustic) == 4 * 128
    assert (content.id, content.labels) == ("02aa", [5, 3])


def test_dequantising_spreads_256_codes_evenly_from_minus_two_to_two():
    values = dequantise(np.arange(256.0))
    assert values[0] == -2 + 4 / 512
    assert values[255] == pytest.approx(2 + 4 / 512)
    assert np.allclose(np.diff(values), 4 / 255)


@pytest.mark.parametrize("count", [1, 2, 300])
def test_a_video_of_frames_is_the_mean_of_its_dequantised_frames(frames, count):
    rgb, audio = codes(count, seed=count)
    content = read_video(parse_example(frames("02aa", rgb, audio)), FRAME)
    for vector, code in ((content.visual, rgb), (content.acoustic, audio)):
        expected = (code * (4 / 255) + 4 / 512 - 2).mean(axis=0)
        assert np.allclose(np.frombuffer(vector, np.float32), expected, rtol=0, atol=1e-6)
