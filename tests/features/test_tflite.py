"""Any TFLite image model gives vectors; a file of another kind gives an error, not a crash."""

import pickle

import av
import numpy as np
import pytest
import tensorflow as tf

from tfrepro.errors import UserError
from tfrepro.features.tflite import TfliteModel, open_interpreter

EMBEDDING = "pretrained/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
CLASSES = "pretrained/mobilenet_v2_1.0_224_quant.tflite"
IMAGE = (1, 4, 6, 3)


def convert(file, function, *shapes, quantised=False):
    """Write ``function`` of inputs with these shapes as a TFLite file."""
    inputs = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    module = tf.Module()
    module.call = tf.function(function, input_signature=inputs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.call.get_concrete_function()], module
    )
    if quantised:
        ends = [np.full(shapes[0], x, np.float32) for x in (-1, 1)]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x] for x in ends)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = quantised
    file.write_bytes(converter.convert())
    return file


def mean_colour(image):
    return tf.reduce_mean(image, axis=[1, 2])


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(0).integers(0, 256, (5, *IMAGE[1:]), dtype=np.uint8)


@pytest.fixture(scope="module")
def colour_file(tmp_path_factory):
    return convert(tmp_path_factory.mktemp("tflite") / "colour.tflite", mean_colour, IMAGE)


@pytest.mark.parametrize("pixel_range", [(-1.0, 1.0), (0.0, 1.0), (0.0, 255.0)])
def test_a_float_model_sees_pixels_in_the_range_it_was_given(colour_file, frames, pixel_range):
    model = TfliteModel(colour_file, pixel_range)
    low, high = pixel_range
    expected = low + (high - low) * frames.mean(axis=(1, 2)) / 255
    vectors = model(frames)
    assert (model.size, model.dimension) == ((4, 6), 3)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, rtol=1e-4, atol=1e-5 * high)
    assert model(frames[:0]).shape == (0, 3)


def test_a_quantised_output_is_put_back_to_its_scale(tmp_path, frames):
    file = convert(tmp_path / "small.tflite", mean_colour, IMAGE, quantised=tf.uint8)
    expected = 2 * frames.mean(axis=(1, 2)) / 255 - 1
    np.testing.assert_allclose(TfliteModel(file)(frames), expected, atol=0.02)


def test_a_used_model_pickles_to_a_few_bytes_and_works_again(colour_file, frames):
    model = TfliteModel(colour_file)
    vectors = model(frames)
    pickled = pickle.dumps(model)
    assert len(pickled) < 500
    np.testing.assert_array_equal(pickle.loads(pickled)(frames), vectors)


def test_frames_of_another_size_are_refused(colour_file):
    with pytest.raises(ValueError, match=r"must be \(T, 4, 6, 3\) uint8"):
        TfliteModel(colour_file)(np.zeros((1, 6, 4, 3), np.uint8))


def test_models_that_are_no_extractor_are_refused(tmp_path):
    file = tmp_path / "odd.tflite"

    def complaint():
        with pytest.raises(UserError, match=r"odd\.tflite") as error:
            _ = TfliteModel(file).size
        return str(error.value)

    convert(file, lambda x, y: x + y, IMAGE, IMAGE)
    assert "has 2 inputs and 1 outputs" in complaint()
    convert(file, lambda x: (x + 1, x - 1), IMAGE)
    assert "has 1 inputs and 2 outputs" in complaint()
    convert(file, mean_colour, (1, None, None, 3))
    assert "takes [1, -1, -1, 3], must take images of a fixed size" in complaint()
    convert(file, lambda x: x + 1, (1, 15600))
    assert "takes [1, 15600]" in complaint()
    convert(file, mean_colour, IMAGE, quantised=tf.int8)
    assert "takes int8, must take uint8 or float32" in complaint()


def test_files_that_are_not_tflite_are_refused(tmp_path, colour_file):
    file = tmp_path / "odd.tflite"
    with pytest.raises(UserError, match=r"odd\.tflite: cannot be read \(No such file"):
        open_interpreter(file)
    whole = colour_file.read_bytes()
    for content in (b"", b"no model", b"\0\0\0\0TFL", bytes(1000)):
        file.write_bytes(content)
        with pytest.raises(UserError, match=r"odd\.tflite: not a TFLite file$"):
            open_interpreter(file)
    for length in (8, 40, len(whole) // 2, len(whole) - 8):
        file.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"odd\.tflite: is cut off or damaged") as error:
            open_interpreter(file)
        assert "\n" not in str(error.value)


@pytest.fixture(scope="module")
def vine_frames(real_data):
    """Every thirtieth frame of a Vine, squeezed to 224 x 224."""
    file = min((real_data / "vine").glob("*.mp4"))
    with av.open(str(file)) as container:
        some = [f for number, f in enumerate(container.decode(video=0)) if number % 30 == 0]
        return np.stack([f.to_ndarray(width=224, height=224, format="rgb24") for f in some])


@pytest.mark.real
def test_a_real_embedding_tells_frames_of_a_vine_apart(real_data, vine_frames):
    model = TfliteModel(real_data / EMBEDDING)
    assert (model.size, model.dimension) == ((224, 224), 1024)
    vectors = model(vine_frames)
    assert vectors.shape == (len(vine_frames), 1024)
    assert 0 <= vectors.min() < vectors.max() <= 6.01  # pooled ReLU6
    assert not np.array_equal(vectors[0], vectors[-1])
    np.testing.assert_array_equal(model(vine_frames[1:2]), vectors[1:2])


@pytest.mark.real
def test_a_real_classifier_gives_probabilities(real_data, vine_frames):
    scores = TfliteModel(real_data / CLASSES)(vine_frames)
    assert scores.shape == (len(vine_frames), 1001)
    np.testing.assert_array_equal(scores * 256, np.round(scores * 256))
    # Most of the thousand small ones round to zero.
    assert (scores.sum(axis=1) > 0.5).all()
    assert (scores.sum(axis=1) < 1.1).all()
