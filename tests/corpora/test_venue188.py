"""VENUE-188: both released forms, read in pieces, and every way a file can be wrong."""

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfrepro.corpora import venue188
from tfrepro.corpora.hdf5_columns import Columns
from tfrepro.corpora.venue188 import read_venue188
from tfrepro.corpora.venue_names import read_venue_names
from tfrepro.errors import UserError

CLASSES = ("Pub", "Café", "Zoo", "Art Museum")
SIZES = {"train": 6, "valid": 3, "test": 5}


def values(rows, visual=4096, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, visual + 300)).astype(np.float32)


def split_form(visual=4096):
    """The nodes of a split file, in the types in which PyTables stores such arrays."""
    nodes = {}
    for number, (part, rows) in enumerate(SIZES.items()):
        nodes[f"X_{part}"] = values(rows, visual, seed=number)
        nodes[f"y_{part}"] = (np.arange(rows, dtype=np.int32) + number) % len(CLASSES)
        nodes[f"id_{part}"] = np.array([f"{part}{row}".encode() for row in range(rows)])
    return nodes


def whole_form(rows=30, visual=4096):
    return {"features": values(rows, visual), "labels": np.arange(rows, dtype=np.int32) % 3}


@pytest.fixture
def store(tmp_path):
    """``store(nodes)``: the HDF5 file of them; ``options`` say how the features lie."""

    def write(nodes, name="venue.h5", **options):
        with h5py.File(tmp_path / name, "w") as h5:
            for node, array in nodes.items():
                lies = options if np.ndim(array) == 2 and np.shape(array)[1] > 1 else {}
                h5.create_dataset(node, data=array, **lies)
        return tmp_path / name

    return write


def complaint(file, **options):
    with pytest.raises(UserError) as error:
        read_venue188(file, CLASSES, **options)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)
    return str(error.value)


# --- Both forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize("visual", [4096, 2048, 512])
def test_a_split_file_keeps_its_parts_labels_and_columns(store, visual):
    nodes = split_form(visual)
    venue = read_venue188(store(nodes), CLASSES)
    assert venue.index["split"].tolist() == ["train"] * 6 + ["valid"] * 3 + ["test"] * 5
    assert venue.index["id"].tolist()[5:8] == ["train5", "valid0", "valid1"]
    assert venue.index["label"].tolist()[:5] == ["Pub", "Café", "Zoo", "Art Museum", "Pub"]
    X = np.concatenate([nodes[f"X_{part}"] for part in SIZES])
    offsets = {"visual": 0, "acoustic": visual, "textual": visual + 200}
    for (name, start), width in zip(offsets.items(), (visual, 200, 100), strict=True):
        assert venue.arrays[name].shape == (14, width)
        np.testing.assert_array_equal(venue.arrays[name], X[:, start : start + width])


def test_the_older_file_has_neither_parts_nor_ids(store):
    nodes = whole_form()
    venue = read_venue188(store(nodes), CLASSES)
    assert venue.index.columns.tolist() == ["id", "label"]
    assert venue.index["id"].tolist()[:2] == ["venue-000000", "venue-000001"]
    assert venue.index["label"].tolist()[:4] == ["Pub", "Café", "Zoo", "Pub"]
    np.testing.assert_array_equal(venue.arrays["textual"][:], nodes["features"][:, 4296:])


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int16])
@pytest.mark.parametrize("options", [{}, {"chunks": (2, 64), "compression": "gzip"}])
def test_other_types_and_layouts_come_as_float32(store, kind, options):
    nodes = whole_form()
    nodes = {"features": nodes["features"].astype(kind), "labels": nodes["labels"][:, None] * 1.0}
    acoustic = read_venue188(store(nodes, **options), CLASSES).arrays["acoustic"]
    assert acoustic[:].dtype == np.float32
    np.testing.assert_array_equal(acoustic[:], nodes["features"][:, 4096:4296].astype(np.float32))


def test_ids_that_number_the_rows_get_the_name_of_their_part(store):
    for first in (0, 1):
        rows = {f"id_{part}": np.arange(first, first + n) for part, n in SIZES.items()}
        ids = read_venue188(store(split_form() | rows), CLASSES).index["id"]
        assert ids.tolist()[5:7] == [f"train-{5 + first}", f"valid-{first}"]


def test_ids_may_be_numbers(store):
    ids = {f"id_{part}": 1e6 * k + np.arange(n) for k, (part, n) in enumerate(SIZES.items(), 1)}
    index = read_venue188(store(split_form() | ids), CLASSES).index
    assert index["id"].tolist()[:2] == ["1000000", "1000001"]


# --- Wrong files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"y_valid": None}, "has no table 'y_valid'; it holds X_test, X_train"),
        ({"X_test": values(5, 2048)}, "/X_test has 2348 columns, /X_train has 4396"),
        ({"X_train": values(6, 100)}, "/X_train is float32 of shape (6, 400), must be"),
        ({"X_train": values(6)[0]}, "/X_train is float32 of shape (4396,)"),
        ({"X_train": np.full((6, 4396), b"x")}, "/X_train is |S1"),
        ({"X_train": values(7)}, "/id_train has shape (6,), must be 7 values"),
        ({"y_test": np.arange(4)}, "/y_test has shape (4,), must be 5 values"),
        ({"y_test": np.eye(5, 188)}, "/y_test has shape (5, 188)"),
        ({"y_test": np.array([0, 1, 2, 3, 4])}, "/y_test must hold class numbers from 0 to 3"),
        ({"y_test": np.array([0, 1, 2, 3, -1])}, "/y_test must hold class numbers"),
        ({"y_test": np.array([0, 1, 2, 3, 0.5])}, "/y_test must hold class numbers"),
        ({"y_test": np.array([0, 1, 2, 3, np.nan])}, "/y_test must hold class numbers"),
        ({"id_test": np.array(["train0", *"wxyz"], "S6")}, "with the id 'train0'"),
        ({"id_test": np.array([b"\xff", b"x1", b"x2", b"x3", b"x4"])}, "/id_test is not UTF-8"),
    ],
)
def test_a_split_file_that_cannot_be_is_refused(store, change, said):
    nodes = {name: array for name, array in (split_form() | change).items() if array is not None}
    assert said in complaint(store(nodes))


def test_a_foreign_file_is_refused(store, tmp_path):
    assert "it holds weights, VENUE-188 is X_train, " in complaint(store({"weights": np.eye(2)}))
    assert "it holds nothing" in complaint(store({}))
    assert "has no table 'labels'" in complaint(store({"features": values(2)}))
    assert "has no table 'features'" in complaint(store({"features/inner": values(2)}))
    assert "missing" in complaint(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("no such thing")
    assert "not a whole HDF5 file" in complaint(tmp_path / "text.h5")
    assert "not a whole HDF5 file" in complaint(tmp_path)


def test_the_width_asked_for_is_the_only_one_allowed(store):
    file = store(whole_form(3, visual=1000))
    assert "in 4396 or 2348 or 812 columns" in complaint(file)
    assert "in 2348 columns" in complaint(file, visual=2048)
    assert read_venue188(file, CLASSES, visual=1000).arrays["visual"].shape == (3, 1000)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_refused(store, share):
    file = store(whole_form(6, visual=512))
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    assert "not a whole HDF5 file" in complaint(file)


def test_a_damaged_file_is_refused(store):
    file = store(whole_form(2, visual=512))
    content = file.read_bytes()
    place = content.index(b"HEAP")
    file.write_bytes(content[:place] + b"JUNK" + content[place + 4 :])
    assert "damaged" in complaint(file)


def test_damaged_features_are_named_when_they_are_read(store):
    file = store(whole_form(8, visual=512), chunks=(8, 812), compression="gzip")
    with h5py.File(file) as h5:
        chunk = h5["features"].id.get_chunk_info(0)
    content = bytearray(file.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + 200] = bytes(200)
    file.write_bytes(content)
    venue = read_venue188(file, CLASSES)
    with pytest.raises(UserError, match=r"venue\.h5: /features cannot be read"):
        venue.arrays["visual"][:4]


# --- Columns --------------------------------------------------------------------------------------


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), block=st.integers(1, 20))
def test_columns_are_indexed_like_an_array(store, data, block):
    nodes = {"a": np.arange(20.0).reshape(4, 5), "b": np.zeros((0, 5)), "c": -np.eye(7, 5)}
    whole = np.concatenate(list(nodes.values()))[:, 1:4].astype(np.float32)
    columns = Columns(store(nodes), {name: len(x) for name, x in nodes.items()}, 1, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tfrepro.corpora.hdf5_columns.BLOCK", block)
        rows = data.draw(st.slices(11) | st.lists(st.integers(-11, 10), min_size=1).map(np.array))
        np.testing.assert_array_equal(columns[rows], whole[rows])
    np.testing.assert_array_equal(columns[whole[:, 0] > 0], whole[whole[:, 0] > 0])
    assert np.asarray(columns).dtype == np.float32


@pytest.mark.real
def test_the_released_names_are_188_numbered_from_one(real_data):
    classes = read_venue_names(real_data / "venue" / "leaf_venue_name.txt")
    assert len(classes) == len(set(classes)) == 188
    assert (classes[0], classes[49], classes[187]) == ("Animal Shelter", "Café", "Beer Garden")


@pytest.mark.real
def test_a_file_with_all_188_classes_gets_their_names(store, real_data):
    classes = read_venue_names(real_data / "venue" / "leaf_venue_name.txt")
    nodes = {"features": values(188, 512), "labels": np.arange(188)}
    assert read_venue188(store(nodes), classes).index["label"].tolist() == list(classes)
    with pytest.raises(UserError, match="from 0 to 187"):
        read_venue188(store(nodes | {"labels": np.arange(1, 189)}), classes)


def test_the_card_says_it_is_the_papers_own_data():
    assert venue188.CARD.stands_in_for is None
