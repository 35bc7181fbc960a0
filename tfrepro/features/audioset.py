"""AudioSet's concepts in a sound: mel patches for networks, and YAMNet's 521 scores.

Conventions
-----------
A signal ``y`` is ``(n,)`` float32, full scale at -1 and 1. Networks of the VGGish
kind take patches of 96 frames by 64 mel bands: 25 ms windows every 10 ms at
16 kHz, so that a patch is 0.96 s on.

Source: Hershey et al., ICASSP 2017, section 3.1; the constants of the released
VGGish and YAMNet.
"""

import csv
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from tfrepro.errors import UserError
from tfrepro.features.tflite import open_interpreter, run
from tfrepro.features.visual.extractor import LazyNetwork, describe_file, one_line
from tfrepro.media.audio import load_audio

VERSION = 1
SAMPLE_RATE = 16000
N_MELS = 64
PATCH_FRAMES = 96
_WINDOW = 400  # 25 ms
_HOP = 160  # 10 ms
_N_FFT = 512
_LOWEST, _HIGHEST = 125.0, 7500.0  # Hz
_LOG_OFFSET = 0.01
_PATCH_SAMPLES = _WINDOW + (PATCH_FRAMES - 1) * _HOP


def log_mel(y: np.ndarray, rate: int) -> np.ndarray:
    """A sound as patches of log-mel frames, one after the other.

    log(mel + 0.01) of the magnitude spectrum under a periodic Hann window, 64
    triangular bands from 125 to 7,500 Hz. Frames after the last whole patch are
    left out; a sound too short for one patch is followed by silence.

    Parameters
    ----------
    y : (n,) signal
    rate : its sample rate in Hz; other rates than 16,000 are resampled

    Returns
    -------
    (P, 96, 64) float32, P > 0
    """
    import tensorflow as tf

    y = np.asarray(y, np.float32)
    if rate != SAMPLE_RATE:
        y = soxr.resample(y, rate, SAMPLE_RATE, quality="HQ")
    y = np.pad(y, (0, max(0, _PATCH_SAMPLES - len(y))))
    spectrum = tf.abs(tf.signal.stft(y, _WINDOW, _HOP, _N_FFT))
    bands = tf.signal.linear_to_mel_weight_matrix(
        N_MELS, 1 + _N_FFT // 2, SAMPLE_RATE, _LOWEST, _HIGHEST
    )
    frames = tf.math.log(spectrum @ bands + _LOG_OFFSET).numpy()
    patches = len(frames) // PATCH_FRAMES
    return frames[: patches * PATCH_FRAMES].reshape(patches, PATCH_FRAMES, N_MELS)


@dataclass(frozen=True)
class AudioSetScores(LazyNetwork):
    """A sound file or signal -> how present each concept of AudioSet is, in [0, 1].

    A model of YAMNet's or VGGish's kind scores windows of the sound; the scores are averaged.

    Attributes
    ----------
    model : a TFLite file with one input, a window of float32 samples at 16 kHz; or a file
        ``.keras`` of a network that takes the patches of :func:`log_mel`, (P, 96, 64)
    class_map : its CSV file of concepts, with the columns index and display_name
    hop : seconds between the starts of windows; patches follow one another

    The first use raises UserError if one of the files is missing or is of another kind.
    """

    model: Path
    class_map: Path
    hop: float = 0.48

    def __post_init__(self):
        if self._hop < 1:
            raise ValueError(f"hop is {self.hop} s, must be at least a sample")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The concepts, in the order of the scores."""
        return _read_class_map(self.class_map)

    def describe(self) -> dict[str, Any]:
        """What the scores come from, for ``meta.json``."""
        return {
            "name": "audioset",
            "weights": describe_file(self.model),
            "version": VERSION,
            "hop": self.hop,
        }

    def build(self) -> Any:
        if self._of_patches:
            return _load_keras(self.model)
        interpreter = open_interpreter(self.model)
        inputs = interpreter.get_input_details()
        if len(inputs) != 1 or inputs[0]["dtype"] != np.float32:
            raise UserError(f"{self.model}: must take one window of float32 samples")
        return interpreter

    def file(self, path: Path) -> np.ndarray:
        """The scores of a sound file, (521,); raises MediaError if it is unusable."""
        return self.signal(load_audio(path, SAMPLE_RATE))

    def signal(self, y: np.ndarray) -> np.ndarray:
        """The scores of a signal ``y : (n,)`` at 16 kHz: (521,) float32.

        The last window is filled up with silence, and no samples at all are one
        window of it.
        """
        if self._of_patches:
            return self._score_patches(y)
        length = int(np.prod(self.network.get_input_details()[0]["shape"]))
        output = self._output()
        scores = [run(self.network, window, output) for window in _windows(y, length, self._hop)]
        return np.mean(scores, axis=0)

    def _score_patches(self, y: np.ndarray) -> np.ndarray:
        scores = np.asarray(self.network.predict_on_batch(log_mel(y, SAMPLE_RATE)), np.float32)
        if scores.ndim != 2 or scores.shape[1] != len(self.names):
            raise UserError(self._misfit())
        return scores.mean(axis=0)

    @property
    def _of_patches(self) -> bool:
        return self.model.suffix == ".keras"

    @property
    def _hop(self) -> int:
        return round(self.hop * SAMPLE_RATE)

    def _output(self) -> dict[str, Any]:
        """The model's output that has one score a concept; YAMNet has a second one."""
        for output in self.network.get_output_details():
            if np.prod(output["shape"]) == len(self.names):
                return output
        raise UserError(self._misfit())

    def _misfit(self) -> str:
        return f"{self.model}: gives no {len(self.names)} scores, which {self.class_map} names"


def _load_keras(file: Path) -> Any:
    import keras

    try:
        return keras.saving.load_model(file, safe_mode=True)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: not a Keras model ({one_line(error)})") from None


def _windows(y: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Windows every ``hop`` samples until none is left out: (P, length) float32, P > 0."""
    count = 1 + max(0, math.ceil((len(y) - length) / hop))
    padded = np.pad(np.asarray(y, np.float32), (0, (count - 1) * hop + length - len(y)))
    return np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]


def _read_class_map(file: Path) -> tuple[str, ...]:
    try:
        with open(file, newline="", encoding="utf-8") as stream:
            names = {int(row["index"]): row["display_name"] for row in csv.DictReader(stream)}
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from None
    except (KeyError, TypeError, ValueError, csv.Error):
        raise UserError(f"{file}: no class map; needs the columns index, display_name") from None
    if sorted(names) != list(range(len(names))):
        raise UserError(f"{file}: its index must count the concepts from 0")
    return tuple(names[place] for place in range(len(names)))
