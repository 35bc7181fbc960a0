"""Your own videos: a folder of files and a manifest that says what they are.

The manifest is a CSV or Parquet file with a row a video:

==========  =====================================================================
``file``    path inside the folder
``venue``   the class; may be empty for videos that are only to be classified. Music videos
            have it as ``style``
``id``      unique name; may be missing, then it is the path without its ending
``text``    what its owner wrote; may be empty or missing
``split``   ``train``, ``valid`` or ``test``; in all rows or in none
``group``   what must not be torn apart by a split, such as its owner; in all rows or in none
==========  =====================================================================

Other columns stay as they are, but for the names that the features need.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.errors import UserError

SPLITS = ("train", "valid", "test")
RESERVED = ("label", "source", "sha256")


def read_manifest(file: Path, folder: Path, label: str = "venue") -> pd.DataFrame:
    """The videos of a manifest, in its order.

    Parameters
    ----------
    label : the column of the class

    Returns
    -------
    Columns ``id``, ``file``, ``label``, ``text``, and ``split``
    and ``group`` if the manifest has them; what is empty is an empty text.

    Raises UserError naming the manifest, and the row, as counted by a spreadsheet, whose file
    is missing, outside the folder or there twice, whose split is none, or whose group is in
    another split, too.
    """
    table = _read_table(file)
    for name in table:
        if name in RESERVED or name.startswith("has_") or name.endswith("_length"):
            raise UserError(f"{file}: column {name!r}: is needed for other things; rename it")
    if "file" not in table or label not in table:
        raise UserError(f"{file}: must have the columns file and {label}, has {', '.join(table)}")
    table = table.rename(columns={label: "label"})
    if "text" not in table:
        table["text"] = ""
    if table.empty:
        raise UserError(f"{file}: has no videos")
    for row, path in enumerate(table["file"], 2):
        _check_file(file, row, folder, path)
    _check_each_once(file, table["file"])
    for name in ("split", "group"):
        _check_all_or_none(file, table, name)
    if "split" in table:
        for row, split in enumerate(table["split"], 2):
            if split not in SPLITS:
                raise UserError(f"{file}: row {row}: split {split!r}: must be train, valid or test")
        _check_groups_whole(file, table)
    if "id" in table:
        twice = table["id"][table["id"].duplicated()]
        if len(twice):
            raise UserError(
                f"{file}: row {twice.index[0] + 2}: id {twice.iloc[0]!r} is there already"
            )
        return table
    table.insert(0, "id", [str(Path(path).with_suffix("")) for path in table["file"]])
    if table["id"].duplicated().any():
        # Two files that differ in nothing but their ending.
        table["id"] = table["file"]
    return table


def _read_table(file: Path) -> pd.DataFrame:
    """The manifest with every cell as text."""
    try:
        if file.suffix == ".parquet":
            table = pd.read_parquet(file)
            if table.index.name:
                table = table.reset_index()
            return table.astype(object).where(table.notna(), "").astype(str)
        return pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as a manifest ({error})") from None


def _check_file(manifest: Path, row: int, folder: Path, path: str) -> None:
    where = folder / path
    if not path or not where.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{manifest}: row {row}: file {path!r}: must be a path inside {folder}")
    if not where.is_file():
        raise UserError(f"{manifest}: row {row}: {where}: no such file")


def _check_each_once(manifest: Path, files: pd.Series) -> None:
    twice = files[files.map(os.path.normpath).duplicated()]
    if len(twice):
        raise UserError(f"{manifest}: row {twice.index[0] + 2}: {twice.iloc[0]} is there already")


def _check_groups_whole(manifest: Path, table: pd.DataFrame) -> None:
    """A group on two sides would be learned from and tested on."""
    if "group" not in table:
        return
    first = table.groupby("group")["split"].transform("first")
    torn = np.flatnonzero(table["split"] != first)
    if len(torn):
        row = torn[0]
        raise UserError(
            f"{manifest}: row {row + 2}: group {table['group'][row]!r} is in {first[row]} and in "
            f"{table['split'][row]}"
        )


def _check_all_or_none(manifest: Path, table: pd.DataFrame, name: str) -> None:
    """A column that is empty throughout is dropped."""
    if name not in table:
        return
    empty = table[name] == ""
    if empty.all():
        del table[name]
    elif empty.any():
        row = int(empty.to_numpy().argmax()) + 2
        raise UserError(f"{manifest}: row {row}: has no {name}, while others have one")
