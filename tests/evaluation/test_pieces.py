"""Work in pieces: what is missing is made, once; what is there stays."""

import os
import time
from functools import partial

import numpy as np
import pytest

from tfrepro.evaluation.pieces import Cost, make_missing, measured
from tfrepro.files import write_json


@pytest.fixture
def make(tmp_path):
    """``make("ab")``: the missing ones of the files ``a`` and ``b``; what was made."""

    def make_files(names, jobs=1, fails=""):
        made = []

        def maker(file):
            if file.name in fails:
                raise RuntimeError(f"no {file.name}")
            made.append(file.name)
            file.write_text("new")

        make_missing({tmp_path / n: maker for n in names}, jobs=jobs, title="test", unit="file")
        return made

    return make_files


def test_missing_files_are_made_once(make):
    assert sorted(make("abc")) == ["a", "b", "c"]
    assert make("abc") == []


def test_files_that_are_there_are_not_made_again(make, tmp_path):
    (tmp_path / "b").write_text("old")
    assert make("abc") == ["a", "c"]
    assert (tmp_path / "b").read_text() == "old"


def test_a_folder_counts_as_made_too(make, tmp_path):
    (tmp_path / "a").mkdir()
    assert make("ab") == ["b"]


def test_no_work_is_no_trouble(make):
    assert make("") == []


def test_a_failure_is_raised_and_what_was_made_before_it_stays(make, tmp_path):
    with pytest.raises(RuntimeError, match="no c"):
        make("abcd", fails="c")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
    assert make("abcd") == ["c", "d"]


def test_several_processes_make_every_file(tmp_path):
    makers = {tmp_path / f"{i}.json": partial(write_json, value=i) for i in range(5)}
    make_missing(makers, jobs=2, title="test", unit="file")
    assert [file.read_text() for file in makers] == [f"{i}\n" for i in range(5)]


def test_the_cost_is_measured_when_the_block_ends():
    with measured() as cost:
        assert cost == Cost(0.0, 0.0)
        time.sleep(0.05)
    assert 0.05 <= cost.seconds < 5
    assert 10 < cost.peak_mb < 1e6


def test_the_peak_covers_what_the_block_allocated():
    with measured() as before:
        pass
    # More than whatever the process has ever held.
    size = int((before.peak_mb + 20) * 2**20)
    with measured() as cost:
        np.ones(size, np.uint8)
    assert cost.peak_mb > before.peak_mb + 10
