"""YouTube-8M's vocabulary: what its label numbers mean."""

from pathlib import Path

import pandas as pd

from tfrepro.errors import UserError

COLUMNS = ("Index", "Name", "KnowledgeGraphId", "Vertical1")
UNKNOWN = "(Unknown)"


def read_vocabulary(file: Path) -> pd.DataFrame:
    """Name and top-level vertical of each label, indexed by label number, ascending.

    The file's rows are in no order: only its column ``Index`` says which label
    a row is of. A label without a name goes by its Knowledge Graph id, one
    without a vertical has the release's own word for it, ``(Unknown)``.

    Raises UserError naming the file if it is no vocabulary.
    """
    try:
        table = pd.read_csv(file, usecols=list(COLUMNS), dtype={"Index": int})
    except (OSError, ValueError) as error:
        raise UserError(
            f"{file}: cannot be read as a YouTube-8M vocabulary ({error}): "
            f"it must be a CSV file with the columns {', '.join(COLUMNS)}"
        ) from None
    if table["Index"].duplicated().any():
        twice = table["Index"][table["Index"].duplicated()].iloc[0]
        raise UserError(f"{file}: describes label {twice} twice")
    words = pd.DataFrame(
        {
            "name": table["Name"].fillna(table["KnowledgeGraphId"]),
            "vertical": table["Vertical1"].fillna(UNKNOWN),
        }
    )
    return words.set_index(table["Index"].rename("label")).sort_index()
