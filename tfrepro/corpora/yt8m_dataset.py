"""YouTube-8M shards -> batches of videos, as a ``tf.data`` pipeline.

What makes it fast is parsing a whole batch of records in one operation, in
parallel with reading; a loop over records spends its time in Python.

Frames are dequantised and averaged to one vector a video, so that both levels
give the same batches.
"""

from collections.abc import Sequence

import tensorflow as tf

from tfrepro.corpora.yt8m_records import ACOUSTIC, VISUAL, Schema, dequantise
from tfrepro.corpora.yt8m_shards import Shard

# A video is 4.6 kB at video level, and up to 345 kB at frame level, 1.4 MB as float32.
BATCH = {"video": 1024, "frame": 32}
# Looking for Python control flow, of which there is none here, costs more than tracing.
_plain = tf.autograph.experimental.do_not_convert


def video_batches(shards: Sequence[Shard], batch_size: int | None = None) -> tf.data.Dataset:
    """The usable videos of surveyed shards, in the order of shards and records.

    Parameters
    ----------
    shards : from :func:`tfrepro.corpora.yt8m_shards.survey`, of one schema
    batch_size : videos in all batches but the last; by default 1,024, and 32 at
        frame level, where a batch of frames must fit the memory

    Returns
    -------
    A dataset of dicts, for batches of B videos:

    ==============  ==========================================================
    ``id``          (B,) string
    ``labels``      (B, None) int64, ragged: label numbers in the record's order
    ``mean_rgb``    (B, 1024) float32
    ``mean_audio``  (B, 128) float32
    ==============  ==========================================================

    ValueError if there are no shards.
    """
    if not shards:
        raise ValueError("no shards")
    schema = shards[0].schema
    runs = [(str(shard.file), *run) for shard in shards for run in shard.runs]
    files, firsts, counts = (list(column) for column in zip(*runs, strict=True))
    records = tf.data.Dataset.from_tensor_slices(
        (files, tf.constant(firsts, tf.int64), tf.constant(counts, tf.int64))
    ).flat_map(_run)
    return (
        records.batch(batch_size or BATCH[schema.level])
        .map(_parser(schema), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def label_indicators(labels: tf.RaggedTensor, classes: int) -> tf.SparseTensor:
    """Ones where a video has a label: (B, classes) sparse float32, from (B, None) ragged."""
    ones = tf.sparse.bincount(
        labels, minlength=classes, maxlength=classes, axis=-1, binary_output=True
    )
    return tf.cast(ones, tf.float32)


@_plain
def _run(file: tf.Tensor, first: tf.Tensor, count: tf.Tensor) -> tf.data.Dataset:
    return tf.data.TFRecordDataset(file).skip(first).take(count)


def _parser(schema: Schema):
    """The function from a batch of records to a batch of videos."""
    context = {
        schema.id_key: tf.io.FixedLenFeature([], tf.string),
        "labels": tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64),
    }
    means = {
        "mean_rgb": tf.io.FixedLenFeature([VISUAL], tf.float32),
        "mean_audio": tf.io.FixedLenFeature([ACOUSTIC], tf.float32),
    }
    frames = {
        "rgb": tf.io.FixedLenSequenceFeature([], tf.string),
        "audio": tf.io.FixedLenSequenceFeature([], tf.string),
    }

    @_plain
    def parse_videos(records: tf.Tensor) -> dict[str, tf.Tensor]:
        found = tf.io.parse_example(records, context | means)
        return {"id": found.pop(schema.id_key), **found}

    @_plain
    def parse_frames(records: tf.Tensor) -> dict[str, tf.Tensor]:
        found, padded, lengths = tf.io.parse_sequence_example(records, context, frames)
        return {
            "id": found.pop(schema.id_key),
            **found,
            "mean_rgb": _mean_frame(padded["rgb"], lengths["rgb"], VISUAL),
            "mean_audio": _mean_frame(padded["audio"], lengths["audio"], ACOUSTIC),
        }

    return parse_videos if schema.level == "video" else parse_frames


def _mean_frame(frames: tf.Tensor, lengths: tf.Tensor, size: int) -> tf.Tensor:
    """The mean of each video's dequantised frames: (B, T) strings, (B,) -> (B, size) float32.

    Dequantising is affine, so the mean of the bytes is taken first: their sums
    are whole numbers below 2**24, which float32 adds without rounding.
    """
    present = tf.sequence_mask(lengths, tf.shape(frames)[1])
    codes = tf.io.decode_raw(tf.boolean_mask(frames, present), tf.uint8)
    video = tf.repeat(tf.range(tf.size(lengths)), lengths)
    means = tf.math.segment_mean(tf.cast(codes, tf.float32), video)
    return tf.ensure_shape(dequantise(means), (None, size))
