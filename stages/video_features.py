"""Read the shards of a video corpus into a feature set and split it."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

from _code import code_of
from _sources import find_source
from _stage import log, read, run, work_folder, wrote
from _video_paths import video_corpus
from _video_paths import video_features as features_of

from tfrepro.corpora.shards import checksum, read_shard_corpus
from tfrepro.corpora.sounds import locate
from tfrepro.corpora.yt8m import MODALITIES, VERSION, convert
from tfrepro.corpora.yt8m_pages import pages_of, read_pages
from tfrepro.corpora.yt8m_split import split_videos
from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.settings.reading import read_section
from tfrepro.settings.yt8m import VideoSplit, Yt8m


def video_features(corpus: str) -> None:
    settings = read_section(Yt8m, "yt8m")
    split = read_section(VideoSplit, f"yt8m.{corpus}.split").model_dump()
    folder = read(video_corpus(corpus))
    table, card = read_shard_corpus(folder)
    files: dict[str, list[Path]] = {"shard": [], "vocabulary": [], "pages": []}
    for kind, file in zip(table["kind"], locate(table, folder, find_source), strict=True):
        files[kind].append(file)
    with work_folder(f"video_features-{corpus}", folder / "shards.parquet") as work:
        index, arrays, rejects = convert(
            files["shard"],
            read_vocabulary(*files["vocabulary"]),
            work,
            split=partial(split_videos, **split),
            on_corrupt=settings.on_corrupt,
            title=corpus,
        )
        pages = read_pages(*files["pages"]) if files["pages"] else {}
        index["page"] = pages_of(index["id"], pages)
        meta = {
            "corpus": asdict(card) | {"checksum": checksum(table), "files": len(table)},
            "modalities": MODALITIES,
            "extractor": {"name": "as released", "version": VERSION},
            "split": split,
            "code": code_of(f"videos/{corpus}", "stages/videos", "stages/video_features"),
        }
        write_feature_set(features_of(corpus), FeatureSet(index, arrays, meta, rejects=rejects))
    log.info(
        "%d videos, %d rejects, %s", len(index), len(rejects), dict(index["split"].value_counts())
    )
    wrote(features_of(corpus))


if __name__ == "__main__":
    run(video_features)
