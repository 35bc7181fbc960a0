"""Work over many files: in order, bad files aside, bugs aloud, and never all in memory."""

import gc
import os
import time
import warnings

import pytest

from tfrepro.media.errors import MediaError
from tfrepro.parallel import Rejected, map_files


@pytest.fixture
def measure():
    """The length of a name; ``bad`` names are unusable, ``bug`` is a mistake of ours."""

    # Inside, so that it is sent to worker processes, which cannot import this file.
    def measure(file):
        if file.startswith("bad"):
            raise MediaError(f"holds {len(file)} letters")
        if file == "bug":
            raise ZeroDivisionError("a mistake of ours")
        return len(file)

    return measure


def run(function, files, jobs):
    return list(map_files(function, files, jobs=jobs, progress=False))


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_files(measure, jobs):
    files = ["x" * (n % 37) for n in range(200)]
    assert run(measure, files, jobs) == [n % 37 for n in range(200)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_file_is_rejected_with_its_reason_and_the_others_go_on(measure, jobs):
    files = ["a", "bad1", "bb", "bad", "ccc"]
    expected = [1, Rejected("holds 4 letters"), 2, Rejected("holds 3 letters"), 3]
    assert run(measure, files, jobs) == expected


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_ends_the_work(measure, jobs):
    with pytest.raises(ZeroDivisionError, match="a mistake of ours"):
        run(measure, ["a", "bug", "c"], jobs)


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_files_give_no_results(measure, jobs):
    assert run(measure, [], jobs) == []


def test_one_job_is_this_process_and_two_are_others():
    def process_number(file):
        return os.getpid()

    assert set(run(process_number, ["a", "b"], 1)) == {os.getpid()}
    assert os.getpid() not in run(process_number, ["a", "b"] * 10, 2)


def test_one_job_does_a_file_when_its_result_is_asked_for():
    done = []
    results = map_files(lambda file: done.append(file) or file, list("abcde"), progress=False)
    assert done == []
    assert next(results) == "a"
    assert next(results) == "b"
    assert done == ["a", "b"]


def test_two_jobs_wait_for_whoever_takes_the_results(tmp_path):
    files = [tmp_path / f"{n}" for n in range(1000)]
    results = map_files(os.mknod, files, jobs=2, progress=False)
    next(results)
    time.sleep(1)
    assert sum(file.exists() for file in files) <= 256
    assert list(results) == [None] * 999


@pytest.mark.parametrize("jobs", [1, 2])
def test_more_files_than_are_done_ahead_keep_their_order(measure, jobs):
    assert run(measure, ["x" * (n % 5) for n in range(700)], jobs) == [n % 5 for n in range(700)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_taking_just_the_last_result_leaves_no_warning(measure, jobs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = map_files(measure, ["a", "bb", "ccc"], jobs=jobs, progress=False)
        assert [next(results) for _ in range(3)] == [1, 2, 3]
        del results
        gc.collect()


def test_progress_counts_files(measure, capsys):
    list(map_files(measure, ["a", "bad"], title="lengths"))
    shown = capsys.readouterr().err
    assert "lengths" in shown
    assert "2/2" in shown
