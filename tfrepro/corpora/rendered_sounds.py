"""The embedded sound corpus: clips synthesised here and written as real audio files."""

from pathlib import Path

import pandas as pd
import soundfile
from tqdm import tqdm

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.files import sha256
from tfrepro.settings.sounds import RenderedSounds
from tfrepro.simulate.sounds import sound_clips
from tfrepro.simulate.voices import VOICES

FOLDS = 5
CARD = CorpusCard(
    name="rendered",
    title="Sound clips synthesised by tfrepro from a dozen acoustic concepts",
    stands_in_for="the 313-concept Freesound collection of DARE",
    licence="CC0-1.0",
)


def build(
    folder: Path, settings: RenderedSounds, find_source: object = None
) -> tuple[pd.DataFrame, CorpusCard]:
    """Synthesise the clips into ``folder/media``; the same files for the same settings."""
    media = folder / "media"
    media.mkdir()
    rows = []
    clips = sound_clips(
        settings.clips,
        settings.seed,
        noise=settings.noise,
        companions=settings.companions,
        takes=settings.takes,
    )
    for number, clip in enumerate(tqdm(clips, total=settings.clips, desc="clips", unit="clip")):
        file = media / f"{number:05d}.{clip.format}"
        soundfile.write(file, clip.y, clip.rate, subtype="PCM_16")
        rows.append(
            {
                "id": f"rendered-{number:05d}",
                "file": f"media/{file.name}",
                "source": "",
                "sha256": sha256(file),
                "label": clip.concepts[0],
                "concepts": list(clip.concepts),
                "group": f"recording-{clip.recording:05d}",
                "fold": 1 + clip.recording // len(VOICES) % FOLDS,
                "title": " and ".join(clip.concepts),
                "user": "tfrepro",
                "licence": CARD.licence,
            }
        )
    return pd.DataFrame(rows), CARD
