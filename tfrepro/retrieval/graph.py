"""Approximate search: a graph of near neighbours (HNSW) made by faiss, an optional package.

The graph and a copy of all vectors live in memory. Built on several cores it is
not the same twice, and it misses some of the best matches: what it is for is an
index too large to be compared with every query.

Source: Y. Malkov and D. Yashunin, TPAMI 2020.
"""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tfrepro.errors import UserError

NEIGHBOURS = 32
EFFORT_TO_BUILD = 200
EFFORT = 128
BLOCK = 65536


def build_graph(vectors: np.ndarray, file: Path) -> None:
    """Write the graph of (N, d) vectors, neighbours by dot product, to ``file``."""
    faiss = _faiss()
    graph = faiss.IndexHNSWFlat(vectors.shape[1], NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = EFFORT_TO_BUILD
    for start in range(0, len(vectors), BLOCK):
        graph.add(np.ascontiguousarray(vectors[start : start + BLOCK], np.float32))
    faiss.write_index(graph, str(file))


def load_graph(file: Path) -> Any:
    """The graph in a file that :func:`build_graph` wrote."""
    return _faiss().read_index(str(file))


def search_graph(
    graph: Any, queries: np.ndarray, k: int, effort: int = EFFORT
) -> tuple[np.ndarray, np.ndarray]:
    """Scores (Q, k), descending, and row numbers (Q, k); -1 stands where none was found.

    effort : candidates that are kept in sight on the way, at least k; more find more
    """
    parameters = _faiss().SearchParametersHNSW(efSearch=max(effort, k))
    return graph.search(np.ascontiguousarray(queries, np.float32), k, params=parameters)


def _faiss() -> ModuleType:
    try:
        import faiss
    except ImportError:
        raise UserError(
            "approximate search needs the package faiss-cpu: pip install faiss-cpu"
        ) from None
    return faiss
