"""Work over many files on a cluster: a real scheduler, and workers that are processes."""

import os
import signal
import time

import pytest

from tfrepro import cluster as clusters
from tfrepro.cluster import workers
from tfrepro.errors import UserError
from tfrepro.media.errors import MediaError
from tfrepro.parallel import Rejected, map_files


def run(function, files, jobs):
    return list(map_files(function, files, jobs=jobs, progress=False))


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
    monkeypatch.setattr(clusters, "_PATIENCE_S", 0.5)
    with pytest.raises(UserError, match=r"compute.scheduler tcp://127.0.0.1:9: no Dask scheduler"):
        workers("dask", "tcp://127.0.0.1:9").__enter__()


def test_a_cluster_without_workers_is_one_line(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(clusters, "_PATIENCE_S", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(UserError, match="it has no workers; start some"),
        workers("dask", empty.scheduler_address),
    ):
        raise AssertionError
