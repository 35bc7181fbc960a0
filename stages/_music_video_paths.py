"""Where the music videos and what is made of them are under ``data/``."""

from pathlib import Path

from _paths import DATA


def music_videos(corpus: str) -> Path:
    return DATA / "corpora" / "music_videos" / corpus


def music_video_features(corpus: str) -> Path:
    return DATA / "features" / "music_videos" / corpus
