"""Extractors are named, described and sent to workers without loading anything."""

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tfrepro.errors import UserError
from tfrepro.features.tflite import TfliteModel
from tfrepro.features.visual.alexnet import AlexNet
from tfrepro.features.visual.extractor import check_frames, make_extractor
from tfrepro.features.visual.resnet50 import ResNet50
from tfrepro.files import sha256

MODULES = (
    "tfrepro.features.visual.extractor",
    "tfrepro.features.visual.alexnet",
    "tfrepro.features.visual.caffe_weights",
    "tfrepro.features.visual.resnet50",
    "tfrepro.features.tflite",
    "tfrepro.features.audioset",
)


def test_importing_and_making_extractors_imports_no_framework():
    code = f"import sys, {', '.join(MODULES)}\n"
    code += "make = tfrepro.features.visual.extractor.make_extractor\n"
    code += "for name in ('alexnet', 'resnet50'): make(name, 'random', 1).describe()\n"
    code += "sys.exit(str({'tensorflow', 'keras'} & set(sys.modules) or ''))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stderr.strip() == ""


def test_a_name_and_weights_make_an_extractor(tmp_path):
    file = tmp_path / "weights"
    file.write_bytes(b"some")
    assert make_extractor("alexnet", "random", 3) == AlexNet("random", 3)
    assert make_extractor("alexnet", str(file), 3) == AlexNet(file, 3)
    assert make_extractor("resnet50", "imagenet", 3) == ResNet50("imagenet", 3)
    assert make_extractor("tflite", file, 3) == TfliteModel(file)


@pytest.mark.parametrize(
    ("name", "weights", "complaint"),
    [
        ("vgg", "random", r"extractor = 'vgg': must be one of alexnet, resnet50, tflite, handmade"),
        ("alexnet", "imagenet", r"extractor = 'alexnet': has no 'imagenet' weights; name"),
        ("tflite", "random", "'tflite': has no"),
        ("tflite", "imagenet", "'tflite': has no"),
        ("resnet50", "no/such.h5", r"no/such\.h5: missing; resnet50"),
        ("alexnet", ".", "missing"),
        ("alexnet", "", "missing"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(name, weights, complaint):
    with pytest.raises(UserError, match=complaint):
        make_extractor(name, weights, 0)


def test_a_description_says_where_the_weights_come_from(tmp_path):
    file = tmp_path / "some.npy"
    file.write_bytes(b"weights")
    told = {"file": "some.npy", "sha256": sha256(file)}
    assert make_extractor("alexnet", file, 0).describe() == {
        "name": "alexnet",
        "weights": told,
        "version": 1,
    }
    assert make_extractor("tflite", file, 0).describe()["weights"] == told
    assert make_extractor("resnet50", "imagenet", 0).describe()["weights"] == "imagenet"
    assert make_extractor("resnet50", "random", 7).describe()["weights"] == "random (seed 7)"
    with pytest.raises(UserError, match=r"gone\.tflite: cannot be read \(No such file"):
        TfliteModel(tmp_path / "gone.tflite").describe()


def test_a_used_extractor_pickles_to_a_few_bytes_and_works_again():
    extractor = AlexNet("random", 5, width=1 / 16)
    frames = np.random.default_rng(0).integers(0, 256, (2, 227, 227, 3), dtype=np.uint8)
    vectors = extractor(frames)
    pickled = pickle.dumps(extractor)
    assert len(pickled) < 500
    again = pickle.loads(pickled)
    assert again == extractor
    np.testing.assert_array_equal(again(frames), vectors)


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 30, 20, 3), np.uint8),
        np.zeros((2, 20, 30, 3), np.float32),
        np.zeros((20, 30, 3), np.uint8),
        np.zeros((2, 20, 30, 4), np.uint8),
    ],
)
def test_frames_of_another_kind_are_refused(frames):
    check_frames(np.zeros((0, 20, 30, 3), np.uint8), (20, 30))
    with pytest.raises(ValueError, match=r"must be \(T, 20, 30, 3\) uint8"):
        check_frames(frames, (20, 30))


def test_equal_extractors_share_a_network_in_a_thread_and_other_threads_do_not():
    one = AlexNet("random", 0, 1 / 16)
    assert pickle.loads(pickle.dumps(one)).network is one.network
    assert AlexNet("random", 1, 1 / 16).network is not one.network
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: one.network).result() is not one.network
