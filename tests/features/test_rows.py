"""Rows of arrays on disk."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.features.rows import RowsOf, part, read_rows


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory):
    X = np.random.default_rng(0).standard_normal((40, 3, 5)).astype(np.float32)
    file = tmp_path_factory.mktemp("rows") / "x.npy"
    np.save(file, X)
    return X, np.load(file, mmap_mode="r")


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.integers(0, 39), max_size=60), start=st.integers(0, 20))
def test_rows_of_a_file_are_those_of_the_array(on_disk, rows, start):
    X, disk = on_disk
    rows = np.array(rows, int)
    np.testing.assert_array_equal(read_rows(disk, rows), X[rows])
    np.testing.assert_array_equal(read_rows(disk[start:], rows % 20), X[start:][rows % 20])
    np.testing.assert_array_equal(read_rows(X, rows), X[rows])


def test_rows_of_rows_slices_and_masks(on_disk):
    X, disk = on_disk
    some = RowsOf(disk, np.array([7, 3, 3, 30]))
    assert some.shape == (4, 3, 5)
    np.testing.assert_array_equal(some[1:3], X[[3, 3]])
    np.testing.assert_array_equal(some[np.array([True, False, False, True])], X[[7, 30]])
    np.testing.assert_array_equal(read_rows(some, np.array([3, 0])), X[[30, 7]])
    np.testing.assert_array_equal(np.concatenate([some, some]), X[[7, 3, 3, 30] * 2])


def test_a_row_that_is_not_there_is_an_error(on_disk):
    with pytest.raises(ValueError, match="row 40"):
        read_rows(on_disk[1], np.array([40]))


def test_a_part_of_a_set_stays_on_disk_and_is_as_good_as_taken(tmp_path):
    X = np.arange(12, dtype=np.float32).reshape(6, 2)
    index = pd.DataFrame({"id": list("abcdef"), "label": list("xyxyzz")})
    meta = {"modalities": {"visual": {}}}
    write_feature_set(tmp_path / "set", FeatureSet(index, {"visual": X}, meta))
    whole = read_feature_set(tmp_path / "set")
    some, taken = part(whole, np.array([4, 1])), whole.take([4, 1])
    assert isinstance(some.arrays["visual"], RowsOf)
    assert some.classes == taken.classes
    assert some.index.equals(taken.index)
    np.testing.assert_array_equal(some.stack(["visual"]), taken.stack(["visual"]))
    np.testing.assert_array_equal(part(some, np.array([True, False])).arrays["visual"], X[[4]])
