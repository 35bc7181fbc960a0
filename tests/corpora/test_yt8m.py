"""The converter makes of shards the feature set that a plain loop would make."""

import subprocess
import sys
from collections import Counter
from functools import partial

import numpy as np
import pandas as pd
import pytest

from tfrepro.corpora.yt8m import MODALITIES, convert
from tfrepro.corpora.yt8m_split import split_videos
from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.media.tf_example import parse_example
from tfrepro.media.tfrecord import read_records

VOCABULARY = pd.DataFrame(
    {"name": list("abcdef"), "vertical": ["Games", "Games", "Music", "Food", "Food", "Autos"]}
)


@pytest.fixture
def run(tmp_path):
    """``run(files)``: index, arrays and rejects, with one video held out."""

    def convert_files(files, on_corrupt="skip", vocabulary=VOCABULARY, test=1, jobs=1):
        return convert(
            files,
            vocabulary,
            tmp_path / "work",
            split=partial(split_videos, test=test, valid_share=0.1, seed=7),
            on_corrupt=on_corrupt,
            jobs=jobs,
            progress=False,
        )

    return convert_files


def test_the_index_says_who_what_and_where_from(run, shard, video):
    index, arrays, rejects = run(
        [
            shard("a", [video("02aa", [2, 5]), video("02AA", [0])]),
            shard("b", [video("p7aa", [3, 4, 5])]),
        ]
    )
    assert index["id"].tolist() == index["group"].tolist() == ["02aa", "02AA", "p7aa"]
    assert index["label"].tolist() == ["Music", "Games", "Food"]
    assert [list(labels) for labels in index["labels"]] == [[2, 5], [0], [3, 4, 5]]
    assert index["source"].tolist() == ["a.tfrecord", "a.tfrecord", "b.tfrecord"]
    assert Counter(index["split"]) == {"train": 2, "test": 1}
    assert {name: array.shape for name, array in arrays.items()} == {
        "visual": (3, 1024),
        "acoustic": (3, 128),
    }
    assert rejects.empty


def test_concepts_are_the_names_of_the_labels_whatever_the_vocabularys_order(run, shard, video):
    shuffled = VOCABULARY.sample(frac=1, random_state=1)
    for vocabulary in (VOCABULARY, shuffled):
        index, _, _ = run(
            [shard("a", [video("02aa", [2, 5]), video("02AA", [0]), video("p7aa", [3, 4, 5])])],
            vocabulary=vocabulary,
        )
        assert index["concepts"].tolist() == [["c", "f"], ["a"], ["d", "e", "f"]]


def test_it_equals_a_plain_loop_over_examples(run, shard, video):
    import tensorflow as tf

    files = [shard(name, [video(f"{name}{i}", [i % 6]) for i in range(9)]) for name in "abc"]
    index, arrays, _ = run(files)
    records = tf.data.TFRecordDataset([str(file) for file in files])
    for row, data in enumerate(records):
        feature = tf.train.Example.FromString(data.numpy()).features.feature
        assert index["id"][row] == feature["id"].bytes_list.value[0].decode()
        assert list(index["labels"][row]) == list(feature["labels"].int64_list.value)
        for name, key in (("visual", "mean_rgb"), ("acoustic", "mean_audio")):
            assert np.array_equal(arrays[name][row], np.float32(feature[key].float_list.value))
    assert len(index) == row + 1 == 27


def test_a_video_that_comes_again_is_dropped_and_named(run, shard, video):
    a = shard("a", [video("02aa"), video("p7aa"), video("02aa", [1])])
    b = shard("b", [video("tHaa"), video("p7aa", [2])])
    for on_corrupt in ("skip", "raise"):
        index, arrays, rejects = run([a, b], on_corrupt)
        assert index["id"].tolist() == ["02aa", "p7aa", "tHaa"]
        assert [list(labels) for labels in index["labels"]] == [[0], [0], [0]]
        assert len(arrays["visual"]) == 3
        assert rejects.to_numpy().tolist() == [
            ["a.tfrecord", "record 2 is video 02aa again, record 0 of a.tfrecord", 2],
            ["b.tfrecord", "record 1 is video p7aa again, record 1 of a.tfrecord", 1],
        ]


def test_rows_and_vectors_stay_together_around_faults(run, shard, video, damage):
    broken = shard("a", [video("w"), video("x", ()), video("y"), video("z")])
    damage(broken, 3)
    index, arrays, rejects = run([broken, shard("b", [video("w"), video("v")])])
    assert index["id"].tolist() == ["w", "y", "v"]
    for row, name in enumerate(index["id"]):
        features = parse_example(video(name)).context.feature
        assert arrays["visual"][row].tolist() == list(features["mean_rgb"].float_list.value)
        assert arrays["acoustic"][row].tolist() == list(features["mean_audio"].float_list.value)
    assert rejects["file"].tolist() == ["a.tfrecord", "a.tfrecord", "b.tfrecord"]
    assert rejects["records_before"].tolist() == [1, 2, 0]


def test_a_fault_is_fatal_if_so_set(run, shard, video, damage):
    broken = shard("a", [video("w"), video("x")])
    damage(broken, 1)
    with pytest.raises(UserError, match=r"a\.tfrecord: record 1, at byte \d+, has a wrong check"):
        run([broken], "raise")


def test_a_label_beyond_the_vocabulary_is_an_error(run, shard, video):
    with pytest.raises(UserError, match=r"a\.tfrecord: record 1 has label 6, which the vocab.* 6 "):
        run([shard("a", [video("w", [5]), video("x", [0, 6, 7])])])


def test_several_processes_give_the_same(run, shard, video):
    files = [shard(name, [video(f"{name}{i}", [i % 6]) for i in range(5)]) for name in "abc"]
    one, two = run(files), run(files, jobs=2)
    assert one[0].equals(two[0])
    assert np.array_equal(one[1]["visual"], two[1]["visual"])


def test_it_makes_a_feature_set_that_is_read_again(run, shard, video, damage, tmp_path):
    broken = shard("a", [video("w", [2, 3]), video("x"), video("y")])
    damage(broken, 2)
    index, arrays, rejects = run([broken])
    meta = {"modalities": MODALITIES}
    write_feature_set(tmp_path / "features", FeatureSet(index, arrays, meta, rejects=rejects))
    features = read_feature_set(tmp_path / "features")
    assert features.stack(["visual", "acoustic"]).shape == (2, 1152)
    assert features.index["labels"][0].tolist() == [2, 3]
    assert features.index["concepts"][0].tolist() == ["c", "d"]
    assert features.rejects["records_before"].tolist() == [2]


def test_no_tensorflow_is_started():
    code = "import sys, tfrepro.corpora.yt8m; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False"], done.stderr


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    """The real shards and their conversion."""
    files = sorted((real_data / "yt8m").glob("*.tfrecord"))
    vocabulary = read_vocabulary(real_data / "yt8m" / "vocabulary_v2_full.csv")

    def convert_files(files):
        return convert(
            files,
            vocabulary,
            tmp_path_factory.mktemp("work"),
            split=partial(split_videos, test=6144, valid_share=0.1, seed=7),
            on_corrupt="raise",
            progress=False,
        )

    return files, convert_files


@pytest.mark.real
def test_52_real_shards_hold_15237_videos_and_6144_are_held_out(real):
    files, convert_files = real
    index, arrays, rejects = convert_files(files)
    assert (len(files), len(index), len(rejects)) == (52, 15237, 0)
    assert Counter(index["split"]) == {"test": 6144, "train": 9093 - 909, "valid": 909}
    assert index["id"].is_unique
    assert index["label"].nunique() == 25
    assert index["source"].nunique() == 52
    for row in (0, 7_000, 15_236):
        file = next(file for file in files if file.name == index["source"][row])
        place = row - index.index[index["source"] == file.name][0]
        record = parse_example(list(read_records(file))[place]).context.feature
        assert arrays["visual"][row].tolist() == list(record["mean_rgb"].float_list.value)


@pytest.mark.real
def test_the_real_split_does_not_depend_on_the_order_of_shards(real):
    files, convert_files = real
    one, _, _ = convert_files(files)
    other, _, _ = convert_files(files[::-1])
    assert one["id"].tolist() != other["id"].tolist()
    assert one.set_index("id")["split"].equals(other.set_index("id")["split"].loc[one["id"]])
