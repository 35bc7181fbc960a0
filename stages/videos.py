"""Build a video corpus of record shards: rendered here, or from a source."""

from _sources import find_source
from _stage import run, wrote
from _video_paths import video_corpus

from tfrepro.corpora.registry import VIDEO_CORPORA
from tfrepro.corpora.shards import write_shard_corpus
from tfrepro.files import atomic_folder
from tfrepro.settings.reading import read_section
from tfrepro.settings.yt8m import Yt8m


def videos(corpus: str) -> None:
    settings = getattr(read_section(Yt8m, "yt8m"), corpus)
    with atomic_folder(video_corpus(corpus)) as folder:
        files, card = VIDEO_CORPORA[corpus].load_builder()(folder, settings, find_source)
        write_shard_corpus(folder, files, card)
    wrote(video_corpus(corpus))


if __name__ == "__main__":
    run(videos)
