"""Finding the files of a source where ``params.yaml`` says they may be."""

from collections.abc import Sequence

from tfrepro import sources
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Sources


def find_source(name: str, files: str | Sequence[str] | None = None) -> sources.Resolved:
    """The files of a source: in a mirror folder, in the cache, or fetched now; all verified.

    ``files`` are those that are needed, by path or glob; all if None.
    """
    settings = read_section(Sources, "sources")
    return sources.resolve(
        sources.load(name), mirrors=settings.mirrors, cache=settings.cache, files=files
    )
