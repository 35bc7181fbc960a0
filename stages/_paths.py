"""Where things are under ``data/``."""

from pathlib import Path

DATA = Path("data")
CODE = DATA / "code"


def code(part: str) -> Path:
    """Checksums of the code behind a stage, a method or a corpus."""
    return CODE / f"{part}.json"


def receipt(source: str) -> Path:
    return DATA / "sources" / f"{source}.json"


def sound_corpus(corpus: str) -> Path:
    return DATA / "corpora" / "sounds" / corpus


def sound_features(corpus: str) -> Path:
    return DATA / "features" / "sounds" / corpus


def runs(corpus: str, paper: str, table: str) -> Path:
    return DATA / "runs" / corpus / paper / table


def model(name: str, corpus: str) -> Path:
    return DATA / "models" / name / corpus


def metrics(corpus: str, paper: str, table: str) -> Path:
    return DATA / "metrics" / corpus / paper / f"{table}.json"


def plots(corpus: str, paper: str, plot: str) -> Path:
    return DATA / "plots" / corpus / paper / f"{plot}.csv"
