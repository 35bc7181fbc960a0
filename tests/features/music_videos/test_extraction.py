"""Several rows of each file: in order, what is bad is named, what is finished is kept."""

import numpy as np
import pytest

from tfrepro.errors import UserError
from tfrepro.features.music_videos.extraction import extract_rows
from tfrepro.media.errors import MediaError

SIZES = {"one": 3, "two": 2}


class Rows:
    """As many rows as a file's name says; notes what it is asked for."""

    def __init__(self, dies_at=None):
        self.asked, self.dies_at = [], dies_at

    def __call__(self, path):
        self.asked.append(path.name)
        if path.name == self.dies_at:
            raise KeyboardInterrupt
        if path.name == "bad":
            raise MediaError("is bad")
        count = int(path.name)
        return {name: np.full((count, size), count, np.float32) for name, size in SIZES.items()}


def extract(extractor, folder, names):
    return extract_rows(extractor, [folder / name for name in names], SIZES, folder / "work")


def test_rows_follow_each_other_and_bad_files_have_none(tmp_path):
    arrays, counts, rejects = extract(Rows(), tmp_path, ["2", "bad", "1", "3"])
    assert counts.tolist() == [2, 0, 1, 3]
    assert rejects == {1: "is bad"}
    for name, size in SIZES.items():
        assert isinstance(arrays[name], np.memmap)
        expected = np.repeat([2, 2, 1, 3, 3, 3], size).reshape(6, size)
        np.testing.assert_array_equal(arrays[name], expected)


def test_a_killed_run_does_only_what_is_left(tmp_path):
    names = ["2", "bad", "1", "3", "4"]
    with pytest.raises(KeyboardInterrupt):
        extract(Rows(dies_at="3"), tmp_path, names)
    again = Rows()
    arrays, counts, _ = extract(again, tmp_path, names)
    assert again.asked == ["bad", "3", "4"]
    assert counts.tolist() == [2, 0, 1, 3, 4]
    assert arrays["one"].shape == (10, 3)


def test_no_usable_file_is_one_error_that_names_the_first(tmp_path):
    with pytest.raises(UserError, match=r"^none of the 1 files is usable: .*bad is bad$"):
        extract(Rows(), tmp_path, ["bad"])


def test_modalities_with_different_rows_are_a_bug(tmp_path):
    def uneven(path):
        return {"one": np.zeros((2, 3), np.float32), "two": np.zeros((1, 2), np.float32)}

    with pytest.raises(ValueError, match="too many values"):
        extract(uneven, tmp_path, ["1"])
