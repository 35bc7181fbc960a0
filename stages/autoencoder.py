"""Train the acoustic autoencoder on a sound corpus, save it, and compare it with its rivals."""

import joblib
import pandas as pd
from _code import code_of
from _paths import metrics, model, sound_features
from _stage import log, read, run, wrote
from _tables import corpus_facts

from tfrepro.evaluation.protocols import given_folds
from tfrepro.evaluation.reconstruction import reconstruction_errors
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.feature_set import read_feature_set
from tfrepro.models.autoencoder import PRESETS, StackedDenoisingAutoencoder
from tfrepro.models.devices import configure, processes
from tfrepro.settings.autoencoder import AcousticAutoencoder
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def autoencoder(corpus: str) -> None:
    settings = read_section(AcousticAutoencoder, "autoencoder")
    compute = read_section(Compute, "compute")
    where = configure(compute.device, compute.precision, threads=1)
    log.info("runs on %s", where)
    features = read_feature_set(read(sound_features(corpus)))
    X = features.stack(BLOCKS)
    arguments = settings.model.model_dump()
    fitted = StackedDenoisingAutoencoder(**arguments, seed=settings.seed).fit(X)
    fitted.save(model("acoustic-autoencoder", corpus))
    wrote(model("acoustic-autoencoder", corpus))

    presets = {f"sda-{preset}": {**arguments, "preset": preset} for preset in PRESETS}
    folds = given_folds(features.index["fold"].to_numpy())
    errors = joblib.Parallel(n_jobs=processes(compute.jobs, where["device"]))(
        joblib.delayed(_errors)(compute, X, fold, presets, settings, number)
        for number, fold in enumerate(folds)
    )
    table = build_table(
        "dare",
        "autoencoder",
        corpus_facts(features),
        {
            "task": "put back the clean vector of a corrupted held-out clip",
            "splits": "folds that keep a recording together",
            "corruption": settings.corruption,
            "test": "paired t-test, one-tailed: is the mean predictor's error higher?",
        },
        {name: pd.DataFrame([fold[name] for fold in errors]) for name in errors[0]},
        reference="mean",
        printed=False,
        code=features.meta["code"] | code_of("stages/autoencoder"),
    )
    file = metrics(corpus, "dare", "autoencoder")
    write_table(file, table)
    wrote(file)


def _errors(compute, X, fold, presets, settings, number):
    configure(compute.device, compute.precision, threads=1)
    return reconstruction_errors(
        X, fold, presets, corruption=settings.corruption, seed=settings.seed + number
    )


if __name__ == "__main__":
    run(autoencoder)
