"""The embedded corpus of micro-videos: MP4 files made here, and sounds beside them."""

from functools import partial
from pathlib import Path

import pandas as pd

from tfrepro.corpora import rendered_sounds
from tfrepro.corpora.microvideos.table import EXTERNAL, external_table
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.files import sha256
from tfrepro.media.video import write_video
from tfrepro.parallel import map_files
from tfrepro.settings.microvideos import RenderedMicroVideos
from tfrepro.simulate.microvideo_effects import Effects
from tfrepro.simulate.microvideos import MicroVideo, micro_videos

FRAMES_A_SECOND = 10
SAMPLE_RATE = 22050
CARD = CorpusCard(
    name="rendered",
    title="Micro-videos drawn, synthesised and captioned by tfrepro",
    stands_in_for="the Vine collections of DARE, EASTERN and NMCL",
    licence="CC0-1.0",
)


def build(
    folder: Path, settings: RenderedMicroVideos, find_source: object = None, jobs: int = 1
) -> tuple[pd.DataFrame, CorpusCard]:
    """Render videos into ``folder/media``, sounds into ``folder/sounds``; the same each time."""
    sounds = folder / "sounds"
    sounds.mkdir()
    clips, _ = rendered_sounds.build(sounds, settings.sounds)
    external_table(clips, sounds.relative_to(folder)).to_parquet(folder / EXTERNAL, index=False)
    (folder / "media").mkdir()
    videos = list(
        micro_videos(settings.videos, settings.seed, Effects(**settings.effects.model_dump()))
    )
    rows = list(map_files(partial(_render, folder), videos, jobs=jobs, title="videos"))
    return pd.DataFrame(rows), CARD


def _render(folder: Path, video: MicroVideo) -> dict:
    file = f"media/{video.number:05d}.mp4"
    write_video(
        folder / file, video.frames(), FRAMES_A_SECOND, sound=video.sound, sound_rate=SAMPLE_RATE
    )
    return {
        "id": f"rendered-{video.number:05d}",
        "file": file,
        "source": "",
        "sha256": sha256(folder / file),
        "label": video.venue,
        "parent": video.parent,
        "split": "",
        "group": f"owner-{video.owner:03d}",
        "text": video.text,
    }
