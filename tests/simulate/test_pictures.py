"""Pictures made here show what they are asked to show, when they are asked to."""

import cv2
import numpy as np
import pytest
from numpy.random import default_rng

from tfrepro.simulate.pictures import draw
from tfrepro.simulate.textures import TEXTURES, texture
from tfrepro.simulate.venues import CUES, EVENTS, THEMES, Episode

EPISODES = (Episode("whistle", 0.5, 2.5), Episode("bell", 3.5, 5.5))


def pictures(theme="nature", shape="disc", episodes=EPISODES, seed=1, **changes):
    """(60, side, side, 3) as signed numbers."""
    settings = {"side": 96, "noise": 0.0, "sociality": 0.0} | changes
    made = draw(theme, shape, episodes, rng=default_rng(seed), owner=default_rng(2), **settings)
    return np.array(list(made)).astype(int)


def differ(some, others):
    """(60,) bool: which pictures differ."""
    return (some != others).any(axis=(1, 2, 3))


@pytest.mark.parametrize("side", [16, 96, 227])
def test_there_are_60_pictures_of_the_size_asked_for(side):
    made = list(
        draw(
            "rooms",
            "cross",
            EPISODES,
            side=side,
            noise=1.0,
            sociality=1.0,
            rng=default_rng(1),
            owner=default_rng(2),
        )
    )
    assert len(made) == 60
    assert {(picture.shape, picture.dtype.name) for picture in made} == {((side, side, 3), "uint8")}


def test_pictures_of_any_size_show_the_same():
    small, large = pictures(side=96), pictures(side=288)
    for one, other in zip(small[::10], large[::10], strict=True):
        shrunk = cv2.resize(other.astype(np.uint8), (96, 96), interpolation=cv2.INTER_AREA)
        assert (
            np.corrcoef(cv2.blur(one.astype(np.uint8), (3, 3)).ravel(), shrunk.ravel())[0, 1] > 0.9
        )


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_seen_while_it_lasts_and_only_then(event):
    another = EVENTS[EVENTS.index(event) - 1]
    one, other = (pictures(episodes=[Episode(of, 1.05, 3.05)]) for of in (event, another))
    assert np.array_equal(np.flatnonzero(differ(one, other)), np.arange(11, 31))


@pytest.mark.parametrize("shape", CUES["visual"])
def test_shapes_move_and_differ_from_each_other(shape):
    made = pictures(shape=shape, episodes=())
    assert differ(made[1:], made[:-1]).mean() > 0.9
    for other in set(CUES["visual"]) - {shape}:
        assert differ(made, pictures(shape=other, episodes=())).all()


def test_grain_is_on_every_picture_and_as_strong_as_asked_for():
    clean, light, heavy = (pictures(noise=noise, seed=8) for noise in (0.0, 0.01, 2.0))
    assert np.abs(light - clean).max() <= 1
    assert differ(heavy[1:], heavy[:-1]).all()
    assert 15 < (heavy - clean).std() < 60


def test_a_tint_draws_all_colours_towards_the_owners():
    plain, tinted = (pictures(sociality=sociality) for sociality in (0.0, 1.0))
    assert (tinted - plain).std(axis=(0, 1, 2)).min() > 1
    assert tinted.std() < 0.8 * plain.std()


@pytest.mark.parametrize("theme", THEMES)
def test_a_texture_has_light_and_dark_parts(theme):
    made = [texture(theme, 96, default_rng(seed)) for seed in range(20)]
    assert all(0.3 < of.std() <= 1 and np.abs(of).max() <= 1 for of in made)


def test_a_theme_is_known_by_its_textures_form_and_not_by_its_brightness():
    def brightness(of):
        return np.histogram(of, 8, (-1, 1))[0]

    def form(of):
        # Power by frequency: where in the picture a texture starts does not matter.
        return cv2.blur(np.abs(np.fft.fft2(of - of.mean()))[:24, :48], (3, 3)).ravel()

    def found(describe):
        """Share of textures whose most similar other is of their theme."""
        vectors = np.array([describe(of) for _, of in made], float)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        likeness = vectors @ vectors.T - 2 * np.eye(len(made))
        themes = np.array([theme for theme, _ in made])
        return np.mean(themes[likeness.argmax(axis=1)] == themes)

    made = [
        (theme, texture(theme, 48, default_rng([seed, number])))
        for number, theme in enumerate(TEXTURES)
        for seed in range(40)
    ]
    assert found(form) > 0.7
    assert found(brightness) < 0.6
