"""Messages mean the same to us and to TensorFlow."""

import numpy as np
import pytest

from tfrepro.media.errors import MediaError
from tfrepro.media.tf_example import encode_example, encode_sequence_example, parse_example

FEATURES = {
    "id": [b"02aa"],
    "labels": np.array([3, 4, 2**40]),
    "mean_rgb": np.linspace(-2, 2, 7, dtype=np.float32),
}


@pytest.fixture(scope="module")
def train():
    import tensorflow as tf

    return tf.train


def test_tensorflow_understands_our_examples(train):
    found = train.Example.FromString(encode_example(FEATURES)).features.feature
    assert set(found) == set(FEATURES)
    assert list(found["id"].bytes_list.value) == FEATURES["id"]
    assert list(found["labels"].int64_list.value) == FEATURES["labels"].tolist()
    assert np.array_equal(np.float32(found["mean_rgb"].float_list.value), FEATURES["mean_rgb"])


def test_we_understand_tensorflows_examples(train):
    theirs = train.Example.FromString(encode_example(FEATURES))
    found = parse_example(theirs.SerializeToString())
    assert list(found.context.feature["labels"].int64_list.value) == [3, 4, 2**40]
    assert not found.feature_lists.feature_list


def test_sequences_go_both_ways(train):
    data = encode_sequence_example(FEATURES, {"rgb": [[b"one"], [b"two"]]})
    theirs = train.SequenceExample.FromString(data)
    steps = parse_example(theirs.SerializeToString()).feature_lists.feature_list["rgb"].feature
    assert [step.bytes_list.value[0] for step in steps] == [b"one", b"two"]
    assert theirs.context.feature["id"].bytes_list.value[0] == b"02aa"


def test_the_same_features_are_the_same_bytes():
    reversed_order = dict(reversed(FEATURES.items()))
    assert encode_example(FEATURES) == encode_example(reversed_order)


def test_other_bytes_are_no_example():
    with pytest.raises(MediaError, match=r"is no tf\.train\.Example"):
        parse_example(b"\xff\xff\xff")
