"""How long the recordings of a sound corpus are: ``durations.parquet``, ``id`` and s.

Of the whole recording, of which the corpus may have a part or nothing but words.
"""

from pathlib import Path

import pandas as pd

from tfrepro.errors import UserError


def write_durations(folder: Path, clips: pd.DataFrame) -> None:
    """Write the column ``duration`` of a corpus' clips."""
    clips[["id", "duration"]].to_parquet(folder / "durations.parquet", index=False)


def read_durations(folder: Path, clips: pd.DataFrame) -> pd.Series:
    """The duration of each clip, in s; UserError if the corpus does not tell."""
    try:
        table = pd.read_parquet(folder / "durations.parquet")
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: missing; run `dvc repro` to build it") from None
    return clips["id"].map(table.set_index("id")["duration"])
