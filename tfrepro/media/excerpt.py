"""A glance at a media file and a few seconds of its sound, small enough to put into a page."""

import io
from pathlib import Path

import cv2
import soundfile

from tfrepro.media.audio import SilentError, check_audible, load_audio
from tfrepro.media.video import frames_at, probe

_JPEG_QUALITY = 85  # of 100


def key_frame_jpeg(path: Path, longest: int = 320) -> bytes:
    """The picture in the middle of a video as a JPEG file.

    Parameters
    ----------
    path : a video file
    longest : pixels of the longer side; a smaller picture keeps its size

    Raises
    ------
    MediaError
        as :func:`tfrepro.media.video.frames_every`.
    ValueError
        if ``longest`` is not positive.
    """
    if longest < 1:
        raise ValueError(f"longest {longest} must be positive")
    facts = probe(path)
    scale = min(1, longest / max(facts.height, facts.width))
    size = (max(1, round(scale * facts.height)), max(1, round(scale * facts.width)))
    picture = frames_at(path, [facts.seconds / 2], size)[0]
    settings = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)
    return data.tobytes()


def sound_wav(path: Path, sample_rate: int = 16000, seconds: float = 6) -> bytes | None:
    """The beginning of a file's sound as a WAV file: mono, 16 bits a sample.

    Parameters
    ----------
    path : a sound file, or a video file
    sample_rate : Hz
    seconds : how much of it; a shorter sound is given whole

    Returns
    -------
    The bytes of the file, 44 + 2 ``sample_rate`` ``seconds`` of them; what is beyond full scale
    is clipped. None if there is no sound track, or only digital silence in it.

    Raises
    ------
    MediaError
        as :func:`tfrepro.media.audio.load_audio`, but for silence.
    ValueError
        if ``sample_rate`` or ``seconds`` is not positive.
    """
    if not (sample_rate > 0 and seconds > 0):
        raise ValueError(f"sample_rate {sample_rate} and seconds {seconds} must be positive")
    try:
        y = load_audio(path, sample_rate)
        check_audible(y)
    except SilentError:
        return None
    file = io.BytesIO()
    soundfile.write(file, y[: round(seconds * sample_rate)], sample_rate, "PCM_16", format="WAV")
    return file.getvalue()
