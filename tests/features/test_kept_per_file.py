"""A file is worked on once, however often a run is killed."""

import pickle

import numpy as np
import pytest

from tfrepro.features.extraction import extract
from tfrepro.features.kept_per_file import KeptPerFile
from tfrepro.media.errors import MediaError


class Lengths:
    """Notes each file it is asked for; dies at the one that says so."""

    def __init__(self, dying=False):
        self.asked, self.dying = [], dying

    def __call__(self, path):
        self.asked.append(path.name)
        if self.dying and path.name == "7":
            raise KeyboardInterrupt
        if path.name == "bad":
            raise MediaError("is bad")
        return {"x": np.float32([len(path.name)])}


def test_a_killed_run_does_only_what_is_left(tmp_path):
    files = [tmp_path / name for name in [*"0123456", "bad", *"789"]]
    with pytest.raises(KeyboardInterrupt):
        extract(KeptPerFile(Lengths(dying=True), tmp_path / "kept"), files, tmp_path / "work",
                progress=False)  # fmt: skip
    again = Lengths()
    arrays, rows, rejects = extract(
        KeptPerFile(again, tmp_path / "kept"), files, tmp_path / "work", progress=False
    )
    assert again.asked == ["bad", "7", "8", "9"]
    assert rows.tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert rejects == {7: "is bad"}
    np.testing.assert_array_equal(arrays["x"], np.ones((10, 1)))


def test_files_of_the_same_name_are_not_confused_and_it_pickles(tmp_path):
    kept = pickle.loads(pickle.dumps(KeptPerFile(np.load, tmp_path)))
    assert kept.folder == tmp_path
    keep = KeptPerFile(lambda path: {"x": np.float32([len(str(path))])}, tmp_path / "kept")
    one, other = keep(tmp_path / "a" / "v.mp4"), keep(tmp_path / "bb" / "v.mp4")
    assert one["x"] != other["x"]
    np.testing.assert_array_equal(keep(tmp_path / "a" / "v.mp4")["x"], one["x"])
