"""Rendered micro-videos: reproducible, and with the structure they say they have."""

from collections import Counter
from dataclasses import fields, replace
from functools import cache
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.simulate import soundtracks
from tfrepro.simulate.microvideo_effects import Effects
from tfrepro.simulate.microvideo_truth import best_accuracy, planted_truth
from tfrepro.simulate.microvideo_words import vocabulary
from tfrepro.simulate.microvideos import VENUES, micro_video, micro_videos
from tfrepro.simulate.soundtracks import RATE, carrier_pitch
from tfrepro.simulate.venues import MODALITIES, THEMES, WORLD, venue_shares, venues_of
from tfrepro.simulate.voices import VOICES

MANY = 2400
PLANTED = ("consistent", "complementary", "order")
NONE = dict.fromkeys(PLANTED, 0.0)


@cache
def videos(count=MANY, seed=1, **changes):
    return list(micro_videos(count, seed, Effects(**changes)))


@pytest.fixture(scope="module")
def many():
    return videos()


@pytest.fixture(scope="module")
def without():
    """The same videos with nothing planted."""
    return videos(**NONE)


def cue_in(modality):
    return lambda video: video.cues[MODALITIES.index(modality)]


def theme_in(modality):
    return lambda video: video.themes[MODALITIES.index(modality)]


def events_of(video):
    return video.events


def shares(made, venue, value):
    """How often each ``value(video)`` occurs in a venue's videos."""
    counts = Counter(value(video) for video in made if video.venue == venue)
    return {name: count / counts.total() for name, count in counts.items()}


def largest_gap(one, other):
    """Largest difference of two tables of shares."""
    return max(abs(one.get(name, 0) - other.get(name, 0)) for name in one | other)


def test_the_tree_has_three_parents_and_every_venue_a_sibling_of_its_theme():
    assert set(VENUES.values()) == {"nature", "shows", "town"}
    themes = Counter((venue.parent, venue.theme) for venue in WORLD.values())
    assert set(themes.values()) == {2}


def test_a_video_can_be_made_alone_and_is_the_same_each_time():
    effects = Effects()
    for video in islice(micro_videos(30, 4, effects), 20, 23):
        alone = micro_video(video.number, 4, effects)
        assert alone == video
        assert alone.text == video.text
        assert np.array_equal(alone.sound, video.sound)
        assert np.array_equal(list(alone.frames()), list(video.frames()))


def test_another_seed_makes_other_videos():
    first, other = (micro_video(0, seed, Effects(wordless=0, silent=0)) for seed in (1, 2))
    assert first.text != other.text
    assert not np.array_equal(first.sound, other.sound)
    assert not np.array_equal(next(first.frames()), next(other.frames()))


def test_class_sizes_have_a_long_tail_as_asked_for():
    counts = Counter(venues_of(240, tail=1.0))
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert 0.29 < counts["park"] / 240 < 0.32
    assert counts["school"] >= 6
    assert set(Counter(venues_of(240, tail=0.0)).values()) == {30}


@given(st.integers(0, 400), st.floats(0, 2) | st.just(1e6))
@settings(max_examples=30, deadline=None)
def test_every_beginning_has_the_shares_of_the_whole(count, tail):
    counts = Counter(venues_of(count, tail))
    for venue, share in zip(VENUES, venue_shares(tail), strict=True):
        assert abs(counts[venue] - share * count) < 2


def test_a_sound_track_lasts_six_seconds_and_fits_a_file():
    for video in videos(12, silent=0.0):
        y = video.sound
        assert y.shape == (6 * RATE,)
        assert y.dtype == np.float32
        assert 0.05 < np.abs(y).max() <= 1


def test_captions_have_3_to_15_words_of_the_language():
    words = set(vocabulary())
    assert 180 <= len(words) <= 230
    made = [video.text for video in videos(600, wordless=0.0)]
    assert {len(text.split()) for text in made} <= set(range(3, 16))
    odd = {word for text in made for word in text.lower().split()} - words
    assert odd
    assert all(word.startswith(("@user", "http://video.example/")) for word in odd)
    assert any(text.split()[0].isupper() and len(text.split()[0]) > 1 for text in made)


def test_at_full_strength_each_video_shows_its_own_theme_cue_and_order(many):
    assert all(video.consistent and video.told for video in many)


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("park", "campsite", "acoustic"),
        ("street", "garage", "visual"),
        ("office", "school", "textual"),
        ("stadium", "theatre", "order"),
    ],
)
def test_what_tells_two_siblings_apart_is_in_one_place_only(many, first, second, place):
    assert VENUES[first] == VENUES[second]
    values = {modality: cue_in(modality) for modality in MODALITIES}
    values |= {"order": events_of, "events": lambda video: frozenset(video.events)}
    values |= {f"theme {modality}": theme_in(modality) for modality in MODALITIES}
    for name, value in values.items():
        gap = largest_gap(shares(many, first, value), shares(many, second, value))
        assert gap == 1.0 if name == place else gap < 0.15


def test_with_nothing_planted_no_modality_knows_the_venue(without):
    values = [of(modality) for of in (cue_in, theme_in) for modality in MODALITIES]
    for venue in VENUES:
        for value in values:
            assert all(abs(share - 0.25) < 0.15 for share in shares(without, venue, value).values())
        assert all(share < 0.2 for share in shares(without, venue, events_of).values())


def test_without_consistency_the_modalities_themes_are_independent():
    made = videos(consistent=0.0)
    together = Counter(video.themes for video in made)
    assert len(together) == len(THEMES) ** 3
    assert max(together.values()) < 2 * MANY / 64
    assert all(video.told for video in made)


def test_without_order_the_events_stay_and_come_in_either_order(many):
    turned = 0
    for video, with_order in zip(videos(order=0.0), many, strict=True):
        assert set(video.events) == set(with_order.events)
        assert video.themes == with_order.themes
        assert video.cues == with_order.cues
        turned += video.events != with_order.events
        assert video.events == with_order.events or WORLD[video.venue].events
    shows = sum(video.parent == "shows" for video in many)
    assert 0.4 < turned / shows < 0.6


@pytest.mark.parametrize("name", [field.name for field in fields(Effects) if field.name != "tail"])
def test_an_effect_changes_nothing_but_what_it_says(many, name):
    changed = {
        "consistent": {"themes"},
        "complementary": {"cues"},
        "order": {"episodes"},
        "silent": {"silent", "weak_sound"},
    }.get(name, {name})
    for video, other in zip(many, videos(**{name: 0.5}), strict=True):
        differs = {
            field.name
            for field in fields(video)
            if getattr(video, field.name) != getattr(other, field.name)
        }
        assert differs <= {"effects", *changed}


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("modality", MODALITIES)
def test_the_planted_truth_is_what_one_can_learn_from_plans(modality, strength):
    changes = dict.fromkeys(PLANTED, strength)
    place = MODALITIES.index(modality)

    def seen(video):
        events = () if modality == "textual" else video.events
        return (video.themes[place], video.cues[place], *events)

    learnt = {}
    for video in videos(6000, seed=1, **changes):
        learnt.setdefault(seen(video), Counter())[video.venue] += 1
    fresh = videos(1500, seed=2, **changes)
    right = [learnt[seen(video)].most_common(1)[0][0] == video.venue for video in fresh]
    best = best_accuracy(Effects(**changes), (modality,), ordered=True)
    assert abs(np.mean(right) - best) < 0.04


def test_the_truth_says_what_each_effect_adds():
    full = planted_truth(Effects())
    assert full["all in order"] == pytest.approx(1.0)
    assert full["nothing"] < min(full[modality] for modality in MODALITIES)
    assert max(full[modality] for modality in MODALITIES) < full["all"] < full["all in order"]
    unordered = planted_truth(Effects(order=0.0))
    assert unordered["all in order"] == pytest.approx(unordered["all"])
    assert unordered["all"] == pytest.approx(full["all"])
    alike = planted_truth(Effects(complementary=0.0))
    assert alike["all"] == pytest.approx(alike["textual"])
    nothing = planted_truth(Effects(**NONE, tail=0.0))
    assert nothing == pytest.approx(dict.fromkeys(nothing, 1 / 8))


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("flaw", ["weak_sound", "silent", "wordless"])
def test_as_many_videos_are_flawed_as_asked_for(flaw, share):
    others = dict.fromkeys({"weak_sound", "silent", "wordless"} - {flaw}, 0.0)
    made = videos(1000, **others, **{flaw: share})
    found = np.mean([getattr(video, flaw) for video in made])
    assert found == share if share in (0.0, 1.0) else abs(found - share) < 0.05


def test_a_silent_video_has_no_sound_and_a_wordless_one_no_text():
    for video in videos(4, silent=1.0, wordless=1.0):
        assert video.sound is None
        assert video.text == ""
        assert not video.weak_sound


def test_a_weak_sound_track_is_nearly_drowned():
    likeness = {
        weak: [
            np.corrcoef(plain.sound, other.sound)[0, 1]
            for plain, other in zip(
                videos(8, noise=0.0, weak_sound=0.0, silent=0.0),
                videos(8, noise=1.0, weak_sound=weak, silent=0.0),
                strict=True,
            )
        ]
        for weak in (0.0, 1.0)
    }
    assert min(likeness[0.0]) > 0.7
    assert 0.05 < np.mean(likeness[1.0]) < 0.2


def test_without_external_voices_there_are_carriers_alone(monkeypatch):
    def fail(*_):
        raise AssertionError("a voice was asked for")

    monkeypatch.setattr(soundtracks, "VOICES", dict.fromkeys(VOICES, fail))
    made = [
        micro_video(number, 1, Effects(external=0.0, silent=0, noise=0)).sound
        for number in range(4)
    ]
    assert all(np.isfinite(y).all() and np.abs(y).max() > 0.05 for y in made)
    with pytest.raises(AssertionError, match="a voice was asked for"):
        _ = micro_video(0, 1, Effects(external=0.1, silent=0)).sound


def test_carriers_lie_apart_within_the_band_of_the_track():
    pitches = sorted(map(carrier_pitch, VOICES))
    assert len(pitches) == 12
    assert min(np.diff(np.log2(pitches))) > 1 / 3
    assert 100 < pitches[0] < pitches[-1] < 0.4 * RATE


def test_an_event_is_heard_while_it_lasts():
    video = micro_video(2, 1, Effects(noise=0.0, silent=0, weak_sound=0))
    first, second = video.episodes
    other = replace(video, episodes=(first, second._replace(event="siren")))
    one, two = video.sound, other.sound
    before, within = (slice(int(start * RATE)) for start in (second.start, second.stop))
    assert np.corrcoef(one[before], two[before])[0, 1] > 0.9999
    assert np.corrcoef(one[within], two[within])[0, 1] < 0.9


def test_an_owners_style_shows_as_much_as_sociality_says():
    for sociality, alike in ((0.0, True), (1.0, False)):
        video = micro_video(0, 1, Effects(sociality=sociality, silent=0, wordless=0))
        other = replace(video, owner=video.owner + 1)
        assert np.array_equal(next(video.frames()), next(other.frames())) == alike
        assert np.array_equal(video.sound, other.sound) == alike


def test_owners_have_favourite_words(many):
    def words_of(owner, count=60):
        made = [replace(video, owner=owner, wordless=False) for video in many[:count]]
        return {word for video in made for word in video.text.split() if word.startswith("#")}

    assert words_of(0) != words_of(1)
    tags = {word for video in many for word in video.text.split() if word.startswith("#")}
    assert len(words_of(0)) < 0.6 * len(tags)


def test_owners_have_several_videos_and_half_of_a_venues_are_by_those_at_home_there(many):
    videos_of = Counter(video.owner for video in many)
    assert 70 < len(videos_of) <= 80
    at_home = [video.owner // 10 == list(VENUES).index(video.venue) for video in many]
    assert 0.5 < np.mean(at_home) < 0.63


@pytest.mark.parametrize("name", [field.name for field in fields(Effects)])
@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf])
def test_a_strength_out_of_range_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        Effects(**{name: value})
