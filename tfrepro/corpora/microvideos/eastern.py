"""EASTERN's set as arrays, in a folder of yours.

``videos.csv`` has ``id`` and ``label``, and may have ``words`` (how many rows of the
textual sequence count), ``split``, ``group`` and ``text``; ``visual.npy``,
``acoustic.npy`` and ``textual.npy`` are numbers of shape (N, T, D), in the paper
(20,093, 12, 4,096), (20,093, 6, 512) and (20,093, T, 100).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.own_videos import SPLITS
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.settings.microvideos import ReleasedSequences

ARRAYS = ("visual", "acoustic", "textual")
CARD = CorpusCard(
    name="eastern",
    title="EASTERN: 20,093 Vine videos of 22 venue categories, sequences as released",
    stands_in_for=None,
    licence="not stated; research use only",
)


def build(
    folder: Path, settings: ReleasedSequences, find_source: object = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of ``videos.csv``; UserError if table or arrays are not as described."""
    home = eastern_folder(settings)
    table = _read_table(home / "videos.csv")
    for name in ARRAYS:
        open_array(home, name, len(table))
    files = [home / "videos.csv", *(home / f"{name}.npy" for name in ARRAYS)]
    content = " ".join(sha256(file) for file in files)
    for name in ("split", "text"):
        table[name] = table.get(name, "")
    table["group"] = table.get("group", table["id"])
    return table.assign(file="", source="", sha256=content, parent=""), CARD


def eastern_folder(settings: ReleasedSequences) -> Path:
    """The folder of the arrays; UserError if the setting is null."""
    if settings.folder is None:
        raise UserError("microvideos.eastern.folder: name yours in params.yaml")
    return settings.folder


def open_array(folder: Path, name: str, rows: int) -> np.ndarray:
    """One of the arrays, memory-mapped; UserError if it is none or has other rows."""
    file = folder / f"{name}.npy"
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as an array ({error})") from None
    if array.ndim != 3 or len(array) != rows or array.dtype.kind not in "fiu":
        raise UserError(
            f"{file}: is {array.dtype} of shape {array.shape}, must be numbers of shape "
            f"({rows}, T, D)"
        )
    return array


def _read_table(file: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as a table ({error})") from None
    for name in ("id", "label"):
        if name not in table:
            raise UserError(f"{file}: must have the columns id and label, has {', '.join(table)}")
    if table["id"].duplicated().any():
        raise UserError(f"{file}: has two videos named {table['id'].mode()[0]}")
    parts = set(table.get("split", ()))
    if parts != {""} and parts - {*SPLITS}:
        raise UserError(f"{file}: split must be {', '.join(SPLITS)}, or empty in all rows")
    if "words" in table:
        counts = pd.to_numeric(table["words"], errors="coerce")
        if counts.isna().any():
            raise UserError(f"{file}: row {int(counts.isna().argmax()) + 2}: words: no number")
        table["words"] = counts.astype(int)
    return table
