"""Where the micro-videos and what is made of them are under ``data/``."""

from pathlib import Path

from _paths import DATA


def micro_videos(corpus: str) -> Path:
    return DATA / "corpora" / "microvideos" / corpus


def micro_video_features(corpus: str) -> Path:
    return DATA / "features" / "microvideos" / corpus


def prepared(corpus: str) -> Path:
    return DATA / "features" / "prepared" / corpus
