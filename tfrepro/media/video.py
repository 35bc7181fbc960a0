"""Video files -> RGB pictures at chosen times, and back.

Conventions
-----------
A picture is a uint8 array of shape ``(H, W, 3)``, RGB, turned the way a player
shows it. Times are seconds since the first picture; a picture is shown from
its own time until that of the next one, so the frame rate may vary.

Decoding is what costs time, so what no picked picture depends on is not decoded:
whatever lies between a pick and the next key frame, and pictures that no other
one refers to. The picked ones are the same to the bit.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition
from av.video.reformatter import Interpolation, VideoReformatter

from tfrepro.media.containers import WHITELIST
from tfrepro.media.errors import MediaError

Size = tuple[int, int]  # height, width
Stamp = tuple[int, int]  # when a picture is shown and how long, in the track's unit

# Area averages, since other filters alias when they shrink. The flags keep each pixel's own
# colour, where FFmpeg shares one between two, and make the result that of any processor.
_SCALING = (
    Interpolation.AREA
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.ACCURATE_RND
    | Interpolation.BITEXACT
)
_SLACK_S = 0.1  # an encoder's last picture may count or not
_DECODABLE = 0.9  # of the stored pictures; some codings keep a few that are never shown
_ROUNDING_S = 1e-6  # 7 * 0.1 is not 0.7


@dataclass(frozen=True)
class VideoFacts:
    """What a video file holds.

    Attributes
    ----------
    width, height : pixels as shown, that is after turning
    frames : number of pictures shown
    seconds : from the first picture to the end of the last one
    rate : mean frames a second
    """

    width: int
    height: int
    frames: int
    seconds: float
    rate: float


def probe(path: Path) -> VideoFacts:
    """The facts of a video file, counted from what it holds instead of read from its header.

    Only the first picture is decoded.

    Raises
    ------
    MediaError
        as :func:`frames_every`.
    """
    with _open_track(path, threads=1) as track:
        packets = _read_packets(track)
        first = next(_decode(track, [packets]), None)
        if first is None:
            raise MediaError("has no picture that can be decoded")
        timed = _are_timed(packets)
        stamps = _stored_stamps(packets) if timed else _decoded_stamps(track, packets)
        shown, seconds = _timeline(stamps, track)
        height, width = _shown_size(first)
        return VideoFacts(width, height, len(shown), seconds, len(shown) / seconds)


def frames_every(
    path: Path,
    seconds: float,
    size: Size | None = None,
    count: int | None = None,
    *,
    threads: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """The pictures shown at 0, ``seconds``, 2 ``seconds``, ... of a video.

    Memory holds the compressed file, one decoded picture and the result.

    Parameters
    ----------
    path : a video file: MP4, MOV, WebM, Matroska, AVI, MPEG, FLV, WMV, OGG or GIF
    seconds : step between the pictures
    size : (height, width) to scale to, whatever the proportions; None for the file's own
    count : exactly so many pictures: the rest of a longer video is left out, the last
        picture of a shorter one is repeated. None for as many as the video lasts.
    threads : of the decoder

    Returns
    -------
    times : (T,) float64 seconds, the multiples of ``seconds``
    frames : (T, H, W, 3) uint8, T > 0; for each time the last picture not after it

    Raises
    ------
    MediaError
        if the file is missing, empty, no video, cut off, or damaged where it is decoded.
        WebM does not tell that it is cut off: what is there is returned.
    ValueError
        for a step, size, count or number of threads that is not positive.

    Source: EASTERN, section 3.2.1 (12 pictures, one each 0.5 s).
    """
    if not seconds > 0 or (count is not None and count < 1):
        raise ValueError(f"seconds {seconds} and count {count} must be positive")

    def multiples(length: float) -> np.ndarray:
        lasting = max(1, int(np.ceil((length - _ROUNDING_S) / seconds)))
        return seconds * np.arange(count or lasting)

    return _pick(path, multiples, size, threads)


def frames_at(
    path: Path, times: Sequence[float], size: Size | None = None, *, threads: int = 1
) -> np.ndarray:
    """The pictures shown at ``times : (T,)`` seconds, each >= 0: (T, H, W, 3) uint8.

    The last picture stands for every time after it. The other parameters and the errors
    are those of :func:`frames_every`.
    """
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or not len(times) or not (times >= 0).all():
        raise ValueError(f"times must be a list of seconds from 0 on, not {times}")
    return _pick(path, lambda _: times, size, threads)[1]


def all_frames(
    path: Path, size: Size | None = None, *, threads: int = 1
) -> Iterator[tuple[float, np.ndarray]]:
    """Every picture with its time in seconds, one after the other: ``(H, W, 3)`` uint8.

    Parameters and errors are those of :func:`frames_every`. Damage raises when it is reached.
    """
    _check_settings(size, threads)
    with _open_track(path, threads) as track:
        packets = _read_packets(track)
        scaler, first = VideoReformatter(), None
        for frame in _decode_all(track, packets):
            first = frame.pts if first is None else first
            size = size or _shown_size(frame)
            yield float((frame.pts - first) * track.time_base), _to_rgb(frame, size, scaler)


@contextmanager
def _open_track(path: Path, threads: int) -> Iterator[av.VideoStream]:
    """The first video track of a file; within, FFmpeg's errors become ours."""
    _check_readable(path)
    try:
        with av.open(str(path), options=WHITELIST, metadata_errors="replace") as container:
            # A sound file's cover is a video track of one picture.
            tracks = [
                track
                for track in container.streams.video
                if not track.disposition & Disposition.attached_pic
            ]
            if not tracks:
                raise MediaError("has no video track")
            if tracks[0].codec_context is None:
                raise MediaError("has a video track of unknown coding")
            tracks[0].codec_context.thread_count = threads
            tracks[0].codec_context.thread_type = "AUTO"
            yield tracks[0]
    except av.FFmpegError as error:
        raise MediaError(
            f"is not a video file or is damaged (decoder said: {error.strerror})"
        ) from None


def _check_settings(size: Size | None, threads: int) -> None:
    if threads < 1 or (size is not None and min(size) < 1):
        raise ValueError(f"size {size} and threads {threads} must be positive")


def _check_readable(path: Path) -> None:
    try:
        with open(path, "rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from None
    if empty:
        raise MediaError("is an empty file")


def _read_packets(track: av.VideoStream) -> list[av.Packet]:
    """The compressed pictures in the order of decoding; raises if the end is missing."""
    packets = [packet for packet in track.container.demux(track) if packet.size]
    stored = _stored_stamps(packets)
    if not stored:
        raise MediaError("has no pictures")
    cut, frames = packets[-1].is_corrupt, track.frames or len(stored)
    if "mp4" in track.container.format.name and track.duration and _are_timed(packets):
        _, there = _timeline(stored, track)
        promised = float(track.duration * track.time_base)
        # By length, as the index' number of frames counts those that were edited out.
        cut |= there < promised - _SLACK_S - there / len(stored)
        frames = track.frames or round(len(stored) * promised / there)
    if cut:
        whole = len(stored) - packets[-1].is_corrupt
        raise MediaError(f"is cut off: {whole} of {frames} frames")
    return packets


def _stored_stamps(packets: Iterable[av.Packet]) -> list[Stamp]:
    """The stamps of the packets that no edit list hides."""
    return [(packet.pts, packet.duration) for packet in packets if not packet.is_discard]


def _decoded_stamps(track: av.VideoStream, packets: Sequence[av.Packet]) -> list[Stamp]:
    return [(frame.pts, frame.duration) for frame in _decode_all(track, packets)]


def _are_timed(packets: Iterable[av.Packet]) -> bool:
    return all(packet.pts is not None for packet in packets)


def _timeline(stamps: Iterable[Stamp], track: av.VideoStream) -> tuple[np.ndarray, float]:
    """When pictures are shown: (F,) in the track's unit, ascending, and the seconds in all."""
    duration = dict(stamps)
    shown = np.array(sorted(duration))
    last, length = int(shown[-1]), int(shown[-1] - shown[0])
    lasting = duration[last] or length // max(1, len(shown) - 1) or 1
    return shown, float((length + lasting) * track.time_base)


def _pick(
    path: Path, choose: Callable[[float], np.ndarray], size: Size | None, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """The times that ``choose`` makes of the video's length in seconds, and their pictures."""

    def plan(stamps: Iterable[Stamp]) -> tuple[np.ndarray, np.ndarray]:
        shown, seconds = _timeline(stamps, track)
        times = choose(seconds)
        since_first = (shown - shown[0]) * float(track.time_base)
        return times, shown[np.searchsorted(since_first, times + _ROUNDING_S, "right") - 1]

    _check_settings(size, threads)
    with _open_track(path, threads) as track:
        packets = _read_packets(track)
        if _are_timed(packets):
            times, picks = plan(_stored_stamps(packets))
            runs = _needed(packets, picks)
            with suppress(MediaError, av.InvalidDataError):
                return times, _convert(_decode(track, runs, picks), picks, size)
        # A file may hold pictures that are never shown or be wrong about its key frames.
        times, picks = plan(_decoded_stamps(track, packets))
        return times, _convert(_decode_all(track, packets), picks, size)


def _needed(packets: Sequence[av.Packet], picks: np.ndarray) -> list[Sequence[av.Packet]]:
    """What decoding ``picks : (T,)`` takes, in runs that depend on nothing before them."""
    stamps = np.array([packet.pts for packet in packets])
    # A key frame cuts all ties only if nothing that follows it is shown before it.
    earliest = np.minimum.accumulate(stamps[::-1])[::-1]
    keys = np.array([packet.is_keyframe for packet in packets]) & (stamps == earliest)
    starts = [0, *(np.flatnonzero(keys[1:]) + 1), len(packets)]
    picked = np.flatnonzero(np.isin(stamps, picks))
    runs = []
    for start, stop in pairwise(starts):
        inside = picked[(start <= picked) & (picked < stop)]
        if len(inside):
            runs.append(packets[start : inside[-1] + 1])
    return runs


def _decode(
    track: av.VideoStream,
    runs: Iterable[Sequence[av.Packet]],
    picks: np.ndarray | None = None,
) -> Iterator[av.VideoFrame]:
    """The pictures of the runs; if there are picks, perhaps without others than those."""
    decoder = track.codec_context
    wanted = None if picks is None else set(picks.tolist())
    for run in runs:
        decoder.flush_buffers()
        starting = wanted is not None
        for packet in (*run, None):
            unwanted = wanted is not None and packet is not None and packet.pts not in wanted
            decoder.skip_frame = "NONREF" if unwanted else "DEFAULT"
            for frame in decoder.decode(packet):
                if starting and not frame.key_frame:
                    raise MediaError("is wrong about its key frames")
                starting = False
                if frame.pts is None:
                    raise MediaError("does not say when its pictures are shown")
                if frame.is_corrupt:
                    at = float((frame.pts - (track.start_time or 0)) * track.time_base)
                    raise MediaError(f"is damaged: the picture at {at:.2f} s")
                yield frame


def _decode_all(track: av.VideoStream, packets: Sequence[av.Packet]) -> Iterator[av.VideoFrame]:
    """All pictures; raises in the end if many of those that are stored did not come out."""
    count = 0
    for frame in _decode(track, [packets]):
        count += 1
        yield frame
    promised = len(_stored_stamps(packets))
    if count < max(1, _DECODABLE * promised):
        raise MediaError(f"is damaged: {count} of {promised} frames can be decoded")


def _convert(frames: Iterable[av.VideoFrame], picks: np.ndarray, size: Size | None) -> np.ndarray:
    """The frames with the stamps ``picks : (T,)`` as one array: (T, H, W, 3) uint8."""
    scaler, pictures, found = VideoReformatter(), None, np.zeros(len(picks), bool)
    for frame in frames:
        rows = picks == frame.pts
        if rows.any():
            size = size or _shown_size(frame)
            if pictures is None:
                pictures = np.empty((len(picks), *size, 3), np.uint8)
            pictures[rows] = _to_rgb(frame, size, scaler)
            found |= rows
    if not found.all():
        raise MediaError(f"is damaged: {found.sum()} of {len(picks)} pictures can be decoded")
    return pictures


def _shown_size(frame: av.VideoFrame) -> Size:
    """Height and width after turning."""
    size = (frame.height, frame.width)
    return size[::-1] if _quarter_turns(frame) % 2 else size


def _quarter_turns(frame: av.VideoFrame) -> int:
    """How often a player turns the picture left by 90 degrees."""
    return round(frame.rotation / 90) % 4


def _to_rgb(frame: av.VideoFrame, size: Size, scaler: VideoReformatter) -> np.ndarray:
    turns = _quarter_turns(frame)
    height, width = size[::-1] if turns % 2 else size
    rgb = scaler.reformat(frame, width, height, "rgb24", interpolation=_SCALING, threads=1)
    return np.rot90(rgb.to_ndarray(), turns)


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    rate: float | Fraction,
    sound: np.ndarray | None = None,
    sound_rate: int = 22050,
    *,
    bit_rate: int = 400_000,
    fast: bool = False,
) -> None:
    """Write an MP4 file: H.264 (MPEG-4 where FFmpeg comes without libx264) and AAC.

    The same input gives the same bytes from the same release of PyAV.

    Parameters
    ----------
    frames : pictures (H, W, 3) uint8 RGB of one size, H and W even; taken one by one
    rate : pictures a second
    sound : (n,) float, full scale at -1 and 1; None for no sound track
    sound_rate : Hz
    bit_rate : of the pictures, bits a second
    fast : encode in about half the time, to a file half as large again

    Raises
    ------
    ValueError
        if there are no pictures, if one is of another kind, or if AAC lacks that rate.
    """
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        frames = iter(frames)
        first = next(frames, None)
        if first is None:
            raise ValueError("frames is empty")
        _check_picture(first, first.shape)
        pictures = _add_pictures(container, first.shape[:2], rate, bit_rate, fast)
        # Both tracks must be known before the first packet is written.
        packets = [] if sound is None else _encode_sound(container, sound, sound_rate, fast)
        container.mux(packets)
        for frame in chain([first], frames):
            _check_picture(frame, first.shape)
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        container.mux(pictures.encode(None))


def _check_picture(frame: np.ndarray, shape: tuple[int, ...]) -> None:
    even = len(shape) == 3 and shape[2] == 3 and not shape[0] % 2 and not shape[1] % 2
    if frame.dtype != np.uint8 or frame.shape != shape or not even:
        raise ValueError(
            f"frames must be uint8 (H, W, 3) of one even size, not {frame.dtype} {frame.shape}"
        )


def _add_pictures(
    container: av.container.OutputContainer,
    size: Size,
    rate: float | Fraction,
    bit_rate: int,
    fast: bool,
) -> av.VideoStream:
    codec, options = "mpeg4", {}
    if "libx264" in av.codecs_available:
        # x264's macroblock tree reads memory it never set where a picture is not a
        # multiple of 128 wide, so the bytes would be other ones from call to call.
        preset = "ultrafast" if fast else "veryfast"
        codec, options = "libx264", {"preset": preset, "x264-params": "mbtree=0"}
    track = container.add_stream(codec, Fraction(rate).limit_denominator(1001), options=options)
    track.height, track.width = size
    track.pix_fmt = "yuv420p"
    track.bit_rate = bit_rate
    track.codec_context.thread_count = 1
    return track


def _encode_sound(
    container: av.container.OutputContainer, sound: np.ndarray, rate: int, fast: bool
) -> list[av.Packet]:
    if rate not in (rates := av.Codec("aac", "w").audio_rates):
        raise ValueError(f"sound_rate {rate} must be one of {sorted(rates)}")
    track = container.add_stream("aac", rate, options={"aac_coder": "fast"} if fast else {})
    track.layout = "mono"
    y = np.ascontiguousarray(sound, dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(y[np.newaxis], format="fltp", layout="mono")
    frame.rate = rate
    return [*track.encode(frame), *track.encode(None)]
