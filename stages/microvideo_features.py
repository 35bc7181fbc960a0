"""Pictures, sounds and words of micro-videos -> vectors and sequences."""

from dataclasses import asdict

from _code import code_of
from _micro_video_paths import micro_video_features, micro_videos
from _sources import find_source
from _stage import log, read, run, work_folder, wrote
from _workers import workers_of

from tfrepro.corpora.microvideos.table import EXTERNAL, checksum, read_micro_videos
from tfrepro.corpora.registry import MICRO_VIDEO_FEATURES
from tfrepro.features.microvideos.write import write_features
from tfrepro.settings.microvideos import MicroVideos, section_of
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def microvideo_features(corpus: str) -> None:
    settings = section_of(read_section(MicroVideos, "microvideos"), corpus)
    compute = read_section(Compute, "compute")
    folder = read(micro_videos(corpus))
    videos, card = read_micro_videos(folder)
    made_by = code_of(f"microvideos/{corpus}", "stages/microvideos", "stages/microvideo_features")
    name = f"microvideo_features-{corpus}"
    salt = f"{settings.model_dump_json()} {made_by}"
    with work_folder(name, folder / "videos.parquet", salt=salt) as work, workers_of(compute):
        make = MICRO_VIDEO_FEATURES[corpus].load_builder()
        made = make(folder, videos, settings, find_source, work, jobs=compute.jobs)
        for file, reason in made.rejects.itertuples(index=False):
            log.warning("rejected %s: %s", file, reason)
        meta = {
            "corpus": asdict(card) | {"checksum": checksum(videos), "files": len(videos)},
            "code": made_by,
        }
        write_features(micro_video_features(corpus), made, meta, folder / EXTERNAL)
    wrote(micro_video_features(corpus))


if __name__ == "__main__":
    run(microvideo_features)
