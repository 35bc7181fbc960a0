"""Extract the 1,104-D acoustic vector of every clip of a sound corpus."""

import json
from dataclasses import asdict

import pandas as pd
from _code import code_of
from _paths import sound_corpus
from _paths import sound_features as features_of
from _stage import log, read, run, work_folder, wrote

from tfrepro import sources
from tfrepro.corpora.sounds import checksum, locate, read_sound_corpus
from tfrepro.features.acoustic import VERSION, AcousticFrontEnd
from tfrepro.features.extraction import extract
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Acoustic, Compute, Sources


def sound_features(corpus: str) -> None:
    settings = read_section(Acoustic, "acoustic").model_dump()
    where = read_section(Sources, "sources")
    jobs = read_section(Compute, "compute").jobs
    folder = read(sound_corpus(corpus))
    clips, card = read_sound_corpus(folder)
    files = locate(
        clips,
        folder,
        lambda name: sources.resolve(sources.load(name), mirrors=where.mirrors, cache=where.cache),
    )
    made_by = code_of(f"sounds/{corpus}", "stages/sounds", "stages/sound_features")
    salt = json.dumps([settings, made_by], sort_keys=True)
    with work_folder(f"sound_features-{corpus}", folder / "clips.parquet", salt=salt) as work:
        front_end = AcousticFrontEnd(**settings)
        arrays, rows, rejects = extract(front_end.file, files, work, jobs=jobs, title=corpus)
        for number, reason in rejects.items():
            log.warning("rejected %s: %s", clips["file"][number], reason)
        meta = {
            "corpus": asdict(card) | {"checksum": checksum(clips), "files": len(clips)},
            "modalities": {
                name: {"dimension": size, "unit": "see extractor"}
                for name, size in front_end.dimensions.items()
            },
            "extractor": {"name": "tfrepro.features.acoustic", "version": VERSION, **settings},
            "code": made_by,
        }
        rejected = pd.DataFrame(
            [(clips["file"][number], reason) for number, reason in rejects.items()],
            columns=["file", "reason"],
        )
        index = clips.drop(columns=["file", "sha256"]).iloc[rows].reset_index(drop=True)
        write_feature_set(features_of(corpus), FeatureSet(index, arrays, meta, rejects=rejected))
    wrote(features_of(corpus))


if __name__ == "__main__":
    run(sound_features)
