"""musicvideo, Tables 1 and 2: every method on one corpus of music videos, on every draw."""

from _music_video_styles import train_styles
from _stage import run

from tfrepro.evaluation.style_runs import VIDEO
from tfrepro.settings.musicvideo import MusicVideoPaper, Styles
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def musicvideo_styles_run(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    part = read_section(Styles, "musicvideo.styles")
    train_styles(
        paper,
        part,
        corpus,
        part.methods,
        VIDEO,
        "styles",
        stage="musicvideo_styles_run",
        compute=read_section(Compute, "compute"),
    )


if __name__ == "__main__":
    run(musicvideo_styles_run)
