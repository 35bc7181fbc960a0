"""Build a corpus of music videos: rendered here, from a source, or your own."""

from _music_video_paths import music_videos as folder_of
from _sources import find_source
from _stage import run, wrote
from _workers import workers_of

from tfrepro.corpora.music_videos.table import write_music_videos
from tfrepro.corpora.registry import MUSIC_VIDEO_CORPORA
from tfrepro.files import atomic_folder
from tfrepro.settings.music_videos import MusicVideos, section_of
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def music_videos(corpus: str) -> None:
    settings = section_of(read_section(MusicVideos, "music_videos"), corpus)
    compute = read_section(Compute, "compute")
    build = MUSIC_VIDEO_CORPORA[corpus].load_builder()
    with atomic_folder(folder_of(corpus)) as folder, workers_of(compute):
        videos, card = build(folder, settings, find_source, jobs=compute.jobs)
        write_music_videos(folder, videos, card)
    wrote(folder_of(corpus))


if __name__ == "__main__":
    run(music_videos)
