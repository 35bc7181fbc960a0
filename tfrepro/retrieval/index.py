"""An index: vectors that can be searched, with the ids of what they stand for.

On disk it is a folder:

- ``ids.parquet``: a column ``id``, row ``i`` belongs to row ``i`` of the arrays
- ``vectors.npy``: (N, d) float32, what is found
- ``queries.npy``: (N, d) float32, what each id asks with, where that is something
  else: the sound of a video whose image track is found
- ``model/``: the networks that made the vectors, where features are to be asked with
- ``graph.faiss``: for approximate search, where the index was built with it
- ``meta.json``: N, d and whatever else its maker wants known

A folder that exists is whole. Arrays are memory-mapped when read. Vectors are
compared by dot product, which for vectors of length one is the cosine.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.files import atomic_folder, read_json, write_json
from tfrepro.retrieval.graph import build_graph, load_graph, search_graph
from tfrepro.retrieval.top_k import top_k

BLOCK = 8192


@dataclass(frozen=True)
class Match:
    """One answer."""

    id: str
    score: float


@dataclass(frozen=True)
class VectorIndex:
    """Vectors to be found.

    Attributes
    ----------
    folder : where it was read from
    ids : (N,) distinct
    vectors, queries : (N, d) float32, memory-mapped
    meta : what ``meta.json`` holds
    """

    folder: Path
    ids: pd.Index
    vectors: np.ndarray
    queries: np.ndarray
    meta: Mapping[str, Any]

    def search(
        self, queries: np.ndarray, k: int, *, approximate: bool = False
    ) -> list[list[Match]]:
        """The k best matches of each query, best first; fewer if the index has fewer.

        queries : (d,) or (Q, d)

        Raises ValueError if the queries are not finite or of another dimension than
        the index, or k < 1; UserError if the index has no graph to search
        approximately.
        """
        scores, rows = self._search(self._checked(queries, k), k, approximate)
        return [self._matches(*pair) for pair in zip(scores, rows, strict=True)]

    def search_ids(
        self, ids: Sequence[str], k: int, *, approximate: bool = False
    ) -> list[list[Match]]:
        """The same for what is in the index already; no item is given as its own match.

        Raises UserError naming an id that the index does not have.
        """
        own = self.ids.get_indexer(pd.Index(ids, dtype=object))
        if (own < 0).any():
            unknown = ids[int(np.argmax(own < 0))]
            raise UserError(f"{self.folder}: no item has the id {unknown!r}")
        queries = self._checked(self.queries[own], k)
        scores, rows = self._search(queries, k + 1, approximate)
        others = rows != own[:, None]
        return [
            self._matches(score[other], row[other])[:k]
            for score, row, other in zip(scores, rows, others, strict=True)
        ]

    def _checked(self, queries: np.ndarray, k: int) -> np.ndarray:
        if k < 1:
            raise ValueError(f"k = {k}: must be at least 1")
        queries = np.atleast_2d(np.asarray(queries, np.float32))
        if queries.ndim != 2 or queries.shape[1] != self.vectors.shape[1]:
            raise ValueError(
                f"queries of shape {queries.shape}: the index holds vectors of "
                f"{self.vectors.shape[1]} dimensions"
            )
        broken = np.flatnonzero(~np.isfinite(queries).all(axis=1))
        if broken.size:
            raise ValueError(f"query {broken[0]} holds values that are not finite")
        return queries

    def _search(
        self, queries: np.ndarray, k: int, approximate: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        if approximate:
            return search_graph(self._graph, queries, min(k, len(self.ids)))
        return top_k(queries, self.vectors, k)

    @cached_property
    def _graph(self) -> Any:
        file = self.folder / "graph.faiss"
        if not file.exists():
            raise UserError(f"{self.folder}: was built without a graph for approximate search")
        return load_graph(file)

    def _matches(self, scores: np.ndarray, rows: np.ndarray) -> list[Match]:
        return [
            Match(self.ids[row], float(score))
            for score, row in zip(scores, rows, strict=True)
            if row >= 0
        ]


def build_index(
    folder: Path,
    ids: Sequence[str],
    vectors: np.ndarray,
    *,
    queries: np.ndarray | None = None,
    approximate: bool = False,
    model: Path | None = None,
    meta: Mapping[str, Any] | None = None,
) -> VectorIndex:
    """Write an index as a folder, whole or not at all, and read it.

    Parameters
    ----------
    ids : (N,) distinct, N > 0
    vectors : (N, d), possibly memory-mapped: they are copied a block at a time
    queries : (N, d) what each id asks with; None for its own vector
    approximate : whether to build the graph for approximate search as well
    model : folder that is copied into the index

    Raises
    ------
    ValueError
        if there is nothing to index, arrays do not fit the ids, an id appears
        twice, or a vector is not finite.
    UserError
        if approximate search is asked for and faiss is not installed.
    """
    ids = pd.Index([str(name) for name in ids], dtype=object)
    _validate(ids, vectors, queries)
    with atomic_folder(folder) as part:
        pd.DataFrame({"id": ids}).to_parquet(part / "ids.parquet", index=False)
        _copy(vectors, part / "vectors.npy", ids)
        if queries is not None:
            _copy(queries, part / "queries.npy", ids)
        if approximate:
            build_graph(vectors, part / "graph.faiss")
        if model is not None:
            shutil.copytree(model, part / "model")
        facts = {"items": len(ids), "dimensions": vectors.shape[1]}
        write_json(part / "meta.json", {**(meta or {}), **facts})
    return load_index(folder)


def load_index(folder: Path) -> VectorIndex:
    """The index in a folder, its arrays memory-mapped.

    Raises UserError naming the file if something is missing or does not fit.
    """
    folder = Path(folder)
    try:
        meta = read_json(folder / "meta.json")
        ids = pd.Index(pd.read_parquet(folder / "ids.parquet")["id"], dtype=object)
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; {folder} is not an index") from None
    shape = (meta["items"], meta["dimensions"])
    vectors = _read_array(folder / "vectors.npy", shape)
    apart = folder / "queries.npy"
    queries = _read_array(apart, shape) if apart.exists() else vectors
    if len(ids) != len(vectors):
        raise UserError(f"{folder}: {len(ids)} ids, {len(vectors)} vectors")
    return VectorIndex(folder, ids, vectors, queries, meta)


def _validate(ids: pd.Index, vectors: np.ndarray, queries: np.ndarray | None) -> None:
    if not len(ids):
        raise ValueError("an index must hold at least one item")
    if ids.has_duplicates:
        raise ValueError(f"the id {ids[ids.duplicated()][0]!r} appears twice")
    if vectors.ndim != 2 or len(vectors) != len(ids):
        raise ValueError(f"vectors of shape {vectors.shape}: must be ({len(ids)}, d)")
    if queries is not None and queries.shape != vectors.shape:
        raise ValueError(f"queries of shape {queries.shape}: must be {vectors.shape} like vectors")


def _copy(array: np.ndarray, file: Path, ids: pd.Index) -> None:
    """Write an array of any size as float32, a block of rows at a time; all must be finite."""
    out = np.lib.format.open_memmap(file, "w+", np.float32, array.shape)
    for start in range(0, len(array), BLOCK):
        block = np.asarray(array[start : start + BLOCK], np.float32)
        broken = np.flatnonzero(~np.isfinite(block).all(axis=1))
        if broken.size:
            name = ids[start + broken[0]]
            raise ValueError(f"{file.stem}: that of {name!r} holds values that are not finite")
        out[start : start + BLOCK] = block
    out.flush()


def _read_array(file: Path, shape: tuple[int, int]) -> np.ndarray:
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as an array ({error})") from None
    if array.dtype != np.float32 or array.shape != shape:
        raise UserError(f"{file}: holds {array.dtype} {array.shape}, must be float32 {shape}")
    return array
