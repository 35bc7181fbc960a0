"""TFRecord files -> the bytes of their records, without TensorFlow, and back.

Conventions
-----------
A TFRecord file is a row of records and nothing else. A record is

======  =======================================================
bytes   content
======  =======================================================
8       length ``n`` of the data, unsigned, little-endian
4       masked CRC-32C of those eight bytes
n       the data
4       masked CRC-32C of the data
======  =======================================================

Records are counted from 0. A fault says at which record and at which byte of
the file that record starts. What lies behind a fault is not read: without a
good length nobody knows where the next record starts, and TensorFlow's own
reader stops there too. A file cut between two records is a shorter file
without a fault; only whoever knows its checksum can tell.

Source: tensorflow/core/lib/io/record_writer.h.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import google_crc32c

from tfrepro.files import atomic_file
from tfrepro.media.errors import MediaError

_HEAD = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_BUFFER = 1 << 20


class RecordFault(MediaError):
    """Where a TFRecord file stops being one.

    Attributes
    ----------
    record : number of the faulty record, which is how many good ones precede it
    offset : byte of the file at which that record starts
    reason : what is wrong with it
    """

    def __init__(self, record: int, offset: int, reason: str):
        super().__init__(f"record {record}, at byte {offset}, {reason}")
        self.record = record
        self.offset = offset
        self.reason = reason


def masked_crc32c(data: bytes) -> int:
    """The CRC-32C of ``data``, turned right by 15 bits, plus a constant, modulo 2**32."""
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def read_records(path: Path) -> Iterator[bytes]:
    """The data of each record of a file, in order, both checksums verified.

    Memory holds one record. Raises :class:`RecordFault` at the first record
    that is cut off or has a wrong checksum, after handing out those before it,
    and :class:`MediaError` if the file cannot be read at all.
    """
    try:
        with open(path, "rb", buffering=_BUFFER) as file:
            size = os.fstat(file.fileno()).st_size
            offset = record = 0
            while offset < size:
                data = _read_record(file, record, offset, size)
                yield data
                offset += _HEAD.size + len(data) + _CHECKSUM.size
                record += 1
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from None


def write_records(path: Path, records: Iterable[bytes]) -> int:
    """Write the records as a file, whole or not at all; returns how many there were."""
    count = 0
    with atomic_file(path) as part, open(part, "wb", buffering=_BUFFER) as file:
        for data in records:
            length = _LENGTH.pack(len(data))
            file.write(length + _CHECKSUM.pack(masked_crc32c(length)))
            file.write(data)
            file.write(_CHECKSUM.pack(masked_crc32c(data)))
            count += 1
    return count


def _read_record(file, record: int, offset: int, size: int) -> bytes:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise RecordFault(
            record, offset, f"is cut off: {len(head)} of the {_HEAD.size} bytes of its head"
        )
    length, checksum = _HEAD.unpack(head)
    if masked_crc32c(head[: _LENGTH.size]) != checksum:
        raise RecordFault(record, offset, "has a wrong checksum of its length")
    # Asked before reading, so that no length can exhaust the memory.
    there = size - offset - _HEAD.size
    if there < length + _CHECKSUM.size:
        raise RecordFault(
            record, offset, f"is cut off: {there} of {length + _CHECKSUM.size} bytes after its head"
        )
    data, checksum = file.read(length), file.read(_CHECKSUM.size)
    if masked_crc32c(data) != _CHECKSUM.unpack(checksum)[0]:
        raise RecordFault(record, offset, "has a wrong checksum of its data")
    return data
