"""YouTube-8M records and shards made for tests, without the code under test choosing values."""

import zlib

import numpy as np
import pytest

from tfrepro.media.tf_example import encode_example, encode_sequence_example
from tfrepro.media.tfrecord import write_records


@pytest.fixture(scope="session")
def video():
    """``video("02aa", [3, 4], id_key="id", **features)``: a record at video level."""

    def make(name, labels=(0,), id_key="id", **features):
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        values = {
            id_key: [name.encode()],
            "labels": np.array(labels, dtype=int),
            "mean_rgb": rng.standard_normal(1024).astype(np.float32),
            "mean_audio": rng.standard_normal(128).astype(np.float32),
        }
        values |= features
        return encode_example({key: value for key, value in values.items() if value is not None})

    return make


@pytest.fixture(scope="session")
def frames():
    """``frames("02aa", rgb, audio)``: one at frame level, from (T, 1024) and (T, 128) uint8."""

    def make(name, rgb, audio, labels=(0,), id_key="id"):
        return encode_sequence_example(
            {id_key: [name.encode()], "labels": np.array(labels, dtype=int)},
            {
                "rgb": [[code.tobytes()] for code in rgb],
                "audio": [[code.tobytes()] for code in audio],
            },
        )

    return make


@pytest.fixture
def shard(tmp_path):
    """``shard("a", records)``: the file ``a.tfrecord``."""

    def make(name, records):
        file = tmp_path / f"{name}.tfrecord"
        write_records(file, records)
        return file

    return make


@pytest.fixture
def damage():
    """``damage(file, record)``: flip a bit in the data of that record."""

    def flip(file, record):
        content = bytearray(file.read_bytes())
        place = 0
        for _ in range(record):
            place += 16 + int.from_bytes(content[place : place + 8], "little")
        content[place + 20] ^= 1
        file.write_bytes(content)
        return place

    return flip
