"""Your own videos, where they are: a folder and its manifest."""

from pathlib import Path

import pandas as pd
from tqdm import tqdm

from tfrepro.corpora.own_videos import read_manifest
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.settings.microvideos import OwnVideos

CARD = CorpusCard(
    name="own",
    title="Your own videos",
    stands_in_for="the Vine collections of DARE, EASTERN and NMCL",
    licence="yours",
)


def build(
    folder: Path, settings: OwnVideos, find_source: object = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the manifest; nothing is copied, but every file's checksum is taken.

    Raises UserError if the settings name no folder or no manifest, and as
    :func:`~tfrepro.corpora.own_videos.read_manifest`.
    """
    for name in ("folder", "manifest"):
        if getattr(settings, name) is None:
            raise UserError(f"microvideos.own.{name}: name yours in params.yaml")
    videos = read_manifest(settings.manifest, settings.folder)
    files = tqdm(videos["file"], desc="checksums", unit="file")
    videos = videos.assign(source="", sha256=[sha256(settings.folder / file) for file in files])
    for name in ("parent", "split"):
        videos[name] = videos.get(name, "")
    videos["group"] = videos.get("group", videos["id"])
    return videos, CARD
