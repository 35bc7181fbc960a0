"""Planted micro-videos have each structure as strongly as asked for, or not at all."""

import itertools
import tracemalloc
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.simulate.planted import (
    FEWEST,
    MODALITIES,
    VENUE188,
    Effects,
    Planted,
    class_sizes,
)

SMALL = {"visual": 60, "acoustic": 40, "textual": 30}
STEPS = {"visual": 12, "acoustic": 6, "textual": 20}
NOTHING = dict.fromkeys(asdict(Effects()), 0.0)


def plant(videos=5000, classes=9, seed=1, sequences=None, concepts=20, **effects):
    """Small videos with these effects alone."""
    given = Effects(**(NOTHING | effects))
    return Planted(videos, classes, SMALL, given, seed, sequences, concepts)


def whole(planted, modality):
    return planted.arrays()[modality][:]


def within_classes(planted, modality):
    """What is left of the features when each class has its mean taken away."""
    x, labels = whole(planted, modality), planted.index()["label"]
    return x - pd.DataFrame(x).groupby(labels.to_numpy()).transform("mean").to_numpy()


# --- Shapes and order -----------------------------------------------------------------------------


def test_features_are_float32_and_the_visual_ones_sparse():
    planted = Planted(600, 12, VENUE188, Effects(), seed=0)
    x = {name: whole(planted, name) for name in MODALITIES}
    assert {name: array.shape for name, array in x.items()} == {
        "visual": (600, 4096),
        "acoustic": (600, 200),
        "textual": (600, 100),
    }
    assert all(array.dtype == np.float32 for array in x.values())
    assert x["visual"].min() == 0
    assert 0.15 < (x["visual"] > 0).mean() < 0.35
    assert x["acoustic"].min() < -1


@pytest.fixture(scope="module")
def made():
    """Videos with everything in them, in three internal blocks, and all of their features."""
    planted = Planted(5000, 9, SMALL, Effects(), seed=1)
    return planted, {name: whole(planted, name) for name in MODALITIES}


@pytest.mark.parametrize("rows", [700, 2048, 8192])
def test_blocks_of_any_size_hold_the_same_videos(made, rows):
    planted, x = made
    blocks = list(planted.blocks(rows))
    assert [len(block["visual"]) for block in blocks[:-1]] == [rows] * (len(blocks) - 1)
    for name, array in x.items():
        np.testing.assert_array_equal(np.concatenate([block[name] for block in blocks]), array)


@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 5200), stop=st.integers(0, 5200), name=st.sampled_from(MODALITIES))
def test_any_slice_can_be_made_alone(made, start, stop, name):
    planted, x = made
    np.testing.assert_array_equal(planted.arrays()[name][start:stop], x[name][start:stop])


def test_only_slices_are_read(made):
    array = made[0].arrays()["visual"]
    for rows in (3, slice(0, 10, 2), [1, 2]):
        with pytest.raises(ValueError, match="must be a slice without a step"):
            array[rows]


def test_the_seed_is_all_that_chance_depends_on(made):
    planted, x = made
    again, other = (Planted(5000, 9, SMALL, Effects(), seed=seed) for seed in (1, 2))
    pd.testing.assert_frame_equal(planted.index(), again.index())
    np.testing.assert_array_equal(whole(again, "acoustic"), x["acoustic"])
    assert not np.array_equal(whole(other, "acoustic"), x["acoustic"])
    assert not planted.index()["label"].equals(other.index()["label"])


def test_memory_does_not_grow_with_the_videos():
    peaks = []
    for videos in (20_000, 80_000):
        planted = plant(videos, noise=1.0, consistent=1.0)
        tracemalloc.start()
        for _ in planted.blocks(2048):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


# --- The index ------------------------------------------------------------------------------------


def test_the_index_says_what_each_video_is(made):
    index = made[0].index()
    assert list(index) == [
        *("id", "label", "group", "parent"),
        *("has_visual", "has_acoustic", "has_textual"),
    ]
    assert index["id"].is_unique
    np.testing.assert_array_equal(
        index["label"].value_counts().sort_index(), class_sizes(5000, 9, tail=1.0)
    )
    assert 3 < index["group"].value_counts().mean() < 5


def test_the_parents_of_classes_are_a_tree_and_siblings_come_in_pairs(made):
    parents = made[0].index().groupby("label")["parent"].unique()
    assert (parents.map(len) == 1).all()
    parents = [parent for (parent,) in parents.sort_index()]
    assert parents[0:8:2] == parents[1:8:2]
    assert 1 < len(set(parents)) < 5


def test_a_set_of_the_size_of_venue188_misses_as_many_parts():
    index = Planted(270_145, 188, VENUE188, Effects(), seed=0).index()
    missing = {name: int((~index[f"has_{name}"]).sum()) for name in MODALITIES}
    assert missing == {"visual": 0, "acoustic": 169, "textual": 24_707}
    assert index["label"].nunique() == 188
    assert len(index) == 270_145


@settings(max_examples=50)
@given(
    classes=st.integers(1, 40),
    others=st.integers(0, 5000),
    tail=st.floats(0, 5),
)
def test_class_sizes_fall_and_sum_up(classes, others, tail):
    sizes = class_sizes(FEWEST * classes + others, classes, tail)
    assert sizes.sum() == FEWEST * classes + others
    assert sizes.min() >= FEWEST
    assert (np.diff(sizes) <= 0).all()


def test_the_tail_is_long_or_not_there():
    sizes = class_sizes(10_000, 10, tail=1.0) - FEWEST
    np.testing.assert_allclose(sizes[0] / sizes, np.arange(1, 11), rtol=0.01)
    assert np.ptp(class_sizes(10_003, 10, tail=0.0)) == 1


# --- Every effect, alone and absent ---------------------------------------------------------------


@pytest.mark.parametrize("sequences", [None, STEPS])
def test_without_any_effect_there_is_nothing(sequences):
    planted = plant(100, sequences=sequences)
    assert all(not whole(planted, name).any() for name in MODALITIES)


@pytest.mark.parametrize("effect", ["consistent", "complementary", "owners", "external", "noise"])
def test_a_strength_is_the_deviation_of_its_part(effect):
    planted = plant(classes=100, concepts=200, **{effect: 0.7})
    x = whole(planted, "acoustic")
    assert np.sqrt(np.mean(x**2)) == pytest.approx(0.7, rel=0.15)
    assert (whole(planted, "textual").any()) == (effect != "external")


def test_consistent_factors_are_the_same_in_every_modality():
    planted = plant(consistent=1.0)
    acoustic, textual = whole(planted, "acoustic"), whole(planted, "textual")
    found, *_ = np.linalg.lstsq(textual, acoustic, rcond=1e-4)
    np.testing.assert_allclose(textual @ found, acoustic, atol=1e-3)
    assert np.linalg.matrix_rank(acoustic, tol=1.0) == 16


def test_with_complementary_factors_one_modality_does_not_tell_the_other():
    planted = plant(consistent=1.0, complementary=1.0)
    acoustic, textual = whole(planted, "acoustic"), whole(planted, "textual")
    found, *_ = np.linalg.lstsq(textual, acoustic, rcond=1e-4)
    assert np.var(acoustic - textual @ found) > 0.3 * np.var(acoustic)


@pytest.mark.parametrize(("consistent", "correlated"), [(0.0, False), (1.0, True)])
def test_modalities_are_correlated_within_classes_by_consistent_factors_alone(
    consistent, correlated
):
    planted = plant(consistent=consistent, complementary=1.0, external=1.0, noise=1.0)
    views = [within_classes(planted, name) for name in MODALITIES]
    for a, b in itertools.combinations(views, 2):
        r = np.corrcoef(a, b, rowvar=False)[: a.shape[1], a.shape[1] :]
        # A correlation of 5,000 independent pairs has the deviation 1/√5000.
        assert (np.abs(r).max() > 6 / np.sqrt(5000)) == correlated


def test_without_class_effects_classes_have_the_same_mean():
    planted = plant(owners=0.0, noise=1.0, tail=0.0)
    for name in MODALITIES:
        means = pd.DataFrame(whole(planted, name)).groupby(planted.index()["label"]).mean()
        assert means.std().max() < 4 / np.sqrt(5000 / 9)


def test_videos_of_an_owner_are_alike_in_its_own_way():
    planted = plant(owners=1.0)
    first = pd.DataFrame(whole(planted, "acoustic")).groupby(planted.index()["group"])
    assert (first.nunique() == 1).all(axis=None)
    assert first.first()[0].is_unique


def test_missing_parts_are_zeros_and_as_many_as_asked_for():
    planted = plant(silent=0.1, wordless=0.3, noise=1.0)
    index = planted.index()
    for name, missing in {"visual": 0, "acoustic": 500, "textual": 1500}.items():
        has = index[f"has_{name}"].to_numpy()
        assert (~has).sum() == missing
        np.testing.assert_array_equal(whole(planted, name).any(axis=1), has)


# --- External sounds ------------------------------------------------------------------------------


def test_videos_have_the_concepts_of_external_sounds():
    planted = plant(external=0.5)
    sounds, concepts = planted.external_sounds(500, seed=0)
    assert (sounds.shape, sounds.dtype, concepts.shape) == ((500, 40), np.float32, (500, 20))
    directions, *_ = np.linalg.lstsq(concepts.astype(np.float32), sounds, rcond=None)
    np.testing.assert_allclose(concepts @ directions, sounds, atol=1e-4)
    used = np.linalg.lstsq(directions.T, whole(planted, "acoustic").T, rcond=None)[0].T / 0.5
    np.testing.assert_allclose(used, np.round(used), atol=1e-3)
    of_class = pd.DataFrame(np.round(used)).groupby(planted.index()["label"]).mean().to_numpy()
    assert ((of_class > 0).sum(axis=1) == 4).all()
    assert np.abs(of_class[of_class > 0] - 0.5).max() < 0.2


def test_external_sounds_have_three_concepts_on_average_and_every_seed_others():
    planted = Planted(2000, 10, SMALL, Effects(), seed=0)
    sounds, concepts = planted.external_sounds(3000, seed=0)
    assert concepts.sum(axis=1).mean() == pytest.approx(3, abs=0.1)
    assert concepts.sum(axis=1).min() == 1
    np.testing.assert_array_equal(sounds, planted.external_sounds(3000, seed=0)[0])
    assert not np.array_equal(sounds, planted.external_sounds(3000, seed=1)[0])


@pytest.mark.parametrize(("external", "helps"), [(0.6, True), (0.0, False)])
def test_external_sounds_help_where_few_videos_are_labelled(external, helps):
    """Concept scores, learnt from sounds alone, against the acoustic vector itself."""
    effects = NOTHING | {"external": external, "consistent": 0.3, "noise": 2.0}
    planted = Planted(2000, 40, SMALL | {"acoustic": 200}, Effects(**effects), 3, concepts=60)
    sounds, concepts = planted.external_sounds(5000, seed=0)
    ridge = sounds.T @ sounds + 500 * np.eye(200)
    scores = np.linalg.solve(ridge, sounds.T @ (concepts - concepts.mean(axis=0)))
    x, y = whole(planted, "acoustic"), planted.index()["label"].to_numpy()
    gain = nearest_mean_accuracy(x @ scores, y) - nearest_mean_accuracy(x, y)
    assert (gain > 0.05) == helps


def nearest_mean_accuracy(x, y, labelled=400):
    means = pd.DataFrame(x[:labelled]).groupby(y[:labelled]).mean()
    distances = ((x[labelled:, None] - means.to_numpy()) ** 2).sum(axis=2)
    return (means.index.to_numpy()[distances.argmin(axis=1)] == y[labelled:]).mean()


# --- Sequences ------------------------------------------------------------------------------------


def test_sequences_end_in_zeros_where_the_index_says():
    planted = plant(3000, sequences=STEPS, noise=1.0, silent=0.1)
    index = planted.index()
    for name, steps in STEPS.items():
        x, has = whole(planted, name), index[f"has_{name}"]
        assert x.shape == (3000, steps, SMALL[name])
        lengths = index[f"{name}_length"]
        np.testing.assert_array_equal(np.arange(steps) < lengths.to_numpy()[:, None], x.any(axis=2))
        assert sorted(lengths[has].unique()) == list(range(steps // 2, steps + 1))
        assert (lengths[~has] == 0).all()


@pytest.mark.parametrize("name", MODALITIES)
def test_twins_differ_in_nothing_but_the_order_of_events(name):
    planted = plant(400, classes=4, sequences=STEPS, consistent=0.0, order=1.0)
    index, x = planted.index(), whole(planted, name)
    for length, twins in itertools.product(range(STEPS[name] // 2, STEPS[name] + 1), (0, 2)):
        chosen = index[f"{name}_length"] == length
        one, other = (
            x[chosen & (index["label"] == f"class-{c}"), :length][0] for c in (twins, twins + 1)
        )
        np.testing.assert_array_equal(one, other[::-1])
        np.testing.assert_allclose(one.mean(axis=0), other.mean(axis=0), atol=1e-6)
        assert not np.array_equal(one, other)


def test_twins_share_their_factors_in_sequences_alone():
    def distance(sequences):
        planted = plant(classes=2, sequences=sequences, consistent=1.0, tail=0.0)
        x = whole(planted, "acoustic")
        x = x if sequences is None else x[:, 0]
        means = pd.DataFrame(x).groupby(planted.index()["label"]).mean().to_numpy()
        return np.abs(means[0] - means[1]).mean()

    assert distance(None) > 0.3
    assert distance(STEPS) < 0.1


def test_without_order_all_steps_of_a_video_are_alike():
    planted = plant(200, sequences=STEPS, consistent=1.0, complementary=1.0, owners=1.0)
    lengths = planted.index()["textual_length"].to_numpy()
    for x, length in zip(whole(planted, "textual"), lengths, strict=True):
        np.testing.assert_array_equal(x[:length], np.broadcast_to(x[0], (length, 30)))


def test_the_noise_of_every_step_is_its_own():
    x = whole(plant(500, sequences=STEPS, noise=1.0), "acoustic")[:, :3]
    r = np.corrcoef(x[:, 0].ravel(), x[:, 1].ravel())[0, 1]
    assert abs(r) < 5 / np.sqrt(500 * 40)


# --- What cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("value", [-0.1, np.inf, np.nan])
def test_a_strength_that_cannot_be_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name} = {value}"):
        Effects(**{name: value})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"videos": 89}, "classes = 9: must be 1 or more, of 10 videos"),
        ({"classes": 0}, "classes = 0"),
        ({"dimensions": {"visual": 3}}, "dimensions = {'visual': 3}"),
        ({"dimensions": SMALL | {"visual": 0}}, "dimensions = "),
        ({"sequences": STEPS | {"motion": 3}}, "sequences = "),
        ({"concepts": 314}, "concepts = 314: must be from 1 to 313"),
    ],
)
def test_videos_that_cannot_be_are_refused(changes, complaint):
    settings = {
        "videos": 100,
        "classes": 9,
        "dimensions": SMALL,
        "effects": Effects(),
        "seed": 0,
    }
    with pytest.raises(ValueError, match=complaint):
        Planted(**(settings | changes))


@pytest.mark.parametrize("share", ["silent", "wordless"])
def test_some_videos_have_sound_and_words(share):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\)"):
        Effects(**{share: 1.0})


def test_the_smallest_set_there_can_be():
    planted = Planted(10, 1, dict.fromkeys(MODALITIES, 1), Effects(), 0, STEPS, concepts=1)
    (block,) = planted.blocks()
    assert {name: x.shape for name, x in block.items()} == {
        name: (10, steps, 1) for name, steps in STEPS.items()
    }
    assert all(np.isfinite(x).all() for x in block.values())
