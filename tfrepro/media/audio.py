"""Sound files and sound tracks -> mono float32 signals at one sample rate.

Conventions
-----------
A signal ``y`` is a float32 array of shape ``(n,)``, full scale at -1 and 1.
Several channels are averaged. Resampling is soxr's high-quality band-limited
filter, librosa's default.

Formats: WAV, FLAC, OGG (Vorbis and Opus), MP3, and the first sound track of
MP4, WebM, MOV and whatever else FFmpeg demultiplexes. A decoder is chosen by
the file's first bytes, not by its name.
"""

import struct
import zlib
from pathlib import Path

import av
import miniaudio
import numpy as np
import soundfile
import soxr

from tfrepro.media.containers import WHITELIST
from tfrepro.media.errors import MediaError

SAMPLE_RATE = 22050
_HEAD = 64
_OGG_FIRST_PACKET = 28
_OGG_LAST_PAGE = 0x04
_MIRRORED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_BLOCK = 1 << 20
_UNKNOWN = (1 << 63) - 1  # libsndfile's length of a FLAC file that was streamed
_LOUDEST = 1e9  # of full scale: beyond it, squares soon leave float32
_LOWEST_RATE = 1000  # Hz; what a damaged header says could be blown up without end
_SLACK_S = 0.1  # an encoder's first and last frame may count or not


class SilentError(MediaError):
    """There is no sound to a file that may be fine otherwise."""


def load_audio(path: Path, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """The sound of a file as a mono signal.

    Parameters
    ----------
    path : a sound file, or a video file with a sound track
    sample_rate : Hz of the returned signal

    Returns
    -------
    y : (n,) float32, n > 0. A silent file gives zeros: see :func:`check_audible`.

    Raises
    ------
    MediaError
        if the file is empty, is not audio, is cut off, is damaged, or has no samples;
        :class:`SilentError` if it is a video without a sound track.
        WebM, and MP3 without a Xing header, do not tell that they are cut off: what
        is there is returned.
    """
    channels, rate = decode(path)
    if channels.shape[1] == 0:
        raise MediaError("holds no samples")
    if rate < _LOWEST_RATE:
        raise MediaError(f"says its sample rate is {rate} Hz")
    with np.errstate(over="ignore", invalid="ignore"):
        y = channels[0] if len(channels) == 1 else channels.mean(axis=0, dtype=np.float32)
    if not (peak := np.abs(y).max()) <= _LOUDEST:
        raise MediaError(f"holds samples that are no sound: the largest is {peak:g} of full scale")
    if rate != sample_rate:
        y = soxr.resample(y, rate, sample_rate, quality="HQ")
    if len(y) == 0:
        raise MediaError(f"is shorter than one sample at {sample_rate} Hz")
    return np.ascontiguousarray(y, dtype=np.float32)


def check_audible(y: np.ndarray) -> None:
    """Raise :class:`SilentError` if the signal ``y : (n,)`` is digital silence."""
    if not y.any():
        raise SilentError("is silent: every sample is zero")


def decode(path: Path) -> tuple[np.ndarray, int]:
    """All channels of a file's sound, as stored: ``(c, n)`` float32 and the rate in Hz."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from None
    if not head:
        raise MediaError("is an empty file")
    if head.startswith(b"OggS"):
        return _decode_ogg(path, head)
    if head.startswith((b"fLaC", b"ID3")) or _is_wav(head) or _is_mpeg_audio(head):
        return _decode_libsndfile(path)
    return _decode_ffmpeg(path)


def _is_wav(head: bytes) -> bool:
    """Whether the bytes start a WAV file, not another RIFF file such as AVI."""
    return head.startswith((b"RIFF", b"RF64")) and head[8:12] == b"WAVE"


def _is_mpeg_audio(head: bytes) -> bool:
    """Whether the bytes start with the sync word of an MPEG layer-III frame."""
    return len(head) > 1 and head[0] == 0xFF and (head[1] & 0xE6) == 0xE2


def _decode_ogg(path: Path, head: bytes) -> tuple[np.ndarray, int]:
    data = path.read_bytes()
    _check_ogg_pages(data)
    channels, rate = _vorbis_format(head)
    if channels not in (1, 2):
        return _decode_libsndfile(path)
    # stb_vorbis agrees with libvorbis to 1e-6 of full scale in two thirds of its time,
    # but miniaudio mixes up more channels than two.
    try:
        sound = miniaudio.decode(data, miniaudio.SampleFormat.FLOAT32, channels, rate)
    except miniaudio.MiniaudioError as error:
        raise MediaError(f"is not a sound file or is damaged (decoder said: {error})") from None
    samples = np.frombuffer(sound.samples, dtype=np.float32)
    return samples.reshape(-1, channels).T, rate


def _vorbis_format(head: bytes) -> tuple[int, int]:
    """Channels and rate in Hz of an OGG file that starts like this; zeros if not Vorbis."""
    packet = head[_OGG_FIRST_PACKET:]
    return struct.unpack_from("<BI", packet, 11) if packet.startswith(b"\x01vorbis") else (0, 0)


def _check_ogg_pages(data: bytes) -> None:
    """Raise if a page of an OGG file is incomplete, changed, or if the last is missing.

    Decoders play on without complaint, and stb_vorbis trusts what it reads so
    far that changed bytes can end the process.

    Source: RFC 3533, section 6 (page header and its CRC-32).
    """
    # OGG counts bits from the other end than zlib does.
    mirrored = data.translate(_MIRRORED_BITS)
    at, last = 0, False
    while data.startswith(b"OggS", at):
        segments = at + 27
        body = segments + int.from_bytes(data[segments - 1 : segments])
        stop = body + sum(data[segments:body])
        if stop > len(data):
            raise MediaError(f"is cut off: {len(data)} of at least {stop} bytes")
        check = zlib.crc32(mirrored[at : at + 22], 0xFFFFFFFF)
        check = zlib.crc32(mirrored[at + 26 : stop], zlib.crc32(bytes(4), check)) ^ 0xFFFFFFFF
        if check != int.from_bytes(mirrored[at + 22 : at + 26]):
            raise MediaError(f"is damaged: the OGG page at byte {at} has the wrong checksum")
        last = bool(data[at + 5] & _OGG_LAST_PAGE)
        at = stop
    if not last:
        raise MediaError("is cut off: the last OGG page is missing")


def _decode_libsndfile(path: Path) -> tuple[np.ndarray, int]:
    try:
        # By descriptor: a name that ends in .raw would be believed over the bytes.
        with open(path, "rb") as raw, soundfile.SoundFile(raw.fileno(), closefd=False) as file:
            promised = file.frames
            if promised == _UNKNOWN:
                return _decode_ffmpeg(path)
            # In blocks: what a damaged header promises may not fit into memory.
            blocks = [np.empty((0, file.channels), np.float32)]
            while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
                blocks.append(block)
            rate, container = file.samplerate, file.format
    except soundfile.LibsndfileError as error:
        raise MediaError(
            f"is not a sound file or is damaged (decoder said: {error.error_string})"
        ) from None
    samples = np.concatenate(blocks)
    if len(samples) < promised and (container != "MP3" or _mp3_says_its_length(path)):
        raise MediaError(f"is cut off: {len(samples)} of {promised} samples")
    if container in {"WAV", "WAVEX", "RF64"}:
        _check_wav_length(path)
    return samples.T, rate


def _mp3_says_its_length(path: Path) -> bool:
    """Whether an MP3 file starts with a Xing header; else its length is but a guess."""
    with open(path, "rb") as file:
        tag = file.read(10)
        if tag.startswith(b"ID3"):
            size = sum(byte << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
            file.seek(10 + size)
        else:
            file.seek(0)
        frame = file.read(64)
    return b"Xing" in frame or b"Info" in frame


def _check_wav_length(path: Path) -> None:
    """Raise if a RIFF file is shorter than its header says.

    libsndfile quietly believes the file's size instead. Writers that stream
    leave the length 0 or 0xFFFFFFFF, which promises nothing.
    """
    with open(path, "rb") as file:
        promised = int.from_bytes(file.read(8)[4:8], "little") + 8
    actual = path.stat().st_size
    # Some writers count the byte that makes the length even and leave it out.
    if 8 < promised < 0xFFFFFFFF and actual + 1 < promised:
        raise MediaError(f"is cut off: {actual} of {promised} bytes")


def _decode_ffmpeg(path: Path) -> tuple[np.ndarray, int]:
    try:
        with av.open(str(path), options=WHITELIST, metadata_errors="replace") as container:
            if not container.streams.audio:
                raise SilentError("has no sound track")
            track = container.streams.audio[0]
            if track.codec_context is None:
                raise MediaError("has a sound track of unknown coding")
            rate, channels = track.rate, track.channels
            # Packed, since PyAV's planar arrays are out of bounds beyond eight channels.
            to_float = av.AudioResampler(format="flt", layout=track.layout, rate=rate)
            blocks = [
                block.to_ndarray().reshape(-1, channels)
                for frame in container.decode(track)
                for block in to_float.resample(frame)
            ]
            samples = np.concatenate([np.empty((0, channels), np.float32), *blocks])
            if "mp4" in container.format.name and track.duration:
                _check_track_length(len(samples) / rate, float(track.duration * track.time_base))
    except av.FFmpegError as error:
        raise MediaError(
            f"is not a media file or is damaged (decoder said: {error.strerror})"
        ) from None
    except ValueError:
        raise MediaError("has a sound track that changes its format along the way") from None
    return samples.T, rate


def _check_track_length(decoded: float, promised: float) -> None:
    """Raise if fewer seconds came out than the file's index says, which FFmpeg lets pass."""
    if decoded < promised - _SLACK_S:
        raise MediaError(f"is cut off: {decoded:.2f} of {promised:.2f} seconds")
