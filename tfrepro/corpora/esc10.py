"""ESC-10: 400 Freesound clips of ten sound concepts in five published folds.

Its file names hold what is needed: ``001 - Dog bark/1-100032-A.ogg`` is concept
"dog bark", fold 1, take A of Freesound recording 100032. Takes of a recording
are in one fold. The README lists title, user and licence of every clip.

Source: K. J. Piczak, ESC: Dataset for Environmental Sound Classification, MM 2015.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import soundfile

from tfrepro.corpora.sound_file import SoundFile
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.sources import Resolved

SOURCE = "esc10"
CARD = CorpusCard(
    name="esc10",
    title="ESC-10, 400 Freesound clips of ten sound concepts",
    stands_in_for="the 313-concept Freesound collection of DARE",
    licence="CC-BY-3.0 (clips under their own Creative Commons licences)",
)
_FILE = re.compile(r"\d+ - (?P<concept>[^/]+)/(?P<fold>\d)-(?P<freesound_id>\d+)-(?P<take>\w)\.ogg")
_CREDIT = re.compile(
    r"\*\*\[(?P<name>[^\]]+\.ogg)\].*?derived from \[(?P<title>.*?)\]\(http"
    r".*?by \*(?P<user>.+?)\* \(\[(?P<licence>[^\]]+)\]"
)


def build(
    folder: Path, settings: object, find_source: Callable[[str], Resolved]
) -> tuple[pd.DataFrame, CorpusCard]:
    """The clips of the source ``esc10``, which stay where they are."""
    source = find_source(SOURCE)
    credits = read_credits(source.path("README.md").read_text())
    rows = []
    for file in source.source.files:
        match = _FILE.fullmatch(file.path)
        if match is None:
            continue
        name = Path(file.path).name
        if name not in credits:
            raise UserError(f"{SOURCE}/README.md: says nothing about the licence of {name}")
        concept = match["concept"].lower()
        rows.append(
            {
                "id": Path(name).stem,
                "file": file.path,
                "source": SOURCE,
                "sha256": file.sha256,
                "label": concept,
                "concepts": [concept],
                "duration": soundfile.info(source.path(file.path)).duration,
                "group": match["freesound_id"],
                "fold": int(match["fold"]),
                **credits[name],
            }
        )
    return pd.DataFrame(rows), CARD


def recordings(find_source: Callable[[str], Resolved]) -> dict[int, SoundFile]:
    """Number on Freesound -> the first clip that ESC-10 has of it."""
    found: dict[int, SoundFile] = {}
    for file in find_source(SOURCE).source.files:
        if match := _FILE.fullmatch(file.path):
            clip = SoundFile(file.path, SOURCE, file.sha256)
            found.setdefault(int(match["freesound_id"]), clip)
    return found


def read_credits(readme: str) -> dict[str, dict[str, str]]:
    """File name -> title, user and licence, from the lines of ESC-10's README."""
    return {
        match["name"]: {key: match[key] for key in ("title", "user", "licence")}
        for match in _CREDIT.finditer(readme)
    }
