"""ResNet-50 is Keras' own, with seeded, downloaded or given weights."""

import keras
import numpy as np
import pytest

from tfrepro.errors import UserError
from tfrepro.features.visual.resnet50 import ResNet50


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def drawn():
    return ResNet50("random", 1)


def first_kernel(extractor):
    return extractor.network.get_layer("conv1_conv").kernel.numpy()


def test_random_weights_follow_the_seed_and_keep_the_scale(drawn, frames):
    vectors = drawn(frames)
    assert vectors.shape == (2, drawn.dimension) == (2, 2048)
    assert vectors.dtype == np.float32
    assert 0.1 < vectors.std() < 1000
    own, same, other = (
        first_kernel(x) for x in (drawn, ResNet50("random", 1), ResNet50("random", 2))
    )
    np.testing.assert_array_equal(own, same)
    assert not np.allclose(own, other)


def test_a_file_gives_the_network_it_was_saved_from(tmp_path, drawn, frames):
    file = tmp_path / "notop.weights.h5"
    drawn.network.save_weights(file)
    np.testing.assert_allclose(ResNet50(file, 9)(frames), drawn(frames), rtol=1e-5)


def test_a_file_of_something_else_is_refused(tmp_path):
    small = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    small.save_weights(tmp_path / "small.weights.h5")
    (tmp_path / "text.h5").write_bytes(b"no weights")
    for name in ("small.weights.h5", "text.h5"):
        with pytest.raises(UserError, match=f"{name}: not weights of ResNet-50") as error:
            _ = ResNet50(tmp_path / name, 0).network
        assert "\n" not in str(error.value)


def test_a_failed_download_says_what_to_do(monkeypatch):
    def fail(**_):
        raise Exception("URL fetch failure on\nsome address")

    monkeypatch.setattr(keras.applications, "ResNet50", fail)
    with pytest.raises(UserError, match=r"resnet50.*fetch failure on some address.*name the file"):
        _ = ResNet50("imagenet", 0).network


def test_frames_are_prepared_as_for_caffe():
    frames = np.full((1, 224, 224, 3), (10, 20, 30), np.uint8)
    prepared = ResNet50("random", 0).prepare(frames)
    np.testing.assert_allclose(
        prepared[0, 0, 0], np.array([30 - 103.939, 20 - 116.779, 10 - 123.68]), rtol=1e-5
    )
    assert frames[0, 0, 0].tolist() == [10, 20, 30]
