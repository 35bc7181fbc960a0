"""Exact search of our index against scikit-learn's brute force, and the graph beside it.

Run by hand: ``python tests/benchmarks/bench_index.py``. Unit vectors of 250 numbers,
like the paper's embeddings; the task is the ten best of 100,000 for each of 10,000
queries. Scikit-learn is asked both by cosine, which is the same question, and by
Euclidean distance, its faster default, which for unit vectors has the same answer.
All take turns, so that other work on the machine slows them alike; ratios are of the
same round. Peak memory is that of a process of its own for each, and for ours with
twice the vectors too.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from sklearn.neighbors import NearestNeighbors

from tfrepro.retrieval.index import VectorIndex, build_index
from tfrepro.retrieval.top_k import top_k

VECTORS, QUERIES, DIMENSIONS, TOP = 100_000, 10_000, 250, 10
TARGET = 3.0
METRICS = ("cosine", "euclidean")


def unit_vectors(n: int, seed: int) -> np.ndarray:
    """In a hundred loose clusters, as embeddings are."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(0)
    centres = world.standard_normal((100, DIMENSIONS), dtype=np.float32)
    x = centres[rng.integers(0, 100, n)] + rng.standard_normal((n, DIMENSIONS), dtype=np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def build(folder: Path, vectors: int, approximate: bool) -> VectorIndex:
    ids = [str(number) for number in range(vectors)]
    return build_index(folder, ids, unit_vectors(vectors, 1), approximate=approximate)


def neighbours(metric: str, vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Row numbers (Q, TOP), best first, as scikit-learn finds them."""
    search = NearestNeighbors(n_neighbors=TOP, algorithm="brute", metric=metric).fit(vectors)
    return search.kneighbors(queries, return_distance=False)


def timed(work, *arguments):
    start = time.perf_counter()
    result = work(*arguments)
    return result, time.perf_counter() - start


def print_memory(engine: str, vectors: int) -> None:
    """Print how many MB a search of ``vectors`` vectors adds to this process at its peak."""
    queries = unit_vectors(QUERIES, 2)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "v.npy"), unit_vectors(vectors, 1))
        mapped = np.load(Path(folder, "v.npy"), mmap_mode="r")
        done, before, samples = threading.Event(), anonymous_memory(), []

        def watch() -> None:
            while not done.wait(0.01):
                samples.append(anonymous_memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        top_k(queries, mapped, TOP) if engine == "ours" else neighbours(engine, mapped, queries)
        done.set()
        watcher.join()
    print(round(max(samples) - before))


def anonymous_memory() -> float:
    """MB of this process that no file backs: what is mapped from a file comes and goes."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) / 1024


def memory(engine: str, vectors: int) -> str:
    arguments = [sys.executable, __file__, "--memory", engine, "--vectors", str(vectors)]
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()


def main(rounds: int) -> None:
    vectors, queries = unit_vectors(VECTORS, 1), unit_vectors(QUERIES, 2)
    print(f"{QUERIES} queries, {VECTORS} x {DIMENSIONS}, load {os.getloadavg()}")
    ratios = {metric: [] for metric in METRICS}
    with tempfile.TemporaryDirectory() as folder:
        index, seconds = timed(build, Path(folder, "index"), VECTORS, True)
        print(f"index built with its graph in {seconds:.1f} s")
        for _ in range(rounds):
            (_, rows), ours = timed(top_k, queries, index.vectors, TOP)
            for metric in METRICS:
                theirs, seconds = timed(neighbours, metric, vectors, queries)
                agree = np.mean(np.sort(rows) == np.sort(theirs))
                ratios[metric].append(seconds / ours)
                print(f"ours {ours:.2f} s, {metric} {seconds:.2f} s, agree {agree:.6f}")
        for effort in (32, 128, 512):
            (_, near), seconds = timed(_graph_rows, index, queries, effort)
            pairs = zip(near, rows, strict=True)
            recall = np.mean([len(np.intersect1d(a, b)) for a, b in pairs]) / TOP
            print(f"graph, effort {effort}: {seconds:.2f} s, {recall:.3f} of the ten best")
    for metric, values in ratios.items():
        print(f"{metric}: {statistics.median(values):.2f} times as fast")
    for engine, n in (("ours", VECTORS), ("ours", 2 * VECTORS), *((m, VECTORS) for m in METRICS)):
        print(f"memory of {engine}, {n} vectors: {memory(engine, n)} MB")
    if statistics.median(ratios["cosine"]) < TARGET:
        sys.exit(f"less than {TARGET} times as fast")


def _graph_rows(index: VectorIndex, queries: np.ndarray, effort: int):
    from tfrepro.retrieval.graph import search_graph

    return search_graph(index._graph, queries, TOP, effort)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", choices=("ours", *METRICS), help=argparse.SUPPRESS)
    parser.add_argument("--vectors", type=int, default=VECTORS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    print_memory(given.memory, given.vectors) if given.memory else main(given.rounds)
