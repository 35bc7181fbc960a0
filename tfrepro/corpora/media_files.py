"""Where the files of a corpus lie: in its folder, or in a source."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.sources import Resolved


def locate(files: pd.DataFrame, folder: Path, find_source: Callable[[str], Resolved]) -> list[Path]:
    """The path of each file.

    Parameters
    ----------
    files : ``file``, a path inside the source if ``source`` names one, else inside the folder
    folder : of the corpus
    find_source : name -> where its files are
    """
    found = {name: find_source(name) for name in files["source"].unique() if name}
    return [
        found[source].path(file) if source else folder / file
        for source, file in zip(files["source"], files["file"], strict=True)
    ]
