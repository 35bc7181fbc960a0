"""A corpus of micro-videos in numbers: its classes, what is missing, what a linear probe finds."""

from functools import partial

import pandas as pd
from _code import code_of
from _micro_video_paths import micro_video_features
from _paths import metrics, plots
from _stage import read, run, work_folder, wrote
from _tables import corpus_facts
from _words import vector_settings, words_by

from tfrepro.baselines.probe import PROBES, make_probe
from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.microvideo_statistics import class_sizes, external_facts, presence
from tfrepro.evaluation.protocols import Split, folds_of_groups, official_split
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.microvideos.prepare import labelled
from tfrepro.features.microvideos.write import EXTERNAL, VIDEOS
from tfrepro.report.plots import write_plot
from tfrepro.settings.microvideos import Prepared, Probe
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

TEST = "paired t-test over the folds, one-tailed: does the row all score higher?"


def microvideo_corpus(corpus: str) -> None:
    folder = micro_video_features(corpus)
    every = read_feature_set(read(folder / VIDEOS))
    features = labelled(every)
    probe = read_section(Probe, "microvideos.probe")
    code = features.meta["code"] | code_of("stages/microvideo_corpus")
    scores, official = _probe(corpus, features, probe, salt=f"{features.meta['corpus']} {code}")
    table = build_table(
        "microvideo",
        "corpus",
        corpus_facts(features),
        {
            "splits": f"{probe.folds} stratified folds that keep a group together",
            "fitted": "scales, texts' vectors, completion and penalty on each training part",
            "seed": probe.seed,
            "test": TEST,
        },
        scores,
        reference="all",
        printed=False,
        code=code,
    )
    sizes = class_sizes(features.index)
    table["unlabelled"] = len(every) - len(features)
    table["official_split"] = official
    table["presence"] = presence(features.index)
    table["classes"] = sizes[["class", "parent", "videos"]].to_numpy().tolist()
    table["extractors"] = {
        name: facts["extractor"] for name, facts in features.meta["modalities"].items()
    }
    if (folder / EXTERNAL).is_dir():
        table["external_sounds"] = external_facts(read_feature_set(folder / EXTERNAL).index)
    write_table(metrics(corpus, "microvideo", "corpus"), table)
    wrote(metrics(corpus, "microvideo", "corpus"))
    write_plot(plots(corpus, "microvideo", "venues"), sizes)
    wrote(plots(corpus, "microvideo", "venues"))


def _probe(
    corpus: str, features: FeatureSet, probe: Probe, salt: str
) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, float]]]:
    """Row -> its scores on every fold, and on the corpus' own split if it has one."""
    prepared = read_section(Prepared, "microvideos.prepared")
    settings = {
        "Cs": probe.Cs,
        "text": vector_settings(prepared.text),
        "words": words_by(prepared.text),
        "completion": prepared.completion.model_dump(),
    }
    protocols = {"folds": _folds(features, probe)}
    if (official := official_split(features.index["split"].to_numpy())) is not None:
        protocols["official"] = [official]
    jobs = read_section(Compute, "compute").jobs
    inputs = sorted(micro_video_features(corpus).glob("*/*.*"))
    salt = f"{salt} {probe} {prepared.text} {prepared.completion}"
    rows, kept = {}, {}
    with work_folder(f"microvideo_corpus-{corpus}", *inputs, salt=salt) as work:
        for name in PROBES:
            done = run_method(
                partial(make_probe, name, settings),
                features,
                protocols,
                work / name,
                seed=probe.seed,
                jobs=jobs,
                title=name,
            )
            rows[name] = done.scores("folds")
            if official is not None:
                kept[name] = done.scores("official").iloc[0].round(6).to_dict()
    return rows, kept


def _folds(features: FeatureSet, probe: Probe) -> list[Split]:
    return folds_of_groups(features.y, features.index["group"].to_numpy(), probe.folds, probe.seed)


if __name__ == "__main__":
    run(microvideo_corpus)
