"""The embedded sound corpus: a small Freesound made here, and the concepts found in it.

Clips are synthesised, their owners tag them, and the concepts and labels come out of the
same procedure as with Freesound: from a few seeds, by tags, merged by a dictionary.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import soundfile
from numpy.random import SeedSequence, default_rng
from tqdm import tqdm

from tfrepro.corpora.freesound.collection import write_harvest
from tfrepro.corpora.freesound.metadata_table import MetadataTable
from tfrepro.corpora.freesound.nouns import TABLES, Nouns
from tfrepro.corpora.freesound.procedure import Thresholds, build_concept_dataset
from tfrepro.corpora.freesound.sound import Sound, words_of
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.files import sha256
from tfrepro.settings.sounds import RenderedSounds
from tfrepro.simulate.sound_tags import senses_of, tags_of
from tfrepro.simulate.sounds import SoundClip, sound_clips
from tfrepro.simulate.voice_words import VOICE_WORDS
from tfrepro.simulate.voices import VOICES

FOLDS = 5
OWNERS = 9
CARD = CorpusCard(
    name="rendered",
    title="Sound clips synthesised by tfrepro from a dozen acoustic concepts",
    stands_in_for="the 313-concept Freesound collection of DARE",
    licence="CC0-1.0",
)


def build(
    folder: Path, settings: RenderedSounds, find_source: object = None
) -> tuple[pd.DataFrame, CorpusCard]:
    """Synthesise the clips into ``folder/media``; the same files for the same settings.

    Only those stay that belong to a kept concept.
    """
    media = folder / "media"
    media.mkdir()
    made = _render(media, settings)
    thresholds = Thresholds(**settings.rules.model_dump())
    dataset = build_concept_dataset(
        MetadataTable(
            [clip.sound for clip in made], [frozenset(words_of(clip.sound.name)) for clip in made]
        ),
        settings.seeds,
        thresholds,
        nouns=dictionary(),
        overrides={},
    )
    write_harvest(folder, dataset, thresholds)
    sounds = {sound["id"]: sound for sound in dataset.clips.to_dict("records")}
    rows = []
    for clip in made:
        if clip.sound.id in sounds:
            rows.append(_row(media, clip, sounds[clip.sound.id]))
        else:
            (media / clip.file).unlink()
    return pd.DataFrame(rows), CARD


def dictionary() -> Nouns:
    """What the owners' words mean, as planted."""
    none = {name: pd.DataFrame(columns=TABLES[name]) for name in ("forms", "glosses")}
    return Nouns(senses_of(list(VOICE_WORDS.values())), **none)


@dataclass(frozen=True)
class _Clip:
    """A clip that is written: its file, the source it is a take of, what its owner says."""

    file: str
    recording: int
    sound: Sound


def _render(media: Path, settings: RenderedSounds) -> list[_Clip]:
    clips = sound_clips(
        settings.clips,
        settings.seed,
        noise=settings.noise,
        companions=settings.companions,
        takes=settings.takes,
    )
    made = []
    for number, clip in enumerate(tqdm(clips, total=settings.clips, desc="clips", unit="clip")):
        file = f"{number:05d}.{clip.format}"
        soundfile.write(media / file, clip.y, clip.rate, subtype="PCM_16")
        made.append(_Clip(file, clip.recording, _catalogued(number, clip, settings.seed)))
    return made


def _catalogued(number: int, clip: SoundClip, seed: int) -> Sound:
    """What its owner says of a clip; the title names what is loudest."""
    rng = default_rng(SeedSequence([seed, 2, number]))
    owner = int(rng.integers(OWNERS))
    tags = tags_of([VOICE_WORDS[concept] for concept in clip.concepts], owner, rng)
    return Sound(
        id=number,
        name=f"{tags[0]} {number}",
        tags=tuple(tags),
        duration=len(clip.y) / clip.rate,
        licence=CARD.licence,
        user=f"owner{owner}",
    )


def _row(media: Path, clip: _Clip, sound: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"rendered-{clip.sound.id:05d}",
        "file": f"media/{clip.file}",
        "source": "",
        "sha256": sha256(media / clip.file),
        "label": sound["label"],
        "concepts": sound["concepts"],
        "duration": sound["duration"],
        "group": f"recording-{clip.recording:05d}",
        "fold": 1 + clip.recording // len(VOICES) % FOLDS,
        "title": sound["name"],
        "user": sound["user"],
        "licence": CARD.licence,
    }
