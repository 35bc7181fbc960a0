"""A completion on disk: ``completion.npz``, so that what a clip lacks is filled in as ever.

It holds ``factors`` and ``ridge``, and of each block its ``<block>_mean``, ``<block>_std`` (D,)
and ``<block>_columns`` (f, D).
"""

import zipfile
from pathlib import Path

import numpy as np

from tfrepro.errors import UserError
from tfrepro.features.completion import LowRankCompletion, Scale

_COLUMNS = "_columns"


def save_completion(file: Path, completion: LowRankCompletion) -> None:
    """Write what a fitted completion needs for rows that are new."""
    arrays = {"factors": np.array(completion.factors), "ridge": np.array(completion.ridge)}
    for name, columns in completion.column_factors_.items():
        scale = completion.scales_[name]
        arrays |= {f"{name}_mean": scale.mean, f"{name}_std": scale.std}
        arrays[name + _COLUMNS] = columns
    np.savez(file, **arrays)


def load_completion(file: Path) -> LowRankCompletion:
    """A completion that :func:`save_completion` wrote; nothing is unpickled.

    Raises UserError if the file is missing or holds something else.
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            made = LowRankCompletion(factors=int(kept["factors"]), ridge=float(kept["ridge"]))
            names = [key.removesuffix(_COLUMNS) for key in kept.files if key.endswith(_COLUMNS)]
            made.scales_ = {n: Scale(kept[f"{n}_mean"], kept[f"{n}_std"]) for n in names}
            made.column_factors_ = {n: kept[n + _COLUMNS] for n in names}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{file}: not a completion ({error})") from None
    return made
