"""The videos that venues are estimated from, and the external sounds beside them."""

from pathlib import Path

from _micro_video_paths import prepared

from tfrepro.features.microvideos.write import EXTERNAL, VIDEOS


def videos_of(corpus: str) -> Path:
    """The feature set of the micro-videos."""
    return prepared(corpus) / VIDEOS


def sounds_of(corpus: str) -> Path | None:
    """The feature set of the external sounds, if the corpus has any."""
    folder = prepared(corpus) / EXTERNAL
    return folder if folder.is_dir() else None


def files_of(folder: Path | None) -> list[Path]:
    """What a method reads besides the videos."""
    return sorted(folder.iterdir()) if folder and folder.is_dir() else []
