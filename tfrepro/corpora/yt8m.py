"""YouTube-8M shards -> a feature set: a visual and an acoustic vector a video.

Conventions
-----------
The modalities are ``visual`` (1,024) and ``acoustic`` (128), as released: no
scaling. The index has a row a video:

============  ==================================================================
``id``        the release's letters and digits; upper and lower case differ
``label``     top-level vertical of the video's first label
``labels``    all its label numbers, as in the record
``concepts``  the names of those labels
``group``     the id: no two videos belong together
``source``    the shard it is from
``split``     ``train``, ``valid`` or ``test``
============  ==================================================================

In the release labels ascend, which is by falling frequency; so the first is the
commonest, and the verticals make it one of 25 classes a video.

No TensorFlow here: starting it takes longer than reading the shards.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.yt8m_records import ACOUSTIC, VISUAL
from tfrepro.corpora.yt8m_shards import (
    OnCorrupt,
    Reject,
    ShardVideos,
    log,
    look_through,
    read_shard,
    reject_table,
)
from tfrepro.errors import UserError

VERSION = "1"
MODALITIES = {
    "visual": {
        "dimension": VISUAL,
        "unit": "PCA-whitened Inception activations, mean over the video's frames",
    },
    "acoustic": {
        "dimension": ACOUSTIC,
        "unit": "PCA-whitened VGG-like audio activations, mean over the video's frames",
    },
}


def convert(
    files: Sequence[Path],
    vocabulary: pd.DataFrame,
    work: Path,
    *,
    split: Callable[[Sequence[str]], np.ndarray],
    on_corrupt: OnCorrupt,
    jobs: int = 1,
    title: str = "shards",
    progress: bool = True,
) -> tuple[pd.DataFrame, dict[str, np.ndarray], pd.DataFrame]:
    """Index, arrays and rejects of the videos in some shards, in order, each video once.

    Memory holds a shard or two, besides the index.

    Parameters
    ----------
    files : shards of one schema; see :mod:`tfrepro.corpora.yt8m_shards`
    vocabulary : from :func:`tfrepro.corpora.yt8m_vocabulary.read_vocabulary`
    work : folder for the arrays, which are mapped from it
    split : ids -> the part each belongs to
    on_corrupt : whether what cannot be read is skipped and listed, or fatal. A video
        that comes again, in whatever shard, is always dropped and listed.
    jobs : worker processes, a shard each

    Returns
    -------
    index : (N rows) as above
    arrays : modality -> (N, D) float32
    rejects : file, reason, records_before

    Raises
    ------
    UserError
        naming the file, as :func:`tfrepro.corpora.yt8m_shards.look_through`, and for
        labels that the vocabulary does not have.
    """
    work.mkdir(parents=True, exist_ok=True)
    stores = {name: work / f"{name}.float32" for name in MODALITIES}
    register = _Register()
    shards = look_through(
        read_shard,
        files,
        register.rejects,
        on_corrupt=on_corrupt,
        jobs=jobs,
        title=title,
        progress=progress,
    )
    with open(stores["visual"], "wb") as visual, open(stores["acoustic"], "wb") as acoustic:
        for shard in shards:
            rows = register.enter(shard)
            visual.write(shard.visual[rows])
            acoustic.write(shard.acoustic[rows])
    index = register.index(vocabulary)
    index["split"] = split(index["id"])
    arrays = {
        name: np.memmap(store, np.float32, "r").reshape(len(index), -1)
        for name, store in stores.items()
    }
    return index, arrays, reject_table(register.rejects)


class _Register:
    """The videos entered so far, and what was not."""

    def __init__(self):
        self.rejects: list[Reject] = []
        self._places: dict[str, tuple[Path, int]] = {}
        self._labels: list[list[int]] = []

    def enter(self, shard: ShardVideos) -> list[int]:
        """Enter the videos of a shard that are new; returns which those are."""
        new = []
        for row, (name, number) in enumerate(zip(shard.ids, shard.numbers, strict=True)):
            if name in self._places:
                first, where = self._places[name]
                reason = f"record {number} is video {name} again, record {where} of {first.name}"
                self.rejects.append(Reject(shard.file.name, reason, len(new)))
                log.warning("dropped: %s", self.rejects[-1])
                continue
            self._places[name] = shard.file, number
            self._labels.append(shard.labels[row])
            new.append(row)
        return new

    def index(self, vocabulary: pd.DataFrame) -> pd.DataFrame:
        """A row a video, all columns but the split."""
        self._refuse_unknown(set(vocabulary.index))
        first = [labels[0] for labels in self._labels]
        names = vocabulary["name"].to_dict()
        return pd.DataFrame(
            {
                "id": list(self._places),
                "label": vocabulary["vertical"].loc[first].to_numpy(),
                "labels": self._labels,
                "concepts": [[names[label] for label in labels] for labels in self._labels],
                "group": list(self._places),
                "source": [file.name for file, _ in self._places.values()],
            }
        )

    def _refuse_unknown(self, known: set[int]) -> None:
        for labels, (file, number) in zip(self._labels, self._places.values(), strict=True):
            if not known.issuperset(labels):
                raise UserError(
                    f"{file}: record {number} has label {min(set(labels) - known)}, which the "
                    f"vocabulary of {len(known)} labels lacks: take the one of the same release"
                )
