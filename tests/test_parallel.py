"""Work over many files: in order, bad files aside, bugs aloud, and never all in memory."""

import gc
import os
import signal
import time
import warnings

import pytest

from tfrepro import parallel
from tfrepro.errors import UserError
from tfrepro.media.errors import MediaError
from tfrepro.parallel import Rejected, map_files, workers


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


# --- On a cluster: a real scheduler, and workers that are processes ------------------------------


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_a_worker_that_is_killed_loses_and_doubles_nothing(cluster, tmp_path):
    def work(number):
        time.sleep(0.02)
        (tmp_path / f"{number}-{os.getpid()}").touch()
        if number % 50 == 7:
            raise MediaError(f"is number {number}")
        return number

    victim = next(iter(cluster.workers.values())).pid
    results, expected = [], [Rejected(f"is number {n}") if n % 50 == 7 else n for n in range(300)]
    with workers("dask", cluster.scheduler_address):
        for result in map_files(work, range(300), jobs=-1, progress=False):
            results.append(result)
            if len(results) == 40:
                os.kill(victim, signal.SIGKILL)
    assert results == expected
    done_by = {int(file.name.split("-")[1]) for file in tmp_path.iterdir()}
    assert victim in done_by
    assert os.getpid() not in done_by


def test_after_the_block_work_is_done_here_again(cluster):
    with workers("dask", cluster.scheduler_address):
        there = run(lambda file: os.getpid(), "ab", jobs=1)
    assert os.getpid() not in there
    assert run(lambda file: os.getpid(), "ab", jobs=1) == [os.getpid()] * 2


def test_a_cluster_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setattr(parallel, "_PATIENCE_S", 0.5)
    with pytest.raises(UserError, match=r"compute.scheduler tcp://127.0.0.1:9: no Dask scheduler"):
        workers("dask", "tcp://127.0.0.1:9").__enter__()


def test_a_cluster_without_workers_is_one_line(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(parallel, "_PATIENCE_S", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(UserError, match="it has no workers; start some"),
        workers("dask", empty.scheduler_address),
    ):
        raise AssertionError
