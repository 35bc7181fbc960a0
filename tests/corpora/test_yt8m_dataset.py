"""The ``tf.data`` pipeline gives what a plain loop over records gives, and nothing else."""

import numpy as np
import pytest

from tfrepro.corpora.yt8m_shards import read_shard, survey


@pytest.fixture(scope="module")
def dataset():
    """The module under test, imported late: TensorFlow takes seconds to start."""
    from tfrepro.corpora import yt8m_dataset

    return yt8m_dataset


def surveyed(files):
    return survey(files, on_corrupt="skip", progress=False)[0]


def gather(batches):
    """Ids, labels, mean_rgb and mean_audio of all batches."""
    batches = list(batches)
    return (
        [name.decode() for batch in batches for name in batch["id"].numpy()],
        [labels for batch in batches for labels in batch["labels"].to_list()],
        np.concatenate([batch["mean_rgb"].numpy() for batch in batches]),
        np.concatenate([batch["mean_audio"].numpy() for batch in batches]),
    )


def plain_loop(files, id_key="id"):
    """The same, a record at a time, by TensorFlow's own means."""
    import tensorflow as tf

    found = []
    for data in tf.data.TFRecordDataset([str(file) for file in files]):
        feature = tf.train.Example.FromString(data.numpy()).features.feature
        found.append(
            (
                feature[id_key].bytes_list.value[0].decode(),
                list(feature["labels"].int64_list.value),
                np.array(feature["mean_rgb"].float_list.value, np.float32),
                np.array(feature["mean_audio"].float_list.value, np.float32),
            )
        )
    ids, labels, visual, acoustic = zip(*found, strict=True)
    return list(ids), list(labels), np.stack(visual), np.stack(acoustic)


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


@pytest.mark.parametrize("id_key", ["id", "video_id"])
def test_batches_are_the_records_of_a_plain_loop(dataset, shard, video, id_key):
    files = [
        shard(name, [video(f"{name}{i}", range(i % 3, 5), id_key=id_key) for i in range(count)])
        for name, count in (("a", 7), ("b", 1), ("c", 5))
    ]
    batches = list(dataset.video_batches(surveyed(files), 4))
    assert [len(batch["id"]) for batch in batches] == [4, 4, 4, 1]
    assert_same(gather(batches), plain_loop(files, id_key))


def test_a_batch_has_known_widths_and_types(dataset, shard, video):
    spec = dataset.video_batches(surveyed([shard("a", [video("0000")])])).element_spec
    assert set(spec) == {"id", "labels", "mean_rgb", "mean_audio"}
    assert spec["mean_rgb"].shape.as_list() == [None, 1024]
    assert spec["mean_audio"].shape.as_list() == [None, 128]
    assert spec["labels"].dtype.name == "int64"


def test_faults_and_misfits_are_not_in_the_batches(dataset, shard, video, damage):
    good = [video(f"{number:04d}") for number in range(8)]
    broken = shard("a", [video("x", ()), *good[:3], video("y", (9999,)), *good[3:6], good[0]])
    damage(broken, 8)
    ids, *_ = gather(dataset.video_batches(surveyed([broken, shard("b", good[6:])]), 3))
    assert ids == [f"{number:04d}" for number in range(8)]


def test_frames_come_as_their_mean_from_both_readers(dataset, shard, frames):
    rng = np.random.default_rng(0)
    codes = [
        (rng.integers(0, 256, (n, 1024), np.uint8), rng.integers(0, 256, (n, 128), np.uint8))
        for n in (3, 1, 300, 7, 5)
    ]
    file = shard("a", [frames(f"{i:04d}", *code, range(i + 1)) for i, code in enumerate(codes)])
    found = gather(dataset.video_batches(surveyed([file]), 2))
    expected = [[(x * (4 / 255) + 4 / 512 - 2).mean(axis=0) for x in code] for code in codes]
    assert found[1] == [list(range(i + 1)) for i in range(5)]
    ours = read_shard(file)
    for i, vectors in enumerate(zip(*expected, strict=True)):
        assert np.allclose(found[2 + i], vectors, rtol=0, atol=1e-6)
        assert np.allclose((ours.visual, ours.acoustic)[i], vectors, rtol=0, atol=1e-6)


def test_label_indicators_are_ones_at_the_labels(dataset):
    import tensorflow as tf

    labels = tf.ragged.constant([[3, 1], [0], [], [2, 2]], dtype=tf.int64)
    indicators = dataset.label_indicators(labels, 5)
    assert indicators.dense_shape.numpy().tolist() == [4, 5]
    assert tf.sparse.to_dense(indicators).numpy().tolist() == [
        [0, 1, 0, 1, 0],
        [1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
    ]


def test_no_shards_are_refused(dataset):
    with pytest.raises(ValueError, match="no shards"):
        dataset.video_batches([])


@pytest.mark.real
def test_three_readers_agree_on_real_shards(dataset, real_data):
    files = sorted((real_data / "yt8m").glob("*.tfrecord"))[:4]
    expected = plain_loop(files)
    assert_same(gather(dataset.video_batches(surveyed(files))), expected)
    ours = [read_shard(file) for file in files]
    assert [name for one in ours for name in one.ids] == expected[0]
    assert [labels for one in ours for labels in one.labels] == expected[1]
    assert np.array_equal(np.concatenate([one.visual for one in ours]), expected[2])
    assert np.array_equal(np.concatenate([one.acoustic for one in ours]), expected[3])


@pytest.mark.real
def test_all_real_videos_come_through_the_pipeline(dataset, real_data):
    files = sorted((real_data / "yt8m").glob("*.tfrecord"))
    batches = dataset.video_batches(surveyed(files))
    assert sum(len(batch["id"]) for batch in batches) == 15237
