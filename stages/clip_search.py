"""A search for sounds and pictures among the videos of a corpus, published and scored."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from _clip_models import corpus_of, front_end_of, made_by
from _paths import metrics, model
from _stage import log, read, run, wrote
from _tables import corpus_facts
from _venue_paths import videos_of

from tfrepro.clips.card import model_card
from tfrepro.clips.clip_search import SearchFacts, with_sound, write_clip_search
from tfrepro.clips.model_facts import versions
from tfrepro.clips.search_card import about_search
from tfrepro.evaluation.held_out import held_out_rows
from tfrepro.evaluation.retrieval import evaluate
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.features.embeddings import Direction
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.rows import part
from tfrepro.files import atomic_folder
from tfrepro.methods import make_method, read_hyper_parameters
from tfrepro.models.devices import configure
from tfrepro.settings.models import ClipSearch
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

METHOD = "contrastive"
ROWS = {"audio_to_video": "audio-to-video", "video_to_audio": "video-to-audio"}


def clip_search(corpus: str) -> None:
    settings = read_section(ClipSearch, "models.search")
    compute = read_section(Compute, "compute")
    log.info("runs on %s", configure(compute.device, compute.precision, threads=1))
    features = read_feature_set(read(videos_of(corpus)))
    heard = _with_venues(part(features, with_sound(features)))
    values = read_hyper_parameters(
        METHOD, settings.contrastive, prefix="models.search", answers="embeddings"
    )
    trained, asked = held_out_rows(heard.index["split"], "test")
    train, test = heard.take(trained), heard.take(asked)
    fits = [
        make_method(METHOD, values, seed).fit(train)
        for seed in range(settings.seed, settings.seed + settings.seeds)
    ]
    tests = [fit.embed(test) for fit in fits]
    ks = tuple(K for K in settings.ks if len(test) >= K)
    rows = {
        name: pd.concat(
            [_recalls(getattr(made, direction), ks) for made in tests], ignore_index=True
        )
        for direction, name in ROWS.items()
    }
    rows["chance"] = pd.DataFrame([{f"recall_at_{K}_pool_{len(test)}": K / len(test) for K in ks}])
    for name, scores in rows.items():
        log.info("%s: %s", name, scores.mean().round(3).to_dict())
    code = made_by(features, "stages/clip_search", f"methods/{METHOD}")
    facts = SearchFacts(
        kind="search",
        method=METHOD,
        hyper_parameters=values.model_dump(mode="json"),
        seed=settings.seed,
        corpus=corpus_of(features),
        scores={
            f"{name}: {score}": float(value)
            for name, scores in rows.items()
            for score, value in scores.iloc[0].items()
        },
        scored_on=f"the {len(test)} test videos with a sound, none of which was trained on, each "
        "asked for among all of them. The index holds all videos, those trained on, too",
        versions=versions(),
        code=code,
        videos=len(heard),
    )
    front_end = front_end_of(corpus, features)
    card = model_card(about_search(corpus), facts, front_end.facts)
    with TemporaryDirectory() as networks, atomic_folder(model("search", corpus)) as folder:
        fits[0].save(Path(networks))
        write_clip_search(folder, heard, Path(networks), front_end, facts, card)
    wrote(model("search", corpus))
    table = build_table(
        "crossmodal",
        "clips",
        corpus_facts(features),
        {
            "method": METHOD,
            "held_out": "test",
            "held_out_videos": len(test),
            "training_videos": len(train),
            "seed": settings.seed,
            "mean": "over the seeds of training; every test video is asked for among all of them",
        },
        rows,
        printed=False,
        code=code,
    )
    write_table(metrics(corpus, "crossmodal", "clips"), table)
    wrote(metrics(corpus, "crossmodal", "clips"))


def _with_venues(features: FeatureSet) -> FeatureSet:
    """With each video's venue as its one label, which a network may learn to tell besides."""
    labels = [[int(venue)] for venue in features.y]
    return replace(features, index=features.index.assign(labels=labels))


def _recalls(direction: Direction, ks: tuple[int, ...]) -> pd.DataFrame:
    """A row: Recall@K in one direction, every test video among all of them."""
    return evaluate(direction, ks=ks, pools=[len(direction.queries)])


if __name__ == "__main__":
    run(clip_search)
