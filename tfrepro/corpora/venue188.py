"""VENUE-188 as its authors released it: HDF5 files of features, read piece by piece.

Two forms are known, both with the columns visual | acoustic 200 | textual 100:

- ``X_train, y_train, id_train``, the same for ``valid`` and ``test``: already split
- ``features, labels`` (``leaf_mf_dataset.h5``): not split, without ids

Sets with AlexNet's 4096 visual columns (offsets 0, 4096, 4296, 4396), with 2048 (Inception
v3, ResNet50) and with 512 (VGG19) were released. Labels count from 0, the file of class
names from 1.

Source: ``load_venue188.py``, ``trumman.py`` and ``README.md`` of
github.com/lengyuexiang/Venue-Category-Estimation-from-Micro-videos.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from tfrepro.corpora.hdf5_columns import Columns, open_hdf5, read_node
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError

CARD = CorpusCard(
    name="venue188",
    title="VENUE-188: Vine videos of 188 venue categories, features as released",
    stands_in_for=None,
    licence="not stated; research use only",
)
PARTS = ("train", "valid", "test")
SPLIT_FORM = tuple(f"{kind}_{part}" for part in PARTS for kind in ("X", "y", "id"))
WHOLE_FORM = ("features", "labels")
VISUAL = {4096: "AlexNet", 2048: "Inception v3 or ResNet50", 512: "VGG19"}
ACOUSTIC, TEXTUAL = 200, 100


@dataclass(frozen=True)
class Venue188:
    """A file of the release: its index in memory, its features still on disk.

    Attributes
    ----------
    index : a row a video: ``id``, ``label`` (a venue category) and, if the file is split,
        ``split``
    arrays : ``visual``, ``acoustic`` and ``textual``, each (N, D), read when asked for
    """

    index: pd.DataFrame
    arrays: Mapping[str, Columns]


@dataclass(frozen=True)
class _Nodes:
    """The nodes of one part; ``part`` is empty and ``ids`` None if the file is not split."""

    part: str
    X: h5py.Dataset
    y: h5py.Dataset
    ids: h5py.Dataset | None


def read_venue188(file: Path, classes: Sequence[str], *, visual: int | None = None) -> Venue188:
    """What a file of the release holds; all is checked but the features themselves.

    Parameters
    ----------
    file : of either form
    classes : (C,) the name of each class, as ``read_venue_names`` finds them
    visual : how many visual columns there are; None for any number in ``VISUAL``

    Returns
    -------
    Venue188
        A file without ids calls its videos ``venue-000000`` and so on; ids that only number
        the rows of each part get the part's name before them.

    Raises
    ------
    UserError
        naming the file and the node, if it is cut off, has another form or width, or has
        labels or ids that cannot be.
    """
    file = Path(file)
    names = np.array([*classes], dtype=object)
    with open_hdf5(file) as h5:
        nodes = _nodes(file, h5)
        bounds = _bounds(file, [of.X for of in nodes], visual)
        rows = {of.X.name: len(of.X) for of in nodes}
        tables = [
            pd.DataFrame({"id": _ids(file, of), "label": names[_labels(file, of, len(names))]})
            for of in nodes
        ]
    if nodes[0].part:
        only_rows = all(_numbers_rows(table["id"]) for table in tables)
        for part, table in zip(PARTS, tables, strict=True):
            table["split"] = part
            if only_rows:
                table["id"] = f"{part}-" + table["id"]
    index = pd.concat(tables, ignore_index=True)
    twice = index["id"][index["id"].duplicated()]
    if len(twice):
        raise UserError(f"{file}: has two videos with the id {twice.iloc[0]!r}")
    arrays = {name: Columns(file, rows, *bound) for name, bound in bounds.items()}
    return Venue188(index, arrays)


def _nodes(file: Path, h5: h5py.File) -> list[_Nodes]:
    form = SPLIT_FORM if any(name in h5 for name in SPLIT_FORM) else WHOLE_FORM
    found = {name: h5.get(name) for name in form}
    for name, node in found.items():
        if not isinstance(node, h5py.Dataset):
            there = ", ".join(map(str, [*h5][:12])) or "nothing"
            raise UserError(
                f"{file}: has no table {name!r}; it holds {there}, "
                f"VENUE-188 is {', '.join(SPLIT_FORM)}, or else {' and '.join(WHOLE_FORM)}"
            )
    if form is WHOLE_FORM:
        return [_Nodes("", found["features"], found["labels"], None)]
    return [_Nodes(p, found[f"X_{p}"], found[f"y_{p}"], found[f"id_{p}"]) for p in PARTS]


def _bounds(file: Path, X: list[h5py.Dataset], visual: int | None) -> dict[str, tuple[int, int]]:
    """Modality -> its first column and the one after its last, the same in every node."""
    rest = ACOUSTIC + TEXTUAL
    widths = [number + rest for number in ([visual] if visual else VISUAL)]
    for node in X:
        if node.ndim != 2 or node.dtype.kind not in "fiu" or node.shape[1] not in widths:
            raise UserError(
                f"{file}: {node.name} is {node.dtype} of shape {node.shape}, must be numbers in "
                f"{' or '.join(map(str, widths))} columns"
            )
        if node.shape[1] != X[0].shape[1]:
            raise UserError(
                f"{file}: {node.name} has {node.shape[1]} columns, {X[0].name} has {X[0].shape[1]}"
            )
    width = X[0].shape[1]
    ends = pairwise((0, width - rest, width - TEXTUAL, width))
    return dict(zip(("visual", "acoustic", "textual"), ends, strict=True))


def _labels(file: Path, of: _Nodes, count: int) -> np.ndarray:
    """Class numbers: (N,) int."""
    y = _column(file, of.y, len(of.X))
    if y.dtype.kind not in "fiu" or not np.all((y >= 0) & (y < count) & (y == np.floor(y))):
        raise UserError(f"{file}: {of.y.name} must hold class numbers from 0 to {count - 1}")
    return y.astype(int)


def _ids(file: Path, of: _Nodes) -> list[str]:
    if of.ids is None:
        return [f"venue-{row:06d}" for row in range(len(of.X))]
    ids = _column(file, of.ids, len(of.X))
    if ids.dtype.kind == "f" and np.all(ids == np.floor(ids)):
        ids = ids.astype(np.int64)
    try:
        return [x.decode() if isinstance(x, bytes) else str(x) for x in ids.tolist()]
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: {of.ids.name} is not UTF-8 ({error})") from None


def _column(file: Path, node: h5py.Dataset, rows: int) -> np.ndarray:
    """The values of a node of shape (N,) or (N, 1): (N,)."""
    if node.shape not in ((rows,), (rows, 1)):
        raise UserError(f"{file}: {node.name} has shape {node.shape}, must be {rows} values")
    return read_node(file, node).reshape(rows)


def _numbers_rows(ids: pd.Series) -> bool:
    """Whether these are just 0, 1, ... or 1, 2, ..."""
    return any(ids.tolist() == [str(row + first) for row in range(len(ids))] for first in (0, 1))
