"""Check ``params.yaml`` and note the checksum of all code, before any work starts."""

from pathlib import Path

from _paths import CODE
from _stage import run, wrote

from tfrepro.files import atomic_folder, write_json
from tfrepro.provenance import checksum, code_of_everything
from tfrepro.settings.everything import read_everything


def check() -> None:
    read_everything()
    with atomic_folder(CODE) as folder:
        for part, files in code_of_everything(Path("stages")).items():
            write_json(folder / f"{part}.json", {"checksum": checksum(files), "files": files})
    wrote(CODE)


if __name__ == "__main__":
    run(check)
