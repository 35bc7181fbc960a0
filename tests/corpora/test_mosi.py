"""CMU-MOSI: utterances in the order they were spoken, each with those before it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro import sources
from tfrepro.corpora.mosi import as_sequences, preceding_rows, read_mosi
from tfrepro.errors import UserError

MIRROR = Path(__file__).resolve().parents[3] / "shared" / "data"


class Folder:
    """Three utterances of one video and one of another, as the release has them."""

    def __init__(self, folder):
        self.folder = folder
        self.write("transcripts", [["a_1", "HELLO", 9, 1], ["a_10", "BYE", 9, 0],
                                   ["b_1", "NO", 9, 0], ["a_2", "YES", 9, 1]])  # fmt: skip
        for part, numbers, labels in (("train", [1, 0, 3], [0, 1, 1]), ("test", [2], [0])):
            rows = list(zip(numbers, labels, strict=True))
            self.write(f"text_{part}", [[n, 0.5] for n, _ in rows])
            for column, stem in enumerate(("audio", "video", "text")):
                self.write(f"{stem}_{part}0", [[10 * n + column, y] for n, y in rows])

    def write(self, name, rows):
        pd.DataFrame(rows).to_csv(self.folder / f"{name}.csv", header=False, index=False)

    def path(self, name):
        return self.folder / name


@pytest.fixture
def small(tmp_path):
    return Folder(tmp_path)


def test_rows_are_in_the_order_of_speech_and_aligned(small):
    index, arrays = read_mosi(lambda name: small)
    assert list(index["id"]) == ["b_1", "a_1", "a_2", "a_10"]
    assert list(index["label"]) == ["negative", "positive", "positive", "negative"]
    assert list(index["split"]) == ["test", "train", "train", "train"]
    assert list(index["text"]) == ["no", "hello", "yes", "bye"]
    np.testing.assert_array_equal(arrays["acoustic"][:, 0], [20, 0, 30, 10])
    np.testing.assert_array_equal(arrays["textual"][:, 0], [22, 2, 32, 12])


@pytest.mark.parametrize("rows", [[[20, 1]], [[20, 0], [30, 0]]])
def test_a_table_whose_rows_are_not_the_others_is_named(small, rows):
    small.write("video_test0", rows)
    with pytest.raises(UserError, match=r"video_test0\.csv: its rows or labels"):
        read_mosi(lambda name: small)


def test_a_file_of_words_is_named(small):
    small.write("audio_train0", [["loud", 1]])
    with pytest.raises(UserError, match=r"audio_train0\.csv: cannot be read as a table"):
        read_mosi(lambda name: small)


@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=5), length=st.integers(1, 5))
def test_a_row_comes_with_those_of_its_group_before_it(sizes, length):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rows, lengths = preceding_rows(groups, length)
    for row, (own, count) in enumerate(zip(rows, lengths, strict=True)):
        there = own[:count]
        assert there[-1] == row
        assert (own[count:] == -1).all()
        assert (groups[there] == groups[row]).all()
        np.testing.assert_array_equal(np.diff(there), 1)
        first = there[0] == 0 or groups[there[0] - 1] != groups[row]
        assert count == length or first


def test_groups_that_are_apart_are_an_error():
    with pytest.raises(ValueError, match="must follow one another"):
        preceding_rows(["a", "b", "a"], 2)


def test_sequences_are_filled_up_with_zeros():
    made = as_sequences(np.array([[1.0], [2.0]]), np.array([[0, -1], [0, 1]]))
    np.testing.assert_array_equal(made[..., 0], [[1, 0], [1, 2]])
    assert made.dtype == np.float32


@pytest.mark.real
def test_the_release_is_as_described():
    if not (MIRROR / "mosi").is_dir():
        pytest.skip("no mirror folder with CMU-MOSI")
    index, arrays = read_mosi(
        lambda name: sources.resolve(sources.load(name), mirrors=[MIRROR], cache=Path("unused"))
    )
    assert index["split"].value_counts().to_dict() == {"train": 1447, "test": 752}
    assert index.groupby("split")["group"].nunique().to_dict() == {"train": 62, "test": 31}
    assert {name: array.shape[1] for name, array in arrays.items()} == {
        "visual": 100, "acoustic": 73, "textual": 100,
    }  # fmt: skip
    assert not index["id"].duplicated().any()
    _, lengths = preceding_rows(index["group"], 63)
    assert lengths.max() == index.groupby("group").size().max() <= 63
