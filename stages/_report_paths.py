"""Where pages to look at are under ``data/``."""

from pathlib import Path

from _paths import DATA


def report(corpus: str, paper: str, page: str) -> Path:
    return DATA / "report" / corpus / paper / f"{page}.html"
