"""TFRecord files are read and written as TensorFlow does, and every fault is found and placed."""

import struct
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.media.errors import MediaError
from tfrepro.media.tfrecord import RecordFault, masked_crc32c, read_records, write_records

RECORDS = st.lists(st.binary(max_size=60), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("tfrecord") / "some.tfrecord"


def starts(records):
    """The byte at which each record starts, and the end of the last."""
    places = [0]
    for data in records:
        places.append(places[-1] + 16 + len(data))
    return places


def read_until_fault(file):
    """The records handed out, and the fault that ended them or None."""
    found = []
    try:
        for data in read_records(file):
            found.append(data)
    except RecordFault as fault:
        return found, fault
    return found, None


def test_the_checksum_is_crc32c_masked():
    # 0xE3069283 is the published CRC-32C of the nine digits.
    rotated = (0xE3069283 >> 15 | 0xE3069283 << 17) & 0xFFFFFFFF
    assert masked_crc32c(b"123456789") == (rotated + 0xA282EAD8) % 2**32


@settings(deadline=None)
@given(RECORDS)
def test_what_is_written_is_read_again(file, records):
    assert write_records(file, records) == len(records)
    assert list(read_records(file)) == records


@settings(deadline=None)
@given(RECORDS, st.data())
def test_any_flipped_bit_is_found_at_its_record(file, records, data):
    write_records(file, records)
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    found, fault = read_until_fault(file)
    hit = sum(start <= place for start in starts(records)) - 1
    assert found == records[:hit]
    assert (fault.record, fault.offset) == (hit, starts(records)[hit])


@settings(deadline=None, max_examples=20)
@given(RECORDS)
def test_a_cut_at_any_byte_is_found_unless_it_is_between_records(file, records):
    write_records(file, records)
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        found, fault = read_until_fault(file)
        whole = sum(stop <= length for stop in starts(records)[1:])
        assert found == records[:whole]
        if length in starts(records):
            assert fault is None
        else:
            assert (fault.record, fault.offset) == (whole, starts(records)[whole])
            assert "is cut off" in fault.reason


def test_a_fault_says_where_and_what(file):
    write_records(file, [b"first", b"second"])
    content = bytearray(file.read_bytes())
    content[21 + 12] ^= 1
    file.write_bytes(content)
    with pytest.raises(RecordFault, match=r"^record 1, at byte 21, has a wrong checksum of its da"):
        list(read_records(file))
    file.write_bytes(content[:-1])
    with pytest.raises(RecordFault, match="record 1, at byte 21, is cut off: 9 of 10 bytes after"):
        list(read_records(file))


def test_a_length_that_cannot_be_is_not_believed(file):
    length = struct.pack("<Q", 2**62)
    file.write_bytes(length + struct.pack("<I", masked_crc32c(length)) + b"data")
    with pytest.raises(RecordFault, match="is cut off"):
        list(read_records(file))


def test_a_file_that_is_something_else_is_faulty_at_its_first_byte(file):
    file.write_text("This is a letter, not a shard.")
    with pytest.raises(RecordFault, match="record 0, at byte 0, has a wrong checksum of its len"):
        list(read_records(file))


def test_an_empty_file_holds_no_records(file):
    file.write_bytes(b"")
    assert list(read_records(file)) == []


def test_a_missing_file_is_an_error_in_words(tmp_path):
    with pytest.raises(MediaError, match="cannot be read: No such file"):
        list(read_records(tmp_path / "nowhere.tfrecord"))


def test_a_writer_that_fails_leaves_no_file(tmp_path):
    def records():
        yield b"one"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_records(tmp_path / "part.tfrecord", records())
    assert not list(tmp_path.iterdir())


def test_no_tensorflow_is_needed():
    code = "import sys, tfrepro.media.tfrecord, tfrepro.media.tf_example as e; "
    code += "print(len(e.encode_example({'id': [b'a']})), 'tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split()[1:] == ["False"], done.stderr


def test_tensorflow_writes_and_reads_the_same_bytes(tmp_path):
    import tensorflow as tf

    records = [b"", b"one", bytes(range(256)) * 40]
    write_records(tmp_path / "ours", records)
    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for data in records:
            writer.write(data)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    theirs = tf.data.TFRecordDataset(str(tmp_path / "ours"))
    assert [data.numpy() for data in theirs] == list(read_records(tmp_path / "theirs"))


@pytest.mark.real
def test_tensorflow_finds_the_same_records_in_a_real_shard(real_data):
    import tensorflow as tf

    shard = real_data / "yt8m" / "validate0000.tfrecord"
    theirs = tf.data.TFRecordDataset(str(shard))
    assert [data.numpy() for data in theirs] == list(read_records(shard))
