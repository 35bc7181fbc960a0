"""Rendered clips: reproducible, balanced, and with the structure they say they have."""

from collections import Counter

import numpy as np
import pytest
from numpy.random import default_rng

from tfrepro.features.acoustic import AcousticFrontEnd
from tfrepro.simulate.sounds import COMPANIONS, FORMATS, sound_clips
from tfrepro.simulate.voices import VOICES


def clips(count=48, seed=1, **changes):
    settings = {"noise": 0.5, "companions": 1.5, "takes": 2} | changes
    return list(sound_clips(count, seed, **settings))


@pytest.mark.parametrize("rate", sorted({rate for _, rate in FORMATS}))
@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_is_finite_and_audible_at_any_length(voice, rate):
    for n in (rate // 2, 3 * rate):
        y = VOICES[voice](default_rng(1), default_rng(2), n, rate)
        assert y.shape == (n,)
        assert np.isfinite(y).all()
        assert np.abs(y).max() > 0


def test_the_same_seed_gives_the_same_sound_and_another_seed_another():
    first, again, other = clips(12), clips(12), clips(12, seed=2)
    assert all(np.array_equal(a.y, b.y) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a.y[:99], b.y[:99]) for a, b in zip(first, other, strict=True))


def test_a_longer_corpus_starts_with_the_shorter_one():
    for short, long in zip(clips(12), clips(24), strict=False):
        assert np.array_equal(short.y, long.y)


def test_query_concepts_are_balanced_and_first():
    queries = Counter(clip.concepts[0] for clip in clips(48))
    assert queries == dict.fromkeys(VOICES, 4)


def test_companions_are_likely_ones_and_their_mean_number_is_as_asked():
    made = clips(240, companions=1.0)
    for clip in made:
        query, *others = clip.concepts
        assert set(others) <= set(COMPANIONS[query])
        assert len(set(clip.concepts)) == len(clip.concepts)
    # A Poisson number cut at three companions has mean 0.98; five deviations are 0.3.
    assert abs(np.mean([len(clip.concepts) - 1 for clip in made]) - 0.98) < 0.3


def test_takes_of_a_recording_share_their_concept_and_no_more_than_asked_share_one():
    recordings = {}
    for clip in clips(72, takes=3):
        recordings.setdefault(clip.recording, []).append(clip.concepts[0])
    assert all(len(queries) == 3 and len(set(queries)) == 1 for queries in recordings.values())


def test_takes_of_a_recording_sound_more_alike_than_other_clips_of_their_concept():
    front_end = AcousticFrontEnd()
    made = [
        (clip.recording, clip.concepts[0], np.log(front_end.signal(clip.y)["spectrum_mean"]))
        for clip in clips(240, companions=0.0, noise=0.01)
        if clip.rate == 22050
    ]
    distances = {True: [], False: []}
    for number, (recording, query, spectrum) in enumerate(made):
        for other_recording, other_query, other_spectrum in made[:number]:
            if query == other_query:
                # Without their means: takes differ in level on purpose.
                gap = spectrum - spectrum.mean() - (other_spectrum - other_spectrum.mean())
                distances[recording == other_recording].append(np.abs(gap).mean())
    assert len(distances[True]) >= 5
    assert np.median(distances[True]) < 0.75 * np.median(distances[False])


def test_without_companions_or_noise_there_is_the_query_alone():
    for clip in clips(24, companions=0.0, noise=0.0):
        assert len(clip.concepts) == 1
        assert np.isfinite(clip.y).all()
        assert np.abs(clip.y).max() > 0.05


def test_clips_fit_their_file_formats():
    for clip in clips():
        assert clip.y.dtype == np.float32
        assert np.abs(clip.y).max() <= 1
        assert 0.7 < len(clip.y) / clip.rate < 6.1
        assert clip.format in ("flac", "wav")
