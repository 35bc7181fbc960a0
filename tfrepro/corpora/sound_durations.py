"""How long the sounds of a corpus are: ``durations.parquet``, with ``id`` and ``duration`` in s.

Of a sound of which there are only words, or a preview, as its catalogue says.
"""

from pathlib import Path

import pandas as pd

from tfrepro.errors import UserError


def write_durations(folder: Path, clips: pd.DataFrame) -> None:
    """Write the column ``duration`` of a corpus' clips; ValueError if they lack it."""
    if "duration" not in clips:
        raise ValueError("clips lack the column duration, in s")
    clips[["id", "duration"]].to_parquet(folder / "durations.parquet", index=False)


def read_durations(folder: Path, clips: pd.DataFrame) -> pd.Series:
    """The duration of each clip, in s; UserError if the corpus does not tell."""
    try:
        table = pd.read_parquet(folder / "durations.parquet")
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
    return clips["id"].map(table.set_index("id")["duration"])
