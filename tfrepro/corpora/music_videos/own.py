"""Your own music videos, where they are.

The manifest is one of :mod:`tfrepro.corpora.own_videos` whose class is the column ``style``. In
it ``group`` names the source video where files are parts of one.
"""

from pathlib import Path

import pandas as pd

from tfrepro.corpora.own_videos import read_manifest
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.media.errors import MediaError
from tfrepro.media.video import probe
from tfrepro.parallel import map_files
from tfrepro.settings.music_videos import OwnMusicVideos

CARD = CorpusCard(
    name="own",
    title="Your own music videos",
    stands_in_for="2,000 music videos of Fusing Music and Video Modalities",
    licence="yours",
)


def build(
    folder: Path, settings: OwnMusicVideos, find_source: object = None, *, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the manifest; nothing is copied, but every file's checksum is taken.

    What cannot be used of them is seen when features are made.

    Raises UserError if the settings name no folder or no manifest, and as
    :func:`~tfrepro.corpora.own_videos.read_manifest`.
    """
    for name, path in settings:
        if path is None:
            raise UserError(f"music_videos.own.{name}: name yours in params.yaml")
    videos = read_manifest(settings.manifest, settings.folder, label="style")
    files = [settings.folder / file for file in videos["file"]]
    facts = map_files(_facts, files, jobs=jobs, title="music videos")
    checksums, seconds = zip(*facts, strict=True)
    group = videos.get("group", videos["id"])
    return videos.assign(source="", sha256=checksums, duration_s=seconds, group=group), CARD


def _facts(file: Path) -> tuple[str, float]:
    """Checksum and length in s of a file; no number if that cannot be told."""
    try:
        seconds = probe(file).seconds
    except MediaError:
        seconds = float("nan")
    return sha256(file), seconds
