"""Fetch a data source, verify every file, and leave a receipt."""

from _paths import receipt
from _sources import find_source
from _stage import run, wrote

from tfrepro.files import write_json


def fetch(name: str) -> None:
    source = find_source(name).source
    write_json(
        receipt(name),
        {
            "source": name,
            "title": source.title,
            "licence": source.licence,
            "files": len(source.files),
            "bytes": source.size,
            "sha256": {file.path: file.sha256 for file in source.files},
        },
    )
    wrote(receipt(name))


if __name__ == "__main__":
    run(fetch)
