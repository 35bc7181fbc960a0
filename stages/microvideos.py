"""Build a corpus of micro-videos: rendered here, from a source, or your own."""

from _micro_video_paths import micro_videos
from _sources import find_source
from _stage import run, wrote
from _workers import workers_of

from tfrepro.corpora.microvideos.table import write_micro_videos
from tfrepro.corpora.registry import MICRO_VIDEO_CORPORA
from tfrepro.files import atomic_folder
from tfrepro.settings.microvideos import MicroVideos, section_of
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def microvideos(corpus: str) -> None:
    settings = section_of(read_section(MicroVideos, "microvideos"), corpus)
    compute = read_section(Compute, "compute")
    build = MICRO_VIDEO_CORPORA[corpus].load_builder()
    with atomic_folder(micro_videos(corpus)) as folder, workers_of(compute):
        videos, card = build(folder, settings, find_source, jobs=compute.jobs)
        write_micro_videos(folder, videos, card)
    wrote(micro_videos(corpus))


if __name__ == "__main__":
    run(microvideos)
