"""What the stages that write tables share: their rows' runs, and what they say of a corpus."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from _paths import runs
from _stage import log, read

from tfrepro.evaluation.tables import CorpusFacts
from tfrepro.features.feature_set import FeatureSet

Run = TypeVar("Run")


def read_rows(
    corpus: str, paper: str, table: str, methods: Iterable[str], reader: Callable[[Path], Run]
) -> dict[str, Run]:
    """The run of each row of a table, in the order of ``methods``."""
    folder, names = runs(corpus, paper, table), list(methods)
    for left in sorted(path.name for path in folder.iterdir() if path.name not in names):
        if not left.startswith("."):
            log.warning("%s: not among the methods of params.yaml, left out", folder / left)
    return {name: reader(read(folder / name)) for name in names}


def corpus_facts(features: FeatureSet) -> CorpusFacts:
    """The facts of the corpus a feature set was made from."""
    corpus = features.meta["corpus"]
    return CorpusFacts(
        name=corpus["name"],
        title=corpus["title"],
        stands_in_for=corpus["stands_in_for"],
        sizes={
            "items": len(features),
            "rejected": len(features.rejects),
            "classes": len(features.classes),
            "groups": int(features.index["group"].nunique()),
        },
        checksum=corpus["checksum"],
    )
