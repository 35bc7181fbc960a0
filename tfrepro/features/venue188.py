"""VENUE-188 as a feature set."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tfrepro.corpora.microvideo_split import split_venue
from tfrepro.corpora.venue188 import CARD, VISUAL, read_venue188
from tfrepro.corpora.venue_names import read_venue_names
from tfrepro.features.feature_set import FeatureSet, write_feature_set


def venue188_features(
    file: Path,
    names: Path,
    *,
    visual: int | None = None,
    split: Callable[[np.ndarray], np.ndarray] | None = split_venue,
) -> FeatureSet:
    """The feature set in a released HDF5 file; the features stay there till they are read.

    Its classes are in alphabetical order, as those of every feature set:
    ``tree.numbered_as(features.classes)`` is TRUMANN's tree for them.

    Parameters
    ----------
    file, visual : see :func:`~tfrepro.corpora.venue188.read_venue188`
    names : the file ``leaf_venue_name.txt``
    split : (N,) class numbers of the release -> (N,) parts, for a file that is not split;
        None to leave it so. One that is split stays as it was released.

    Raises UserError naming the file if one of them is not what it should be, or if the
    videos are too few to be split.
    """
    classes = read_venue_names(names)
    venue = read_venue188(file, classes, visual=visual)
    index = venue.index
    made = None
    if "split" not in index and split is not None:
        number = {name: c for c, name in enumerate(classes)}
        index["split"] = split(index["label"].map(number).to_numpy())
        made = getattr(split, "__name__", str(split))
    wide = venue.arrays["visual"].shape[1]
    made_by = {
        "visual": VISUAL.get(wide, "unknown"),
        "acoustic": "stacked denoising autoencoder",
        "textual": "paragraph vector",
    }
    meta = {
        "corpus": asdict(CARD) | {"file": Path(file).name, "videos": len(index)},
        "modalities": {
            name: {"dimension": array.shape[1], "unit": "as released", "extractor": made_by[name]}
            for name, array in venue.arrays.items()
        },
        "extractor": {"name": "as released"},
        "split": {"name": made or ("as released" if "split" in index else "none")},
    }
    return FeatureSet(index, venue.arrays, meta)


def write_venue188(folder: Path, file: Path, names: Path, **options) -> None:
    """Write what :func:`venue188_features` finds as a folder, a block of rows at a time."""
    write_feature_set(folder, venue188_features(file, names, **options))
