"""Your own music videos, where they are.

The manifest is one of :mod:`tfrepro.corpora.own_videos` whose class is the column ``style``. In
it ``group`` names the source video where files are parts of one.
"""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.own_videos import read_manifest
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.media.audio import load_audio
from tfrepro.media.errors import MediaError
from tfrepro.media.video import probe
from tfrepro.parallel import Rejected, map_files

log = logging.getLogger("tfrepro")
SEGMENT_S = 6.0  # of the paper
CARD = CorpusCard(
    name="own",
    title="Your own music videos",
    stands_in_for="2,000 music videos of Fusing Music and Video Modalities",
    licence="yours",
)


def build(folder: Path, manifest: Path, *, jobs: int = 1) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the manifest; nothing is copied, but every file's checksum is taken.

    What cannot be decoded, has no sound, or is shorter than a segment is logged and left out.

    Parameters
    ----------
    folder : of the files
    manifest : CSV or Parquet, see above
    jobs : worker processes

    Returns
    -------
    videos : the columns of :mod:`tfrepro.corpora.music_videos.table` and those of the manifest
    card : of the corpus

    Raises
    ------
    UserError
        if no video is left, and as :func:`tfrepro.corpora.own_videos.read_manifest`
    """
    videos = read_manifest(manifest, folder, label="style")
    files = [folder / file for file in videos["file"]]
    facts = list(map_files(_look, files, jobs=jobs, title="music videos"))
    good = np.array([not isinstance(fact, Rejected) for fact in facts])
    for row in np.flatnonzero(~good):
        log.warning("%s: %s, left out", files[row], facts[row].reason)
    if not good.any():
        reason = facts[0].reason
        raise UserError(f"{manifest}: no video can be used; {videos['file'][0]} {reason}")
    seconds, checksums = zip(
        *(fact for fact in facts if not isinstance(fact, Rejected)), strict=True
    )
    videos = videos[good].reset_index(drop=True)
    videos = videos.assign(source="", sha256=checksums, duration_s=seconds)
    videos["group"] = videos.get("group", videos["id"])
    return videos, CARD


def _look(file: Path) -> tuple[float, str]:
    """Seconds and checksum of a file; MediaError if it is no music video."""
    seconds = probe(file).seconds
    if seconds < SEGMENT_S:
        raise MediaError(f"lasts {seconds:.1f} s, less than a segment of {SEGMENT_S:g} s")
    load_audio(file)
    return seconds, sha256(file)
