"""Split micro-videos, and learn on the training part: words, acoustic codes, completion."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from _code import code_of
from _micro_video_paths import micro_video_features
from _micro_video_paths import prepared as prepared_of
from _stage import log, read, run, wrote
from _words import vector_settings, words_by

from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.features.microvideos.prepare import (
    add_codes,
    add_texts,
    completed,
    given_or_made_split,
    labelled,
)
from tfrepro.features.microvideos.write import EXTERNAL, VIDEOS
from tfrepro.files import atomic_folder
from tfrepro.settings.microvideos import Prepared
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def microvideo_prepared(corpus: str) -> None:
    settings = read_section(Prepared, "microvideos.prepared")
    compute = read_section(Compute, "compute")
    raw = micro_video_features(corpus)
    features = labelled(read_feature_set(read(raw / VIDEOS)))
    sounds = read_feature_set(read(raw / EXTERNAL)) if (raw / EXTERNAL).is_dir() else None
    split = given_or_made_split(features, settings.split_seeds)
    features = replace(features, index=features.index.assign(split=split))
    train = np.flatnonzero(split == "train")
    with atomic_folder(prepared_of(corpus)) as folder:
        features = add_texts(
            features,
            train,
            words_by(settings.text),
            vector_settings(settings.text),
            settings.text.length,
            folder,
        )
        learn = partial(_learn_codes, settings, compute, folder)
        features, sounds = add_codes(features, train, learn, sounds)
        features, completion = completed(features, train, settings.completion.model_dump())
        if completion is not None:
            log.info("completion: RMSE %.3f standard deviations", completion.rmse_[-1])
        _write(folder / VIDEOS, features, settings)
        if sounds is not None:
            _write(folder / EXTERNAL, sounds, settings)
    log.info("%s", dict(zip(*np.unique(split, return_counts=True), strict=True)))
    wrote(prepared_of(corpus))


def _write(folder: Path, features: FeatureSet, settings: Prepared) -> None:
    meta = {
        **features.meta,
        "prepared": settings.model_dump(mode="json"),
        "code": features.meta["code"] | code_of("stages/microvideo_prepared"),
    }
    write_feature_set(folder, replace(features, meta=meta))


def _learn_codes(settings: Prepared, compute: Compute, folder: Path, X: np.ndarray):
    from tfrepro.models.autoencoder import StackedDenoisingAutoencoder
    from tfrepro.models.devices import configure

    log.info("runs on %s", configure(compute.device, compute.precision, threads=1))
    fitted = StackedDenoisingAutoencoder(**settings.acoustic.model_dump()).fit(X)
    fitted.save(folder / "acoustic-autoencoder")
    return fitted


if __name__ == "__main__":
    run(microvideo_prepared)
