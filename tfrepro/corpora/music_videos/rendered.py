"""The embedded corpora of music videos, a quick one and one of many: MP4 files made here."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.files import sha256
from tfrepro.media.video import write_video
from tfrepro.parallel import map_files
from tfrepro.settings.music_videos import RenderedMusicVideos
from tfrepro.simulate.music import RATE
from tfrepro.simulate.music_pictures import FRAME_RATE
from tfrepro.simulate.music_plans import Effects
from tfrepro.simulate.music_videos import MusicVideo, music_videos

CARD = CorpusCard(
    name="rendered",
    title="Music videos composed and drawn by tfrepro",
    stands_in_for="2,000 music videos of Fusing Music and Video Modalities",
    licence="CC0-1.0",
)
MANY = replace(CARD, name="rendered-many")


def build(
    folder: Path, settings: RenderedMusicVideos, find_source: object = None, *, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """Render videos into ``folder/media``; the same each time."""
    (folder / "media").mkdir()
    made = music_videos(
        settings.videos,
        settings.seed,
        Effects(**settings.effects.model_dump()),
        seconds=settings.seconds,
        share=settings.share,
    )
    rows = map_files(partial(_render, folder), list(made), jobs=jobs, title="music videos")
    return pd.DataFrame(list(rows)), CARD


def build_many(
    folder: Path, settings: RenderedMusicVideos, find_source: object = None, *, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """:func:`build`, under another name."""
    videos, _ = build(folder, settings, find_source, jobs=jobs)
    return videos, MANY


def _render(folder: Path, video: MusicVideo) -> dict:
    name, file = f"rendered-{video.number:05d}", f"media/{video.number:05d}.mp4"
    write_video(
        folder / file,
        video.frames(),
        FRAME_RATE,
        sound=video.sound,
        sound_rate=RATE,
        fast=True,
    )
    return {
        "id": name,
        "file": file,
        "source": "",
        "sha256": sha256(folder / file),
        "label": video.label,
        "group": name,
        "duration_s": video.seconds,
    }
