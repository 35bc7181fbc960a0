"""A feature set comes back as it was written, whole or not at all."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.features import feature_set
from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set


def make(rows=6, seed=0):
    """Three modalities, one of them a sequence, of so many items in three classes."""
    rng = np.random.default_rng(seed)
    index = pd.DataFrame(
        {
            "id": [f"item-{i}" for i in range(rows)],
            "label": [("c", "a", "b")[i % 3] for i in range(rows)],
            "fold": [1 + i % 2 for i in range(rows)],
            "concepts": [["x", "y"][: 1 + i % 2] for i in range(rows)],
            "motion_length": [1 + i % 4 for i in range(rows)],
        }
    )
    arrays = {
        "acoustic": rng.standard_normal((rows, 4)).astype(np.float32),
        "visual": rng.standard_normal((rows, 7)).astype(np.float32),
        "motion": rng.standard_normal((rows, 4, 2)).astype(np.float32),
    }
    meta = {
        "corpus": {"name": "toy", "title": "Toy: 玩具"},
        "modalities": {name: {"dimension": x.shape[-1]} for name, x in arrays.items()},
    }
    rejects = pd.DataFrame([["a, b.wav", 'is "cut off"']], columns=["file", "reason"])
    return FeatureSet(index, arrays, meta, rejects=rejects)


@pytest.fixture
def written(tmp_path):
    write_feature_set(tmp_path / "set", make())
    return tmp_path / "set"


def complaint(folder):
    with pytest.raises(UserError) as error:
        read_feature_set(folder)
    return str(error.value)


def test_it_comes_back_as_it_was_written(written):
    there, back = make(), read_feature_set(written)
    assert back.arrays.keys() == there.arrays.keys()
    for name, array in there.arrays.items():
        np.testing.assert_array_equal(back.arrays[name], array)
        assert back.arrays[name].dtype == np.float32
    back_index = back.index.assign(concepts=back.index["concepts"].map(list))
    pd.testing.assert_frame_equal(back_index, there.index)
    pd.testing.assert_frame_equal(back.rejects, there.rejects)
    assert (back.meta, back.classes, len(back)) == (there.meta, ("a", "b", "c"), 6)


@pytest.mark.parametrize("rows", [0, 1, 20000])
def test_sets_of_any_size_come_back(tmp_path, rows):
    write_feature_set(tmp_path / "set", make(rows))
    back = read_feature_set(tmp_path / "set")
    assert len(back) == rows
    for name, array in make(rows).arrays.items():
        np.testing.assert_array_equal(back.arrays[name], array)


def test_arrays_are_memory_mapped_and_cannot_be_written_to(written):
    array = read_feature_set(written).arrays["acoustic"]
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


def test_a_set_that_was_there_is_replaced(written):
    write_feature_set(written, make(3, seed=1))
    assert len(read_feature_set(written)) == 3
    assert list(written.parent.iterdir()) == [written]


def test_nothing_is_left_when_writing_raises(tmp_path, monkeypatch):
    def full(*arguments, **settings):
        raise OSError("No space left on device")

    monkeypatch.setattr(feature_set, "_copy", full)
    with pytest.raises(OSError, match="No space left"):
        write_feature_set(tmp_path / "set", make())
    assert list(tmp_path.iterdir()) == []


def test_the_old_set_stays_when_writing_raises(written):
    not_json = make(3).meta | {"when": np.nan}
    with pytest.raises(ValueError, match="JSON"):
        write_feature_set(written, FeatureSet(make(3).index, make(3).arrays, not_json))
    assert len(read_feature_set(written)) == 6
    assert list(written.parent.iterdir()) == [written]


@pytest.mark.parametrize("name", ["index.parquet", "meta.json", "rejects.csv"])
def test_a_missing_file_is_named(written, name):
    (written / name).unlink()
    assert complaint(written) == f"{written / name}: missing; {written} is not a feature set"


def test_a_missing_folder_is_named(tmp_path):
    assert str(tmp_path / "none") in complaint(tmp_path / "none")


def test_a_missing_array_is_named(written):
    (written / "visual.npy").unlink()
    assert complaint(written).startswith(f"{written / 'visual.npy'}: missing; {written} is not")


def test_an_array_that_is_cut_off_is_named(written):
    file = written / "visual.npy"
    file.write_bytes(file.read_bytes()[:-4])
    assert complaint(written).startswith(f"{file}: cannot be read (")


def test_a_pickled_array_is_not_opened(written):
    np.save(written / "visual.npy", np.array([{"a": 1}] * 6), allow_pickle=True)
    assert complaint(written).startswith(f"{written / 'visual.npy'}: cannot be read (")


def test_another_type_of_number_is_an_error(written):
    np.save(written / "visual.npy", np.zeros((6, 7)))
    assert complaint(written) == f"{written / 'visual.npy'}: holds float64, must be float32"


def test_another_number_of_rows_is_an_error(written):
    np.save(written / "visual.npy", np.zeros((5, 7), np.float32))
    assert complaint(written) == f"{written}: visual has 5 rows, the index 6"


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_meta_file_that_does_not_name_its_modalities_is_an_error(written, text):
    (written / "meta.json").write_text(text)
    assert complaint(written).startswith(f"{written / 'meta.json'}: ")


def test_an_index_that_is_no_table_is_an_error(written):
    (written / "index.parquet").write_bytes(b"no table")
    assert complaint(written).startswith(f"{written / 'index.parquet'}: ")


@pytest.mark.parametrize("modalities", [{}, {"acoustic": {}, "textual": {}}])
def test_a_set_that_could_not_be_read_back_is_not_written(tmp_path, modalities):
    whole = make()
    features = FeatureSet(whole.index, whole.arrays, {"modalities": modalities})
    with pytest.raises(ValueError, match="meta describes the modalities"):
        write_feature_set(tmp_path / "set", features)
    assert not (tmp_path / "set").exists()


def test_rows_that_do_not_fit_the_index_cannot_be_put_together():
    whole = make()
    with pytest.raises(ValueError, match="acoustic has 5 rows, the index 6"):
        FeatureSet(whole.index, {"acoustic": whole.arrays["acoustic"][:5]}, {})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.integers(0, 5), max_size=12))
def test_taking_rows_gives_those_rows_in_that_order(written, rows):
    whole = read_feature_set(written)
    part = whole.take(rows)
    assert part.index["id"].tolist() == [f"item-{row}" for row in rows]
    assert part.index.index.tolist() == list(range(len(rows)))
    for name, array in part.arrays.items():
        np.testing.assert_array_equal(array, whole.arrays[name][rows])
        assert not isinstance(array, np.memmap)
    assert part.classes == whole.classes
    np.testing.assert_array_equal(part.y, whole.y[rows])


def test_labels_are_numbered_alphabetically():
    np.testing.assert_array_equal(make().y, [2, 0, 1, 2, 0, 1])


def test_a_part_keeps_the_numbers_of_the_whole():
    part = make().take([0, 3])
    assert (part.classes, part.y.tolist()) == (("a", "b", "c"), [2, 2])


def test_stacking_puts_modalities_side_by_side_in_the_order_asked_for():
    whole = make()
    stacked = whole.stack(["visual", "acoustic"])
    assert (stacked.shape, stacked.dtype) == ((6, 11), np.float32)
    np.testing.assert_array_equal(stacked[:, :7], whole.arrays["visual"])
    np.testing.assert_array_equal(stacked[:, 7:], whole.arrays["acoustic"])


def test_stacking_what_is_not_there_says_what_is():
    with pytest.raises(
        ValueError, match="no modality 'textual': this set has acoustic, visual, motion"
    ):
        make().stack(["acoustic", "textual"])


def test_the_card_is_text_that_people_read(written):
    assert json.loads((written / "meta.json").read_text()) == make().meta
    assert "玩具" in (written / "meta.json").read_text()
