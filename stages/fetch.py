"""Fetch a data source, verify every file, and leave a receipt."""

from _paths import receipt
from _stage import run, wrote

from tfrepro import sources
from tfrepro.files import write_json
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Sources


def fetch(name: str) -> None:
    settings = read_section(Sources, "sources")
    source = sources.load(name)
    sources.resolve(source, mirrors=settings.mirrors, cache=settings.cache)
    write_json(
        receipt(name),
        {
            "source": name,
            "title": source.title,
            "licence": source.licence,
            "files": len(source.files),
            "bytes": sum(file.size for file in source.files),
            "sha256": {file.path: file.sha256 for file in source.files},
        },
    )
    wrote(receipt(name))


if __name__ == "__main__":
    run(fetch)
