"""Where the sounds' own things are under ``data/``, beside those of ``_paths``."""

from pathlib import Path

from _paths import DATA


def sound_codes(corpus: str) -> Path:
    return DATA / "features" / "sound_codes" / corpus
