"""Video files -> vectors and sequences of their pictures, sounds and words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.features.acoustic import BLOCKS, AcousticFrontEnd
from tfrepro.features.audioset import AudioSetScores
from tfrepro.features.extraction import extract
from tfrepro.features.key_frames import key_frames
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.features.sound_seconds import DIMENSION, sound_seconds
from tfrepro.features.visual.extractor import Extractor, make_extractor
from tfrepro.media.audio import SAMPLE_RATE, SilentError, check_audible, load_audio
from tfrepro.media.video import frames_every
from tfrepro.settings.microvideos import Extraction, OwnVideos, RenderedMicroVideos

AUDIOSET_RATE = 16000
HEARD = "heard"


@dataclass(frozen=True)
class MediaFeatures:
    """A video file -> its features; holds one decoded video at a time.

    Attributes
    ----------
    settings : of the extraction
    visual : frames -> vectors
    audioset : sound -> scores of AudioSet's concepts, if wanted
    acoustic : sound -> the blocks of the 1,104-D vector
    """

    settings: Extraction
    visual: Extractor
    audioset: AudioSetScores | None
    acoustic: AcousticFrontEnd = field(default_factory=AcousticFrontEnd)

    def __call__(self, path: Path) -> dict[str, np.ndarray]:
        """Modality -> (D,) or (T, D) float32, zeros for a sound that is not there.

        ``heard`` is 1 if there is one. Raises MediaError if the pictures cannot be decoded,
        or if there is a sound track that cannot.
        """
        one_thread()
        return self._seen(path) | self._heard(path)

    def _seen(self, path: Path) -> dict[str, np.ndarray]:
        how = self.settings.visual
        _, frames = frames_every(path, how.every_s, self.visual.size, how.frames)
        sequence = self.visual(frames)
        pooled = sequence
        if how.pooled == "key-frames":
            _, frames = key_frames(
                path, threshold=how.threshold, most=how.most, size=self.visual.size
            )
            pooled = self.visual(frames)
        return {"visual": pooled.mean(axis=0), "visual_sequence": sequence}

    def _heard(self, path: Path) -> dict[str, np.ndarray]:
        try:
            y = load_audio(path, self.acoustic.sample_rate)
            check_audible(y)
        except SilentError:
            return self._silence()
        made = {
            **self.acoustic.signal(y),
            "acoustic_sequence": sound_seconds(y, self.acoustic.sample_rate, self.settings.seconds),
            HEARD: np.ones(1, np.float32),
        }
        if self.audioset:
            made["audioset"] = self.audioset.signal(load_audio(path, AUDIOSET_RATE))
        return made

    def _silence(self) -> dict[str, np.ndarray]:
        sizes = dict(self.acoustic.dimensions)
        if self.audioset:
            sizes["audioset"] = len(self.audioset.names)
        made = {name: np.zeros(size, np.float32) for name, size in sizes.items()}
        made["acoustic_sequence"] = np.zeros((self.settings.seconds, DIMENSION), np.float32)
        return made | {HEARD: np.zeros(1, np.float32)}

    def describe(self) -> dict[str, dict[str, Any]]:
        """Modality -> dimension, unit and extractor."""
        seen, sound = {"extractor": self.visual.describe()}, {"name": "acoustic front end"}
        dimension = self.visual.dimension
        unit = f"activation, mean over {self.settings.visual.pooled}"
        made = {
            "visual": {"dimension": dimension, "unit": unit} | seen,
            "visual_sequence": {"dimension": dimension, "unit": "activation"} | seen,
            "acoustic_sequence": {
                "dimension": DIMENSION,
                "unit": "magnitude, full scale 1",
                "extractor": {"name": "mean spectrum of each second", "weights": "none"},
            },
        }
        for name in BLOCKS:
            made[name] = {
                "dimension": self.acoustic.dimensions[name],
                "unit": self.acoustic.units[name],
                "extractor": sound | {"weights": "none"},
            }
        if self.audioset:
            made["audioset"] = {
                "dimension": len(self.audioset.names),
                "unit": "score in [0, 1]",
                "extractor": self.audioset.describe(),
                "names": list(self.audioset.names),
            }
        return made


def media_features(settings: Extraction) -> MediaFeatures:
    """The extraction that the settings ask for; UserError if a file of weights is missing."""
    visual = make_extractor(
        settings.visual.extractor, settings.visual.weights, settings.visual.seed
    )
    scores = settings.audioset
    audioset = AudioSetScores(scores.model, scores.class_map) if scores.model else None
    return MediaFeatures(settings, visual, audioset, AcousticFrontEnd(sample_rate=SAMPLE_RATE))


def make_features(
    folder: Path,
    videos: pd.DataFrame,
    settings: RenderedMicroVideos | OwnVideos,
    find_source: Callable[..., Any],
    work: Path,
    jobs: int = 1,
) -> Extracted:
    """What the files look and sound like; files that cannot be decoded are rejects."""
    home = getattr(settings, "folder", folder)
    maker = media_features(settings.extraction)
    described = maker.describe()
    arrays, rows, rejects = extract(
        maker, [home / file for file in videos["file"]], work, jobs=jobs, title="videos"
    )
    heard = arrays.pop(HEARD)[:, 0] > 0
    index = with_presence(videos.iloc[rows], acoustic=heard)
    index["visual_sequence_length"] = settings.extraction.visual.frames
    index["acoustic_sequence_length"] = settings.extraction.seconds
    return Extracted(index, arrays, described, rejects=_reject_table(videos, rejects))


def salt(settings: RenderedMicroVideos | OwnVideos) -> str:
    """What finished pieces of an extraction depend on, besides files and code."""
    return json.dumps(settings.extraction.model_dump(mode="json"), sort_keys=True)


def one_thread() -> None:
    """Let TensorFlow use one thread in this process; there is a process a core."""
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # it runs already, with what the first call has set


def _reject_table(videos: pd.DataFrame, rejects: Mapping[int, str]) -> pd.DataFrame:
    rows = [(videos["file"].iloc[number], reason) for number, reason in rejects.items()]
    return pd.DataFrame(rows, columns=["file", "reason"])
