"""Settings of the corpora of music videos that cannot work are refused by key."""

from pathlib import Path

import pytest
import yaml

from tfrepro.corpora.registry import MUSIC_VIDEO_CORPORA, MUSIC_VIDEO_FEATURES
from tfrepro.errors import UserError
from tfrepro.settings.base import Section, validate
from tfrepro.settings.music_videos import MusicVideos, section_of
from tfrepro.settings.reading import read_section
from tfrepro.simulate.music_plans import Effects
from tfrepro.simulate.music_videos import music_videos

PARAMS = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture
def values():
    """The section of the project's own file, with 16 rendered videos."""
    values = yaml.safe_load(PARAMS.read_text())["music_videos"]
    values["rendered"] |= {"videos": 16, "share": 0.25}
    return values


def check(values):
    return validate(MusicVideos, values, prefix="music_videos")


def test_every_corpus_has_a_section_a_builder_and_a_maker_of_features(values):
    videos = check(values)
    assert set(MUSIC_VIDEO_CORPORA) == set(MUSIC_VIDEO_FEATURES) == set(values) - {"corpora"}
    for corpus in MUSIC_VIDEO_CORPORA:
        assert isinstance(section_of(videos, corpus), Section)
        for entries in (MUSIC_VIDEO_CORPORA, MUSIC_VIDEO_FEATURES):
            assert callable(entries[corpus].load_builder())
    assert MUSIC_VIDEO_CORPORA["yt8m-music"].sources == ("yt8m",)


def test_the_effects_are_those_of_the_simulation(values):
    effects = check(values).rendered.effects
    assert Effects(**effects.model_dump())


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "corpora",
            ["own", "yt8m-musik"],
            r"\.corpora\.1 = 'yt8m-musik': no such music video corpus; did you mean ",
        ),
        ("corpora", [], r"\.corpora = \[\]: must hold at least 1"),
        ("rendered.seconds", 5, r"\.rendered\.seconds = 5: must be at least 6"),
        ("rendered.videos", 7, r"\.rendered\.videos = 7: must be at least 8"),
        ("rendered.share", 0.1, r"\.rendered: share = 0\.1: makes 2 of 16 videos of the style: "),
        ("rendered.share", 0.9, r"\.rendered: share = 0\.9: makes 14 of 16 videos of the style: "),
        ("rendered.effects.mood", 1.5, r"\.rendered\.effects\.mood = 1\.5: must be at most 1"),
        ("rendered.effects.moods", 1, r"\.rendered\.effects\.moods = 1: no such key; did you"),
        ("own.folders", "x", r"\.own\.folders = 'x': no such key; did you mean folder"),
        ("yt8m-music.style", "", r"\.yt8m-music\.style = '': "),
        ("yt8m-music.entities", "Choir", r"\.yt8m-music\.entities = 'Choir': must be a list"),
    ],
)
def test_what_cannot_work_is_named(values, key, value, message):
    section, (*parents, last) = values, key.split(".")
    for parent in parents:
        section = section[parent]
    section[last] = value
    with pytest.raises(UserError, match=rf"^params\.yaml: music_videos{message}"):
        check(values)


def test_the_projects_own_file_makes_enough_of_the_style():
    rendered = read_section(MusicVideos, "music_videos", PARAMS).rendered
    made = list(music_videos(rendered.videos, 0, Effects(), share=rendered.share))
    assert 4 <= sum(video.style for video in made) <= len(made) / 2
