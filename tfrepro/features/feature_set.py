"""A feature set: vectors of one or several modalities, with an index of what they describe.

On disk it is a folder:

- ``index.parquet``: a row an item: ``id``, ``label`` and, where known, ``split``,
  ``group``, ``fold``, ``text``, ``concepts``, ``source``; for sequences
  ``<modality>_length``
- ``<modality>.npy``: float32, row ``i`` belongs to index row ``i``; ``(N, D)``, or
  ``(N, T, D)`` for sequences
- ``meta.json``: the corpus card, each modality's dimension, unit and extractor
- ``rejects.csv``: files that gave no row, and why

A folder that exists is whole. Arrays are memory-mapped when read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.files import atomic_folder, read_json, write_json


@dataclass(frozen=True)
class FeatureSet:
    """Rows of features with their index; cheap to slice.

    Attributes
    ----------
    index : one row an item, at least ``id`` and ``label``
    arrays : modality -> (N, D) or (N, T, D) float32, possibly memory-mapped
    meta : what the features are and where the media came from
    classes : the labels in alphabetical order; the same for every part of a set
    """

    index: pd.DataFrame
    arrays: Mapping[str, np.ndarray]
    meta: Mapping[str, Any]
    classes: tuple[str, ...] = ()
    rejects: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["file", "reason"]))

    def __post_init__(self):
        for name, array in self.arrays.items():
            if len(array) != len(self.index):
                raise ValueError(f"{name} has {len(array)} rows, the index {len(self.index)}")
        if not self.classes:
            object.__setattr__(self, "classes", tuple(sorted(set(self.index["label"]))))

    def __len__(self) -> int:
        return len(self.index)

    @property
    def y(self) -> np.ndarray:
        """The label of each row as its place in ``classes``: (N,) int."""
        return pd.Categorical(self.index["label"], categories=self.classes).codes.astype(int)

    def take(self, rows: Sequence[int] | np.ndarray) -> "FeatureSet":
        """The given rows, in that order, read into memory."""
        rows = np.asarray(rows, dtype=None if len(rows) else np.intp)
        return FeatureSet(
            self.index.iloc[rows].reset_index(drop=True),
            {name: np.asarray(array[rows]) for name, array in self.arrays.items()},
            self.meta,
            self.classes,
        )

    def stack(self, modalities: Iterable[str]) -> np.ndarray:
        """Those modalities side by side: (N, sum of their D) float32.

        Raises ValueError naming a modality this set does not have.
        """
        modalities = tuple(modalities)
        for name in modalities:
            if name not in self.arrays:
                raise ValueError(f"no modality {name!r}: this set has {', '.join(self.arrays)}")
        return np.concatenate([self.arrays[name] for name in modalities], axis=1)


def write_feature_set(folder: Path, features: FeatureSet) -> None:
    """Write a feature set as a folder, whole or not at all.

    Raises ValueError if ``meta`` does not name just the modalities there are.
    """
    described = set(features.meta.get("modalities", ()))
    if described != set(features.arrays):
        raise ValueError(
            f"meta describes the modalities {sorted(described)}, there are "
            f"{sorted(features.arrays)}"
        )
    with atomic_folder(folder) as part:
        features.index.to_parquet(part / "index.parquet", index=False)
        for name, array in features.arrays.items():
            _copy(array, part / f"{name}.npy")
        write_json(part / "meta.json", dict(features.meta))
        features.rejects.to_csv(part / "rejects.csv", index=False)


def read_feature_set(folder: Path) -> FeatureSet:
    """The feature set in a folder, its arrays memory-mapped.

    Raises UserError naming the folder and the file if something is missing, is
    not float32 or does not fit the index.
    """
    folder = Path(folder)
    index = _read(pd.read_parquet, folder / "index.parquet")
    meta = _read(read_json, folder / "meta.json")
    rejects = _read(pd.read_csv, folder / "rejects.csv")
    if not isinstance(meta, dict) or "modalities" not in meta:
        raise UserError(f"{folder / 'meta.json'}: does not name the modalities")
    arrays = {}
    for name in meta["modalities"]:
        file = folder / f"{name}.npy"
        arrays[name] = _read(partial(np.load, mmap_mode="r", allow_pickle=False), file)
        if arrays[name].dtype != np.float32:
            raise UserError(f"{file}: holds {arrays[name].dtype}, must be float32")
    try:
        return FeatureSet(index, arrays, meta, rejects=rejects)
    except ValueError as error:
        raise UserError(f"{folder}: {error}") from None


def _read(read: Callable[[Path], Any], file: Path) -> Any:
    try:
        return read(file)
    except FileNotFoundError:
        raise UserError(f"{file}: missing; {file.parent} is not a feature set") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read ({error})") from None


def _copy(array: np.ndarray, file: Path, rows: int = 8192) -> None:
    """Write an array of any size as float32, a block of rows at a time."""
    out = np.lib.format.open_memmap(file, "w+", np.float32, array.shape)
    for start in range(0, len(array), rows):
        out[start : start + rows] = array[start : start + rows]
    out.flush()
