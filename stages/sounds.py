"""Build a sound corpus: rendered here, or from a source."""

from _paths import sound_corpus
from _sources import find_source
from _stage import run, wrote

from tfrepro.corpora.registry import SOUND_CORPORA
from tfrepro.corpora.sound_durations import write_durations
from tfrepro.corpora.sounds import write_sound_corpus
from tfrepro.files import atomic_folder
from tfrepro.settings.reading import read_section
from tfrepro.settings.sounds import Sounds, section_of


def sounds(corpus: str) -> None:
    settings = section_of(read_section(Sounds, "sounds"), corpus)
    with atomic_folder(sound_corpus(corpus)) as folder:
        clips, card = SOUND_CORPORA[corpus].load_builder()(folder, settings, find_source)
        write_sound_corpus(folder, clips, card)
        write_durations(folder, clips)
    wrote(sound_corpus(corpus))


if __name__ == "__main__":
    run(sounds)
