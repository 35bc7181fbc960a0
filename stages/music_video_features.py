"""Pictures and sounds of music videos -> vectors of their segments."""

from dataclasses import asdict, replace

from _code import code_of
from _music_video_paths import music_video_features as features_of
from _music_video_paths import music_videos
from _sources import find_source
from _stage import log, read, run, work_folder, wrote
from _workers import workers_of

from tfrepro.corpora.music_videos.table import checksum, read_music_videos
from tfrepro.corpora.registry import MUSIC_VIDEO_FEATURES
from tfrepro.features.feature_set import write_feature_set
from tfrepro.settings.music_videos import MusicVideos, section_of
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def music_video_features(corpus: str) -> None:
    settings = section_of(read_section(MusicVideos, "music_videos"), corpus)
    compute = read_section(Compute, "compute")
    folder = read(music_videos(corpus))
    videos, card = read_music_videos(folder)
    made_by = code_of(
        f"music_videos/{corpus}", "stages/music_videos", "stages/music_video_features"
    )
    name = f"music_video_features-{corpus}"
    salt = f"{settings.model_dump_json()} {made_by}"
    with work_folder(name, folder / "videos.parquet", salt=salt) as work, workers_of(compute):
        make = MUSIC_VIDEO_FEATURES[corpus].load_builder()
        made = make(folder, videos, settings, find_source, work, jobs=compute.jobs)
        for file, reason in made.rejects.itertuples(index=False):
            log.warning("rejected %s: %s", file, reason)
        facts = {
            "corpus": asdict(card) | {"checksum": checksum(videos), "files": len(videos)},
            "code": made_by,
        }
        write_feature_set(features_of(corpus), replace(made, meta=facts | dict(made.meta)))
    wrote(features_of(corpus))


if __name__ == "__main__":
    run(music_video_features)
