"""Check ``params.yaml`` and note the checksum of all code, before any work starts.

And of the small text files that a sound corpus is built by.
"""

from collections.abc import Iterable
from pathlib import Path

from _paths import CODE
from _stage import run, wrote

from tfrepro.corpora.registry import SOUND_CORPORA
from tfrepro.files import atomic_folder, sha256, write_json
from tfrepro.provenance import checksum, code_of_everything
from tfrepro.settings.everything import Settings, read_everything
from tfrepro.settings.sounds import section_of, word_files


def _methods(settings: Settings) -> dict[str, Iterable[str]]:
    """What a stage that trains rows is called, and its methods."""
    return {
        "dare_table2": settings.dare.table2.methods,
        "dare": settings.dare.venues.methods,
        "eastern": settings.eastern.methods,
        "nmcl": settings.nmcl.methods,
        "crossmodal": settings.crossmodal.methods,
        "musicvideo_retrieval": settings.musicvideo.retrieval.methods,
        "musicvideo_styles": settings.musicvideo.styles.methods,
        "musicvideo_splits": settings.musicvideo.splits.methods,
    }


def check() -> None:
    settings = read_everything()
    with atomic_folder(CODE) as folder:
        for corpus in SOUND_CORPORA:
            files = word_files(section_of(settings.sounds, corpus))
            write_json(folder / "words" / f"{corpus}.json", {str(f): sha256(f) for f in files})
        code = code_of_everything(Path("stages"))
        for part, files in code.items():
            write_json(folder / f"{part}.json", {"checksum": checksum(files), "files": files})
        for name, methods in _methods(settings).items():
            rows = {method: checksum(code[f"methods/{method}"]) for method in methods}
            write_json(folder / "rows" / f"{name}.json", rows)
    wrote(CODE)


if __name__ == "__main__":
    run(check)
