"""Converted weights come back as they are, from every kind of file; no pickle runs."""

import os
import pickle
import struct

import numpy as np
import pytest

from tfrepro.errors import UserError
from tfrepro.features.visual.alexnet import AlexNet
from tfrepro.features.visual.caffe_weights import read_caffe_weights

SHAPES = {
    "conv1": [(3, 3, 2, 4), (4,)],
    "conv2": [(2, 2, 2, 6), (6,)],
    "fc6": [(2 * 5 * 6, 8), (8,)],
    "fc7": [(8, 7), (7,)],
}


class Python2Pickler(pickle._Pickler):
    """Writes strings and bytes alike, as Python 2 did."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012

    def save_string(self, value):
        data = value.encode("latin1") if isinstance(value, str) else value
        self.write(b"T" + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    dispatch[bytes] = dispatch[str] = save_string


def some_weights(shapes):
    rng = np.random.default_rng(0)
    return {
        name: [rng.normal(0, 0.1, shape).astype(np.float32) for shape in pair]
        for name, pair in shapes.items()
    }


def in_caffe_order(weights, rows, columns):
    """The kernels as Caffe stores them; ``fc6`` sees maps of rows by columns."""
    turned = {}
    for name, (kernel, bias) in weights.items():
        if kernel.ndim == 4:
            kernel = kernel.transpose(3, 2, 0, 1)
        elif name == "fc6":
            kernel = kernel.reshape(rows, columns, -1, len(bias)).transpose(3, 2, 0, 1)
            kernel = kernel.reshape(len(bias), -1)
        else:
            kernel = kernel.T
        turned[name] = [kernel, bias]
    return turned


def save_npy(file, value):
    np.save(file, np.array(value, object), allow_pickle=True)


def save_npz(file, weights):
    named = {f"{name}_{part}": x for name in weights for part, x in zip("Wb", weights[name])}  # noqa: B905
    np.savez(file, **named)


def check_same(found, weights):
    assert list(found) == list(weights)
    for name, pair in weights.items():
        for x, y in zip(found[name], pair, strict=True):
            assert x.dtype == np.float32
            np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("caffe", [False, True])
@pytest.mark.parametrize("save", [save_npy, save_npz])
def test_weights_come_back_in_keras_order(tmp_path, save, caffe):
    weights = some_weights(SHAPES)
    file = tmp_path / ("w.npy" if save is save_npy else "w.npz")
    more = {"fc8": [np.ones((7, 1)), np.ones(1)]}
    save(file, (in_caffe_order(weights, 2, 5) if caffe else weights) | more)
    check_same(read_caffe_weights(file, SHAPES), weights)


@pytest.mark.parametrize("module", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_a_file_of_python_2_or_of_numpy_2_is_read(tmp_path, module):
    weights = some_weights(SHAPES)
    save_npy(tmp_path / "new.npy", {})
    header = (tmp_path / "new.npy").read_bytes()[:128]
    assert header.endswith(b"\n")
    with open(tmp_path / "old.pickle", "wb") as stream:
        Python2Pickler(stream, protocol=2).dump(np.array(weights, object))
    content = (tmp_path / "old.pickle").read_bytes()
    content = content.replace(b"numpy.core.multiarray", module)
    content = content.replace(b"numpy._core.multiarray", module)
    file = tmp_path / "old.npy"
    file.write_bytes(header + content)
    check_same(read_caffe_weights(file, SHAPES), weights)


def test_alexnet_gives_the_same_vectors_from_every_kind_of_file(tmp_path):
    source = AlexNet("random", 3, width=1 / 16)
    frames = np.random.default_rng(1).integers(0, 256, (2, 227, 227, 3), dtype=np.uint8)
    expected = source(frames)
    weights = {x.name: x.get_weights() for x in source.network.layers if x.get_weights()}
    save_npy(tmp_path / "w.npy", weights)
    save_npz(tmp_path / "w.npz", in_caffe_order(weights, 6, 6))
    for name in ("w.npy", "w.npz"):
        np.testing.assert_array_equal(AlexNet(tmp_path / name, 0, 1 / 16)(frames), expected)
    with pytest.raises(UserError, match=r"w\.npy: conv1 has a kernel of .*\(11, 11, 3, 12\)"):
        _ = AlexNet(tmp_path / "w.npy", 0, 1 / 8).network


class Runs:
    """Unpickled by pickle itself, this leaves a file behind."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.system, (f"touch {self.file}",)


def test_a_pickle_that_runs_a_command_is_refused_and_nothing_runs(tmp_path):
    left = tmp_path / "left"
    save_npy(tmp_path / "w.npy", {"conv1": Runs(f"'{left}'")})
    with pytest.raises(UserError, match=r"not a file of Caffe weights \(it asks for \w+\.system"):
        read_caffe_weights(tmp_path / "w.npy", SHAPES)
    np.savez(tmp_path / "w.npz", conv1_W=np.array(Runs(f"'{left}'"), object), conv1_b=np.ones(4))
    with pytest.raises(UserError, match="not a file of Caffe weights"):
        read_caffe_weights(tmp_path / "w.npz", SHAPES)
    assert not left.exists()


def test_missing_layers_and_wrong_shapes_are_named(tmp_path):
    weights = some_weights(SHAPES)
    file = tmp_path / "w.npz"
    save_npz(file, {name: weights[name] for name in ("conv1", "fc6")})
    with pytest.raises(UserError, match=r"w\.npz: has no kernel and bias of conv2, fc7$"):
        read_caffe_weights(file, SHAPES)
    save_npz(file, weights | {"fc7": [np.ones((8, 9)), np.ones(7)]})
    with pytest.raises(UserError, match=r"fc7 has a kernel of \(8, 9\) .* must be \(8, 7\)"):
        read_caffe_weights(file, SHAPES)
    save_npz(file, in_caffe_order(weights, 2, 5) | {"fc7": [np.ones((8, 7)), np.ones(7)]})
    with pytest.raises(UserError, match=r"fc7 has a kernel of \(8, 7\) .* must be \(7, 8\)"):
        read_caffe_weights(file, SHAPES)


@pytest.mark.parametrize(
    "value",
    [
        3,
        [1, 2],
        dict.fromkeys(SHAPES),
        {name: [1] for name in SHAPES},
        {name: ["a", "b"] for name in SHAPES},
    ],
)
def test_a_pickle_of_something_else_is_refused(tmp_path, value):
    save_npy(tmp_path / "w.npy", value)
    with pytest.raises(UserError, match=r"w\.npy"):
        read_caffe_weights(tmp_path / "w.npy", SHAPES)


def test_files_of_another_kind_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"gone\.npy: missing"):
        read_caffe_weights(tmp_path / "gone.npy", SHAPES)
    np.save(tmp_path / "plain.npy", np.ones(3))
    with pytest.raises(UserError, match="one array of float64"):
        read_caffe_weights(tmp_path / "plain.npy", SHAPES)
    save_npy(tmp_path / "w.npy", some_weights(SHAPES))
    whole = (tmp_path / "w.npy").read_bytes()
    for content in (b"", b"PK", b"PK\x03\x04 and so on", b"no weights", whole[:-100], whole[:90]):
        (tmp_path / "odd").write_bytes(content)
        with pytest.raises(UserError, match="not a file of Caffe weights") as error:
            read_caffe_weights(tmp_path / "odd", SHAPES)
        assert "\n" not in str(error.value)
