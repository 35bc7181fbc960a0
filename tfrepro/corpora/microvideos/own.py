"""Your own videos, and sounds to help them, where they are."""

import logging
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from tfrepro.corpora.microvideos.table import EXTERNAL, external_table
from tfrepro.corpora.own_videos import read_manifest
from tfrepro.corpora.sounds import CorpusCard, locate, read_sound_corpus
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.settings.microvideos import OwnVideos

log = logging.getLogger("tfrepro")
CARD = CorpusCard(
    name="own",
    title="Your own videos",
    stands_in_for="the Vine collections of DARE, EASTERN and NMCL",
    licence="yours",
)


def build(
    folder: Path, settings: OwnVideos, find_source: Callable | None = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """The videos of the manifest; nothing is copied, but every file's checksum is taken.

    Raises UserError if the settings name no folder or no manifest, if ``sounds`` is no sound
    corpus, and as :func:`~tfrepro.corpora.own_videos.read_manifest`.
    """
    for name in ("folder", "manifest"):
        if getattr(settings, name) is None:
            raise UserError(f"microvideos.own.{name}: name yours in params.yaml")
    videos = read_manifest(settings.manifest, settings.folder)
    videos = _frequent(videos, settings.least_videos)
    files = tqdm(videos["file"], desc="checksums", unit="file")
    videos = videos.assign(source="", sha256=[sha256(settings.folder / file) for file in files])
    for name in ("parent", "split"):
        videos[name] = videos.get(name, "")
    videos["group"] = videos.get("group", videos["id"])
    if settings.sounds is not None:
        clips, _ = read_sound_corpus(settings.sounds)
        clips = clips[clips["file"] != ""].reset_index(drop=True)
        clips["file"] = locate(clips, settings.sounds.resolve(), find_source)
        external_table(clips, Path()).to_parquet(folder / EXTERNAL, index=False)
    return videos, CARD


def _frequent(videos: pd.DataFrame, least: int) -> pd.DataFrame:
    """Those of venues with enough videos, and those without a venue; the others are logged."""
    counts = videos["label"].map(videos["label"].value_counts())
    rare = (videos["label"] != "") & (counts < least)
    for venue, count in videos.loc[rare, "label"].value_counts().items():
        log.warning("%s: %d videos are fewer than %d, left out", venue, count, least)
    if (rare | (videos["label"] == "")).all():
        raise UserError(f"microvideos.own.least_videos = {least}: no venue has so many videos")
    return videos[~rare].reset_index(drop=True)
