"""Finding the files of a source where ``params.yaml`` says they may be."""

from tfrepro import sources
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Sources


def find_source(name: str) -> sources.Resolved:
    """The files of a source: in a mirror folder, in the cache, or fetched now; all verified."""
    settings = read_section(Sources, "sources")
    return sources.resolve(sources.load(name), mirrors=settings.mirrors, cache=settings.cache)
