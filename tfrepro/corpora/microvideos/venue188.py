"""VENUE-188 as it was released, as a corpus."""

from pathlib import Path

import pandas as pd

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.corpora.trumann_tree import TOP_LEVEL, read_trumann_tree
from tfrepro.corpora.venue188 import CARD, read_venue188
from tfrepro.corpora.venue_names import read_venue_names
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.settings.microvideos import ReleasedVenues


def build(
    folder: Path, settings: ReleasedVenues, find_source: object = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos in the file; nothing is copied.

    ``parent`` is the category of Foursquare's top level, if TRUMANN's tree lies beside the
    names of the classes. Raises UserError if the settings name no files, and as
    :func:`~tfrepro.corpora.venue188.read_venue188`.
    """
    file, names = venue188_files(settings)
    index = read_venue188(file, read_venue_names(names), visual=settings.visual).index
    index["parent"] = index["label"].map(_parents(names.parent)).fillna("")
    index["split"] = index.get("split", "")
    return (
        index.assign(file="", source="", sha256=sha256(file), group=index["id"], text=""),
        CARD,
    )


def venue188_files(settings: ReleasedVenues) -> tuple[Path, Path]:
    """The HDF5 file and that of the names; UserError naming the setting that is null."""
    for name in ("file", "names"):
        if getattr(settings, name) is None:
            raise UserError(f"microvideos.venue188.{name}: name yours in params.yaml")
    return settings.file, settings.names


def _parents(folder: Path) -> dict[str, str]:
    if not (folder / "tree_group.pkl").is_file():
        return {}
    tree = read_trumann_tree(folder)
    return {
        tree.classes[c]: name
        for name, group in zip(tree.names, tree.groups, strict=True)
        if name in TOP_LEVEL
        for c in group
    }
