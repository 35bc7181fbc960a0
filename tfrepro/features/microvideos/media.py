"""Video files -> vectors and sequences of their pictures, sounds and words."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.corpora.microvideos.table import EXTERNAL
from tfrepro.errors import UserError
from tfrepro.features.acoustic import BLOCKS, AcousticFrontEnd
from tfrepro.features.audioset import AudioSetScores
from tfrepro.features.extraction import extract
from tfrepro.features.kept_per_file import KeptPerFile
from tfrepro.features.key_frames import key_frames
from tfrepro.features.microvideos.extracted import Extracted, with_presence
from tfrepro.features.sound_seconds import DIMENSION, sound_seconds
from tfrepro.features.visual.extractor import Extractor, LazyNetwork, make_extractor
from tfrepro.media.audio import SAMPLE_RATE, SilentError, check_audible, load_audio
from tfrepro.media.video import frames_every, probe
from tfrepro.settings.microvideos import Extraction, OwnVideos, RenderedMicroVideos

AUDIOSET_RATE = 16000
_SLACK = 0.1  # of a step; what encoders add at the end is less
STEPS = "steps"


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

        ``visual_steps`` and ``acoustic_steps``, (1,), tell how many steps of the sequences the
        video lasts; behind them are repeated pictures, and silence.

        Raises MediaError if the pictures cannot be decoded, or if there is a sound track that
        cannot.
        """
        if isinstance(self.visual, LazyNetwork) or self.audioset:
            one_core()
        return self._seen(path) | self._heard(path)

    def _seen(self, path: Path) -> dict[str, np.ndarray]:
        how = self.settings.visual
        _, frames = frames_every(path, how.every_s, self.visual.size, how.frames)
        sequence = self.visual(frames)
        lasts = math.ceil(probe(path).seconds / how.every_s - _SLACK)
        steps = max(1, min(lasts, how.frames))
        pooled = sequence[:steps]
        if how.pooled == "key-frames":
            _, frames = key_frames(
                path, threshold=how.threshold, most=how.most, size=self.visual.size
            )
            pooled = self.visual(frames)
        return {
            "visual": pooled.mean(axis=0),
            "visual_sequence": sequence,
            f"visual_{STEPS}": np.float32([steps]),
        }

    def _heard(self, path: Path) -> dict[str, np.ndarray]:
        try:
            y = load_audio(path, self.acoustic.sample_rate)
            check_audible(y)
        except SilentError:
            return self._silence()
        lasts = math.ceil(len(y) / self.acoustic.sample_rate - _SLACK)
        steps = max(1, min(lasts, self.settings.seconds))
        made = {
            **self.acoustic.signal(y),
            "acoustic_sequence": sound_seconds(y, self.acoustic.sample_rate, self.settings.seconds),
            f"acoustic_{STEPS}": np.float32([steps]),
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
        return made | {f"acoustic_{STEPS}": np.zeros(1, np.float32)}

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
    # Workers of a cluster have their own working folders.
    home = getattr(settings, "folder", folder).resolve()
    files = [home / file for file in videos["file"]]
    for file in files:
        if not file.is_file():
            raise UserError(f"{file}: is gone since the corpus was built; build it again")
    maker = media_features(settings.extraction)
    described = maker.describe()
    # Of the weights' checksums, too: half a run with others is no whole one.
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    pieces = work.resolve() / digest[:16]
    arrays, rows, rejects = extract(
        KeptPerFile(maker, pieces / "files"), files, pieces, jobs=jobs, title="videos"
    )
    steps = {name: arrays.pop(f"{name}_{STEPS}")[:, 0] for name in ("visual", "acoustic")}
    index = with_presence(videos.iloc[rows], acoustic=steps["acoustic"] > 0)
    for name, lengths in steps.items():
        index[f"{name}_sequence_length"] = lengths.astype(int)
    return Extracted(
        index,
        arrays,
        described,
        rejects=_reject_table(videos, rejects),
        external=_sounds(folder, maker.acoustic, pieces, jobs),
    )


def _sounds(
    folder: Path, front_end: AcousticFrontEnd, pieces: Path, jobs: int
) -> dict[str, np.ndarray] | None:
    """The front end of the external sounds, if there are any; UserError if one cannot be read."""
    if not (folder / EXTERNAL).is_file():
        return None
    names = pd.read_parquet(folder / EXTERNAL)["file"]
    files = [folder.resolve() / name for name in names]
    arrays, _, rejects = extract(
        front_end.file, files, pieces / "sounds", jobs=jobs, title="external sounds"
    )
    for number, reason in rejects.items():
        raise UserError(f"{files[number]}: {reason}; take it out of the sounds")
    return arrays


def one_core() -> None:
    """Let TensorFlow use one thread and no GPU in this process; there is a process a core."""
    import tensorflow as tf

    try:
        tf.config.set_visible_devices([], "GPU")
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # it runs already, with what the first call has set


def _reject_table(videos: pd.DataFrame, rejects: Mapping[int, str]) -> pd.DataFrame:
    rows = [(videos["file"].iloc[number], reason) for number, reason in rejects.items()]
    return pd.DataFrame(rows, columns=["file", "reason"])
