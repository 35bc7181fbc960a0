"""Sound files -> tf.data, for training on the fly.

Decoders and resampler are tensorflow-io's, so reading runs in TensorFlow's own
threads beside the training step. :mod:`tfrepro.media.audio` is the reference,
reads more formats and takes a fifth of the time a clip; use it for features
that are made once and kept.

Formats
-------
WAV of 8, 16 or 24 bits or 32-bit float, FLAC, OGG Vorbis and MP3. The rest is
refused before the dataset starts: Opus, MP4 and WebM have no decoder there, and
the one for 32-bit integer WAV takes the bits for floats. Only headers are looked
at beforehand. A body that turns out damaged or cut off, or samples that are not
finite, end the iteration with ``tf.errors.InvalidArgumentError``.

Agreement
---------
Samples decode as in :func:`tfrepro.media.audio.load_audio` to 1e-6 of full scale,
and log-mel frames of one signal agree with librosa's to 0.01 dB. The two part at
resampling. tensorflow-io has Speex's resampler at quality 4, whose short filter
begins to fall below soxr's: log-mel frames of 44.1 kHz clips of ESC-10 read at
22.05 kHz differ by 0.15 dB on average and 0.3 dB in the worst clip (rendered
clips of 32 to 48 kHz: 0.26 and 0.28 dB). It lies in the six highest of 128 bands,
above 9 kHz; the others differ by less than 0.001 dB on average.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import librosa
import numpy as np
import soundfile
import tensorflow as tf
import tensorflow_io as tfio

from tfrepro.media.audio import SAMPLE_RATE
from tfrepro.media.errors import MediaError

N_FFT = 1024
HOP_LENGTH = 512
N_MELS = 128
_FLOOR_DB = 80.0
_SMALLEST_POWER = 1e-10
_UNKNOWN_LENGTH = (1 << 63) - 1  # what libsndfile says of a FLAC file that was streamed
_SPEEX_TAPS = 64  # of quality 4, which tensorflow-io does not let one choose

_WAV_TYPES = {
    "PCM_U8": tf.uint8,
    "PCM_16": tf.int16,
    "PCM_24": tf.int32,
    "FLOAT": tf.float32,
}
_FLAC_TYPES = {"PCM_S8": tf.uint8, "PCM_16": tf.int16, "PCM_24": tf.int32}
_DECODERS: dict[tuple[str, str], Callable[[tf.Tensor], tf.Tensor]] = {
    **{("WAV", s): partial(tfio.audio.decode_wav, dtype=t) for s, t in _WAV_TYPES.items()},
    **{("WAVEX", s): partial(tfio.audio.decode_wav, dtype=t) for s, t in _WAV_TYPES.items()},
    **{("FLAC", s): partial(tfio.audio.decode_flac, dtype=t) for s, t in _FLAC_TYPES.items()},
    ("OGG", "VORBIS"): tfio.audio.decode_vorbis,
    ("MP3", "MPEG_LAYER_III"): tfio.audio.decode_mp3,
}


def sound_dataset(
    files: Sequence[Path], *, sample_rate: int = SAMPLE_RATE, seconds: float | None = None
) -> tf.data.Dataset:
    """The files' sounds as mono signals, in the order of ``files``.

    Parameters
    ----------
    files : sound files, of any mixture of the formats above and of rates
    sample_rate : Hz of the signals
    seconds : cut or fill up with silence to this length, so that signals batch

    Returns
    -------
    a dataset of (n,) float32, full scale at -1 and 1; read in parallel, ahead of use

    Raises
    ------
    MediaError
        naming the first file that has no samples or that tensorflow-io cannot decode.
    ValueError
        if there are no files.
    """
    if not files:
        raise ValueError("files is empty: must name at least one sound file")
    headers = [_header(Path(file)) for file in files]
    kinds = sorted({kind for kind, _ in headers})
    readers = [partial(_read, kind, sample_rate=sample_rate) for kind in kinds]

    def read(path: tf.Tensor, kind: tf.Tensor, promised: tf.Tensor) -> tf.Tensor:
        y = tf.switch_case(kind, [partial(reader, path, promised) for reader in readers])
        return y if seconds is None else _fit(y, round(seconds * sample_rate))

    paths = tf.constant([str(file) for file in files])
    numbers = tf.constant([kinds.index(kind) for kind, _ in headers])
    promised = tf.constant([samples for _, samples in headers], tf.int64)
    return (
        tf.data.Dataset.from_tensor_slices((paths, numbers, promised))
        .map(read, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def mel_dataset(
    files: Sequence[Path],
    *,
    sample_rate: int = SAMPLE_RATE,
    seconds: float | None = None,
    n_fft: int = N_FFT,
    hop_length: int = HOP_LENGTH,
    n_mels: int = N_MELS,
) -> tf.data.Dataset:
    """The files' log-mel spectrograms, (frames, n_mels) float32 dB; see :func:`sound_dataset`."""
    to_mel = partial(
        log_mel, sample_rate=sample_rate, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels
    )
    sounds = sound_dataset(files, sample_rate=sample_rate, seconds=seconds)
    return sounds.map(to_mel, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def log_mel(
    y: tf.Tensor,
    *,
    sample_rate: int = SAMPLE_RATE,
    n_fft: int = N_FFT,
    hop_length: int = HOP_LENGTH,
    n_mels: int = N_MELS,
) -> tf.Tensor:
    """Power in Slaney mel bands, in decibels, at most 80 dB below the signal's loudest.

    Parameters
    ----------
    y : (..., n) float32 signal or signals, each with its own floor

    Returns
    -------
    (..., 1 + n // hop_length, n_mels) float32; the transpose of
    ``librosa.power_to_db(librosa.feature.melspectrogram(...))``
    """
    centred = tf.pad(y, [[0, 0]] * (y.shape.rank - 1) + [[n_fft // 2, n_fft // 2]])
    power = tf.abs(tf.signal.stft(centred, n_fft, hop_length)) ** 2
    bands = power @ librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels).T
    decibels = 10 / math.log(10) * tf.math.log(tf.maximum(bands, _SMALLEST_POWER))
    loudest = tf.reduce_max(decibels, axis=[-2, -1], keepdims=True)
    return tf.maximum(decibels, loudest - _FLOOR_DB)


def resample(y: tf.Tensor, rate: int, sample_rate: int) -> tf.Tensor:
    """A signal ``y : (n,)`` at ``rate`` Hz brought to ``sample_rate``, without delay.

    ``tfio.audio.resample`` hands out its filter's run-in as well: at 22.05 kHz
    all comes 32 samples late, and for most pairs of rates not even a whole number
    of samples late. So the signal is led in by as many zeros as make the delay a
    whole number, which is then cut off, and led out by enough for its own end.
    """
    if rate == sample_rate:
        return y
    common = math.gcd(rate, sample_rate)
    down, up = rate // common, sample_rate // common
    taps = _SPEEX_TAPS if up > down else 8 * math.ceil(_SPEEX_TAPS * down // up / 8)
    lead = -(taps // 2) % down
    delay = (taps // 2 + lead) * up // down
    length = (2 * tf.size(y, tf.int64) * up + down) // (2 * down)
    padded = tf.pad(y, [[lead, taps + down]])
    return tfio.audio.resample(padded, rate, sample_rate)[delay : delay + length]


def _header(file: Path) -> tuple[tuple[str, str, int], int]:
    """A file's container, coding and rate in Hz, and how many samples it promises."""
    elsewhere = "use tfrepro.media.audio.load_audio for it"
    try:
        info = soundfile.info(file)
    except soundfile.LibsndfileError as error:
        raise MediaError(
            f"{file}: is no file that tensorflow-io reads ({error.error_string}); {elsewhere}"
        ) from None
    if (info.format, info.subtype) not in _DECODERS:
        raise MediaError(
            f"{file}: tensorflow-io does not read {info.format} with {info.subtype}; {elsewhere}"
        )
    if info.frames == 0:
        raise MediaError(f"{file}: holds no samples")
    if info.frames == _UNKNOWN_LENGTH:
        raise MediaError(f"{file}: does not say its length; {elsewhere}")
    # Of an MP3 file, libsndfile may but guess the length.
    promised = 1 if info.format == "MP3" else info.frames
    return (info.format, info.subtype, info.samplerate), promised


def _read(
    kind: tuple[str, str, int], path: tf.Tensor, promised: tf.Tensor, *, sample_rate: int
) -> tf.Tensor:
    container, coding, rate = kind
    stored = _DECODERS[container, coding](tf.io.read_file(path))
    y = tf.reduce_mean(_to_float(stored), axis=1)
    checks = [
        tf.debugging.Assert(tf.size(y, tf.int64) >= promised, [path, "is cut off"]),
        tf.debugging.Assert(tf.reduce_all(tf.math.is_finite(y)), [path, "is not finite"]),
    ]
    with tf.control_dependencies(checks):
        return tf.ensure_shape(resample(y, rate, sample_rate), [None])


def _to_float(samples: tf.Tensor) -> tf.Tensor:
    """Samples of a decoder's own type on the scale of -1 to 1."""
    if samples.dtype == tf.float32:
        return samples
    zero = 128.0 if samples.dtype == tf.uint8 else 0.0
    full = 2.0 ** (8 * samples.dtype.size - 1)
    return (tf.cast(samples, tf.float32) - zero) / np.float32(full)


def _fit(y: tf.Tensor, length: int) -> tf.Tensor:
    cut = y[:length]
    return tf.ensure_shape(tf.pad(cut, [[0, length - tf.size(cut)]]), [length])
