"""The hand-made extractor is its three descriptors, each of length one."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

from tfrepro.features.visual.descriptors import colour_histogram, hog
from tfrepro.features.visual.handmade import HandMade

GRADIENTS, COLOURS = slice(72), slice(72, 136)
TEXTURES = slice(136, 844)


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)


def test_a_batch_is_one_by_one(frames):
    extractor = HandMade()
    vectors = extractor(frames)
    assert vectors.shape == (3, extractor.dimension) == (3, 844)
    assert vectors.dtype == np.float32
    for frame, vector in zip(frames, vectors, strict=True):
        np.testing.assert_array_equal(extractor(frame[None])[0], vector)
    assert extractor(frames[:0]).shape == (0, 844)


def test_each_descriptor_has_length_one_and_a_place(frames):
    vectors = HandMade()(frames)
    for part in (GRADIENTS, COLOURS, TEXTURES):
        np.testing.assert_allclose(np.linalg.norm(vectors[:, part], axis=1), 1, rtol=1e-5)
    gradients = hog(frames[1], cell=48, orientations=18, block=2)
    np.testing.assert_array_equal(vectors[1, GRADIENTS], gradients)
    colours = colour_histogram(frames[1], bins=(4, 4, 4))
    np.testing.assert_allclose(vectors[1, COLOURS] ** 2, colours, rtol=1e-5)


def test_a_flat_frame_has_a_colour_and_no_gradients():
    vectors = HandMade()(np.full((1, 96, 96, 3), (250, 0, 0), np.uint8))
    assert not vectors[0, GRADIENTS].any()
    assert np.flatnonzero(vectors[0, COLOURS]).tolist() == [3 * 16]
    # One pattern in each of 2 x 2 cells at each of three radii.
    np.testing.assert_allclose(np.unique(vectors[0, TEXTURES]), [0, np.sqrt(1 / 12)], rtol=1e-6)


def test_textures_and_gradients_tell_pictures_apart_that_colours_do_not():
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[np.arange(96) % 6 < 3] = 255
    level, upright = HandMade()(np.stack([stripes, stripes.transpose(1, 0, 2)]))
    np.testing.assert_array_equal(level[COLOURS], upright[COLOURS])
    assert level[GRADIENTS] @ upright[GRADIENTS] == 0
    assert level[TEXTURES] @ upright[TEXTURES] < 0.8


@pytest.mark.parametrize(
    "frames", [np.zeros((2, 96, 96), np.uint8), np.zeros((2, 64, 96, 3), np.uint8)]
)
def test_frames_of_another_kind_are_refused(frames):
    with pytest.raises(ValueError, match=r"must be \(T, 96, 96, 3\) uint8"):
        HandMade()(frames)


def test_it_has_no_weights_and_pickles_to_a_few_bytes():
    assert HandMade().describe() == {"name": "handmade", "weights": "none", "version": 1}
    pickled = pickle.dumps(HandMade())
    assert len(pickled) < 100
    assert pickle.loads(pickled) == HandMade()


def test_it_imports_no_framework():
    code = "import sys, numpy, tfrepro.features.visual.handmade as handmade\n"
    code += "handmade.HandMade()(numpy.zeros((1, 96, 96, 3), numpy.uint8))\n"
    code += "sys.exit(str({'tensorflow', 'keras', 'jax'} & set(sys.modules) or ''))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stderr.strip() == ""
