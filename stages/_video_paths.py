"""Where the video corpora and what is made of them are under ``data/``."""

from pathlib import Path

from _paths import DATA


def video_corpus(corpus: str) -> Path:
    return DATA / "corpora" / "videos" / corpus


def video_features(corpus: str) -> Path:
    return DATA / "features" / "videos" / corpus


def gallery(corpus: str) -> Path:
    return DATA / "report" / corpus / "crossmodal" / "figure2.html"


def index(corpus: str) -> Path:
    return DATA / "index" / "videos" / corpus
