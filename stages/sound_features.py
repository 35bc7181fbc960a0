"""Extract the 1,104-D acoustic vector of every clip of a sound corpus."""

import json
from dataclasses import asdict

import pandas as pd
from _code import code_of
from _paths import sound_corpus
from _paths import sound_features as features_of
from _sources import find_source
from _stage import log, read, run, work_folder, wrote
from _workers import workers_of

from tfrepro.corpora.sounds import checksum, locate, read_sound_corpus
from tfrepro.errors import UserError
from tfrepro.features.acoustic import VERSION, AcousticFrontEnd
from tfrepro.features.extraction import extract
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Acoustic, Compute


def sound_features(corpus: str) -> None:
    settings = read_section(Acoustic, "acoustic").model_dump()
    folder = read(sound_corpus(corpus))
    clips, card = read_sound_corpus(folder)
    clips = _with_files(corpus, clips)
    front_end = AcousticFrontEnd(**settings)
    made_by = code_of(f"sounds/{corpus}", "stages/sounds", "stages/sound_features")
    salt = json.dumps([settings, made_by], sort_keys=True)
    compute = read_section(Compute, "compute")
    name = f"sound_features-{corpus}"
    with work_folder(name, folder / "clips.parquet", salt=salt) as work, workers_of(compute):
        arrays, rows, rejects = extract(
            front_end.file,
            locate(clips, folder, find_source),
            work,
            jobs=compute.jobs,
            title=corpus,
        )
        meta = {
            "corpus": asdict(card) | {"checksum": checksum(clips), "files": len(clips)},
            "modalities": {
                name: {"dimension": size, "unit": front_end.units[name]}
                for name, size in front_end.dimensions.items()
            },
            "extractor": {"name": "tfrepro.features.acoustic", "version": VERSION, **settings},
            "code": made_by,
        }
        index = clips.drop(columns=["file", "sha256"]).iloc[rows].reset_index(drop=True)
        rejected = _reject_table(clips, rejects)
        write_feature_set(features_of(corpus), FeatureSet(index, arrays, meta, rejects=rejected))
    wrote(features_of(corpus))


def _with_files(corpus: str, clips: pd.DataFrame) -> pd.DataFrame:
    """The clips that are more than words; UserError if there are none."""
    heard = clips[clips["file"] != ""].reset_index(drop=True)
    if heard.empty:
        raise UserError(f"{corpus}: has words about sounds, but no sounds")
    if len(heard) < len(clips):
        log.warning("%d of %d clips have no file, left out", len(clips) - len(heard), len(clips))
    return heard


def _reject_table(clips: pd.DataFrame, rejects: dict[int, str]) -> pd.DataFrame:
    """The files that gave no vector, and why; each is logged."""
    rows = [(clips["file"][number], reason) for number, reason in rejects.items()]
    for file, reason in rows:
        log.warning("rejected %s: %s", file, reason)
    return pd.DataFrame(rows, columns=["file", "reason"])


if __name__ == "__main__":
    run(sound_features)
