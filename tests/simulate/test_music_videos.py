"""Music videos made here show what is planted, and nothing else tells the style."""

from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.random import default_rng
from scipy.stats import ks_2samp, spearmanr

from tfrepro.media.audio import load_audio
from tfrepro.media.video import probe, write_video
from tfrepro.simulate.music import RATE, soundtrack
from tfrepro.simulate.music_pictures import FRAME_RATE, SIZE, draw
from tfrepro.simulate.music_plans import PART_S, Effects, Part
from tfrepro.simulate.music_videos import music_videos

MANY = 600
SMALL = (120, 160)
OFF = dict.fromkeys(("mood", "beat", "combination", "structure"), 0.0)
FULL = dict.fromkeys(OFF, 1.0)
PLAIN = Part(
    tempo=120,
    minor=False,
    brightness=0.8,
    lead="string",
    drums=False,
    pulse=120,
    shot=6.0,
    speed=0.1,
    warmth=0.5,
    shape="disc",
    crowd=False,
)


def videos(count=MANY, **strengths):
    return list(music_videos(count, 3, Effects(**strengths), share=0.5))


def parts_of(made, style):
    return [part for video in made for part in video.parts if video.style == style]


def shares(parts, *names):
    """How often each combination of some traits occurs."""
    counts = Counter(tuple(getattr(part, name) for name in names) for part in parts)
    return {values: count / len(parts) for values, count in counts.items()}


def gap(made, *names):
    """Largest difference of these shares between the style and the others."""
    one, other = (shares(parts_of(made, style), *names) for style in (True, False))
    return max(abs(one.get(values, 0) - other.get(values, 0)) for values in one | other)


def changes(video, name):
    """After which parts a trait changes."""
    values = [getattr(part, name) for part in video.parts]
    return [n for n, (one, next_one) in enumerate(pairwise(values)) if one != next_one]


@pytest.fixture(scope="module")
def full():
    return videos(**FULL)


@pytest.fixture(scope="module")
def without():
    return videos(**OFF)


def trait(made, name):
    return np.array([getattr(part, name) for video in made for part in video.parts])


def pictures(seed=0, **changed):
    return np.stack(
        list(draw([PLAIN._replace(**changed)], noise=0, rng=default_rng(seed), size=SMALL))
    )


def music(seed=0, **changed):
    return soundtrack([PLAIN._replace(**changed)], noise=0, rng=default_rng(seed))


# ------------------------------------------------------------------ the same each time


def test_a_video_is_the_same_each_time_and_a_longer_row_starts_with_a_shorter_one():
    few, more = (list(music_videos(count, 5, Effects(), seconds=7.5)) for count in (2, 4))
    assert more[:2] == few
    assert np.array_equal(more[1].sound, few[1].sound)
    assert np.array_equal(list(more[1].frames()), list(few[1].frames()))


def test_a_longer_video_starts_as_a_shorter_one():
    short, long = (next(music_videos(1, 5, Effects(), seconds=s)) for s in (8, 14))
    assert long.parts[:2] == short.parts
    assert np.array_equal(list(long.frames())[: 8 * FRAME_RATE], list(short.frames()))


def test_another_seed_makes_another_video():
    one, other = (next(music_videos(1, seed, Effects(), seconds=6)) for seed in (1, 2))
    assert one.parts != other.parts
    assert not np.array_equal(one.sound, other.sound)
    assert not np.array_equal(next(one.frames()), next(other.frames()))


@pytest.mark.parametrize("count", [10, 24, 95])
def test_about_a_tenth_is_of_the_style(count):
    styles = [video.label for video in music_videos(count, 0, Effects(), seconds=6)]
    assert abs(styles.count("style") - count / 10) <= 0.5


def test_sound_and_pictures_know_the_style_by_the_parts_alone():
    video = next(music_videos(1, 0, Effects(), seconds=6))
    turned = replace(video, style=not video.style)
    assert np.array_equal(video.sound, turned.sound)
    assert np.array_equal(list(video.frames()), list(turned.frames()))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"seconds": 0.5}, "seconds 0.5"),
        ({"share": 1.5}, "share 1.5"),
        ({"seconds": np.inf}, "inf"),
    ],
)
def test_lengths_and_shares_that_are_none_are_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        next(music_videos(1, 0, Effects(), **arguments))


@pytest.mark.parametrize("name", [field.name for field in fields(Effects)])
def test_a_strength_below_zero_or_none_at_all_is_refused(name):
    for value in (-0.1, np.nan):
        with pytest.raises(ValueError, match=f"{name} = "):
            Effects(**{name: value})


# ------------------------------------------------------------------ what is planted


def test_an_effect_changes_nothing_but_what_it_says(full):
    mood = {"tempo", "minor", "brightness", "pulse", "shot", "speed", "warmth"}
    said = {
        "mood": mood,
        "beat": {"pulse"},
        "combination": {"shape"},
        "structure": {"drums", "crowd"},
        "steadiness": mood,
        "noise": set(),
    }
    for effect, may_differ in said.items():
        other = videos(20, **FULL | {effect: 0.5})
        for one, two in zip(full, other, strict=False):
            for part, changed in zip(one.parts, two.parts, strict=True):
                differ = {n for n in Part._fields if getattr(part, n) != getattr(changed, n)}
                assert differ <= may_differ


def test_traits_of_a_mood_go_together_and_without_it_each_on_its_own(full, without):
    for one, other in (("tempo", "speed"), ("tempo", "shot"), ("brightness", "warmth")):
        assert abs(spearmanr(trait(full, one), trait(full, other)).statistic) > 0.99
        assert abs(spearmanr(trait(without, one), trait(without, other)).statistic) < 0.15
    assert abs(spearmanr(trait(full, "tempo"), trait(full, "warmth")).statistic) < 0.15


@pytest.mark.parametrize("name", ["tempo", "pulse", "shot", "speed", "brightness", "warmth"])
def test_no_effect_changes_how_often_a_trait_is_seen(full, without, name):
    # One part of each video, as parts of one are alike.
    one, other = (trait(made, name)[::10] for made in (full, without))
    assert ks_2samp(one, other).statistic < 0.1


@pytest.mark.parametrize("steadiness", [0.0, 0.7, 1.0])
def test_parts_of_a_video_are_as_alike_as_it_is_steady(steadiness):
    warmth = trait(videos(400, steadiness=steadiness), "warmth").reshape(400, -1)
    assert spearmanr(warmth[:, 0], warmth[:, 1]).statistic == pytest.approx(steadiness, abs=0.12)


def test_pictures_go_by_the_beat_or_by_one_of_their_own(full, without):
    assert np.array_equal(trait(full, "pulse"), trait(full, "tempo"))
    assert abs(spearmanr(trait(without, "pulse"), trait(without, "tempo")).statistic) < 0.15


def test_the_style_is_a_combination_of_lead_and_shape_and_neither_tells_alone(full):
    assert gap(full, "lead") < 0.06
    assert gap(full, "shape") < 0.06
    assert gap(full, "lead", "shape") > 0.45
    assert set(shares(parts_of(full, True), "lead", "shape")) == {
        ("reed", "disc"),
        ("string", "square"),
    }


def test_a_part_tells_nothing_of_the_structure_even_if_seen_and_heard(full):
    assert gap(full, "drums", "crowd") < 0.1


def test_in_the_style_sections_change_together_every_12_to_30_s(full):
    for video in full:
        drums, crowd = changes(video, "drums"), changes(video, "crowd")
        if video.style:
            assert drums == crowd
            assert all(2 <= later - n <= 5 for n, later in pairwise([-1, *drums]))
        else:
            assert (not drums) != (not crowd)


def test_without_effects_nothing_tells_the_style(without):
    for names in (("lead", "shape"), ("drums", "crowd"), ("lead", "shape", "drums", "crowd")):
        assert gap(without, *names) < 0.1
    together = {
        style: np.mean(
            [changes(v, "drums") == changes(v, "crowd") for v in without if v.style == style]
        )
        for style in (True, False)
    }
    assert together == {True: 0, False: 0}
    alone = [
        np.mean([not changes(v, "drums") for v in without if v.style == s]) for s in (True, False)
    ]
    assert abs(alone[0] - alone[1]) < 0.12
    for name in ("tempo", "shot", "warmth"):
        one, other = ([getattr(p, name) for p in parts_of(without, s)][::10] for s in (True, False))
        assert ks_2samp(one, other).statistic < 0.12


# ------------------------------------------------------------------ what is seen and heard


def test_a_reed_has_odd_partials_and_a_string_has_even_ones_too():
    # From the 60th semitone on, the lead plays this chord's root, third and fifth.
    def evenness(lead):
        y = music(lead=lead, brightness=1.0)
        root = int(default_rng(0).spawn(3)[0].integers(12))
        power = np.abs(np.fft.rfft(y)) ** 2
        pitch = 440 * 2 ** ((60 + root - 69) / 12)
        near = [
            power[int((h * pitch - 4) * PART_S) : int((h * pitch + 4) * PART_S)].sum()
            for h in (8, 7)
        ]
        return near[0] / near[1]

    assert evenness("string") > 5 * evenness("reed")


def test_drums_are_heard_between_the_notes():
    def sharpness(y):
        power = np.abs(np.fft.rfft(y)) ** 2
        return power[int(9000 * PART_S) :].sum() / power.sum()

    assert sharpness(music(drums=True, brightness=0)) > 5 * sharpness(music(brightness=0))


@pytest.mark.parametrize("tempo", [75, 100, 140])
def test_the_music_has_its_tempo(tempo):
    y = music(tempo=tempo, drums=True)
    loudness = np.abs(y[: len(y) // 100 * 100]).reshape(-1, 100).mean(axis=1)
    attacks = np.maximum(0, np.diff(loudness))
    attacks -= attacks.mean()
    lag = round(60 / tempo * RATE / 100)
    near = [float(attacks[: -lag - d] @ attacks[lag + d :]) for d in range(-2, 3)]
    assert max(near) > 0.3 * float(attacks @ attacks)


def test_warm_parts_are_red_and_cold_ones_blue():
    red, blue = (pictures(warmth=w).mean(axis=(0, 1, 2))[[0, 2]] for w in (1.0, 0.0))
    assert red[0] > 1.5 * red[1]
    assert blue[1] > 1.5 * blue[0]


def test_fast_parts_move_more_and_short_shots_cut_more():
    def steps(**changed):
        return np.abs(np.diff(pictures(**changed).astype(np.int16), axis=0)).mean(axis=(1, 2, 3))

    assert np.median(steps(speed=0.6)) > 2 * np.median(steps(speed=0.05))
    slow, fast = ((steps(shot=shot) > 15).sum() for shot in (6.0, 0.75))
    assert slow <= 1
    assert fast >= 5


def test_shapes_are_discs_or_squares_and_many_or_few():
    def filling(**changed):
        """What shapes fill of the boxes around them, and how much of the picture."""
        bright = (pictures(**changed).max(axis=3) > 250).astype(np.uint8)
        boxes = np.concatenate([cv2.connectedComponentsWithStats(one)[2][1:] for one in bright])
        return np.median(boxes[:, 4] / (boxes[:, 2] * boxes[:, 3])), bright.mean()

    disc, few = filling(shape="disc")
    square, _ = filling(shape="square")
    _, many = filling(crowd=True)
    assert disc < 0.85 < 0.95 < square
    assert many > 2 * few


def test_what_lies_about_and_hisses_is_the_noise():
    clean, noisy = (
        np.stack(list(draw([PLAIN], noise=n, rng=default_rng(0), size=SMALL))) for n in (0, 5)
    )
    assert (clean != noisy).any(axis=3).mean() > 0.02
    hiss = soundtrack([PLAIN], noise=3, rng=default_rng(0)) - music()
    assert 0.001 < np.sqrt(np.mean(hiss**2)) < 0.2


def test_a_file_has_the_papers_size_and_rate_and_lasts_as_long(tmp_path):
    video = next(music_videos(1, 0, Effects(), seconds=7.5))
    file = tmp_path / "video.mp4"
    write_video(file, video.frames(), FRAME_RATE, sound=video.sound, sound_rate=RATE)
    facts = probe(file)
    assert (facts.height, facts.width) == SIZE == (240, 320)
    assert facts.frames == 90
    assert facts.rate == pytest.approx(12)
    y = load_audio(file)
    assert len(y) / RATE == pytest.approx(7.5, abs=0.1)
    # The file may begin with what the coding needs to start.
    made = video.sound[: 6 * RATE]
    assert max(np.corrcoef(y[d : d + len(made)], made)[0, 1] for d in (0, 1024, 2048)) > 0.9
