"""TMDL: each of its steps against the formulas, and the whole as a method."""

import numpy as np
import pandas as pd
import pytest

from tests.controls import assert_at_chance
from tfrepro.baselines.dictionary.joint_sparse import violation
from tfrepro.baselines.dictionary.tmdl import Tmdl, View, first_dictionaries, unit_atoms
from tfrepro.features.feature_set import FeatureSet

CLASSES = ("a", "b", "c", "d", "unseen")
DIMS = {"textual": 8, "visual": 20, "acoustic": 12}
STRENGTHS = {"alignment": 0.7, "sparsity": 0.3, "ridge": 0.2}
SMALL = {"atoms_per_class": 4, "sparsity": 0.5}


def unit(D):
    return D / np.linalg.norm(D, axis=1, keepdims=True)


@pytest.fixture
def problem():
    """25 samples of three classes, 12 atoms."""
    rng = np.random.default_rng(0)
    y, owners = rng.permutation(np.arange(25) % 3), np.repeat(np.arange(3), 4)
    X = rng.standard_normal((3, 9))[y] + rng.standard_normal((25, 9))
    return X, y, unit(rng.standard_normal((12, 9))), owners


def make_view(X, y, D, owners):
    return View(lambda rows: X[rows], y, D, owners, **STRENGTHS)


def plain_energy(X, Q, D, A, W):
    return (
        0.5 * np.sum((X - A @ D) ** 2)
        + 0.5 * STRENGTHS["alignment"] * np.sum((Q - A @ W) ** 2)
        + STRENGTHS["sparsity"] * np.abs(A).sum()
        + 0.5 * STRENGTHS["ridge"] * np.sum(W**2)
    )


# --- The steps ------------------------------------------------------------------------------------


def test_it_starts_with_the_codes_of_the_samples_alone(problem):
    X, _, D, _ = problem
    view = make_view(*problem)
    assert violation([X], [D], view.A[:, None], STRENGTHS["sparsity"]).max() < 1e-4


def test_the_codes_are_those_of_what_is_stacked(problem):
    X, y, D, _ = problem
    view = make_view(*problem)
    W = view.W
    view.fit_codes(1e-9, 10_000)
    root = np.sqrt(STRENGTHS["alignment"])
    stacked = np.hstack([X, root * np.eye(3)[y]]), np.hstack([D, root * W])
    assert violation(*([Z] for Z in stacked), view.A[:, None], 0.3).max() < 1e-8


def test_the_best_weights_leave_no_gradient(problem):
    Q, view = np.eye(3)[problem[1]], make_view(*problem)
    slope = STRENGTHS["alignment"] * view.A.T @ (view.A @ view.W - Q) + STRENGTHS["ridge"] * view.W
    np.testing.assert_allclose(slope, 0, atol=1e-12)


def test_the_energy_is_that_of_all_samples(problem):
    X, y, _, _ = problem
    view = make_view(*problem)
    energy = view.improve(20)
    assert energy == pytest.approx(plain_energy(X, np.eye(3)[y], view.D, view.A, view.W))


def test_the_steps_of_codes_and_of_weights_lower_the_energy(problem):
    view = make_view(*problem)
    for _ in range(5):
        # The weights found last are the best for these codes: only the codes may gain.
        before = view.energy(view.fit_codes(1.0, 1))
        moments = view.fit_codes(1e-3, 20)
        with_codes = view.energy(moments)
        view.fit_weights(moments)
        assert view.energy(moments) <= with_codes + 1e-9 <= before + 2e-9
        view.fit_atoms(moments)


def test_each_atom_is_the_best_of_length_one_for_what_the_others_leave():
    rng = np.random.default_rng(0)
    A, X, D = (
        rng.standard_normal((30, 4)),
        rng.standard_normal((30, 6)),
        rng.standard_normal((4, 6)),
    )
    A[:, 2] = 0
    new = unit_atoms(unit(D), A.T @ A, A.T @ X)
    np.testing.assert_allclose(np.linalg.norm(new, axis=1), 1)
    np.testing.assert_array_equal(new[2], unit(D)[2])

    def left(last):
        return np.sum((X - A @ np.vstack([new[:3], last])) ** 2)

    for _ in range(20):
        other = unit(new[3:] + 0.1 * rng.standard_normal((1, 6)))
        assert left(new[3:]) < left(other)


def test_atoms_of_a_class_learn_from_nothing_but_its_own_samples(problem):
    X, y, D, owners = problem
    view = make_view(*problem)
    moments = view.fit_codes(1e-3, 20)
    own = owners == 1
    A, mine = view.A[y == 1][:, own], X[y == 1]
    view.fit_atoms(moments)
    np.testing.assert_allclose(view.D[own], unit_atoms(D[own], A.T @ A, A.T @ mine), atol=1e-10)
    assert not np.allclose(view.D, D, atol=0.01)

    other = make_view(np.where(y[:, None] == 1, X, 5 - X), y, D, owners)
    # With the same weights the class meets the same problem, whatever the others are.
    np.testing.assert_array_equal(other.A[y == 1], make_view(*problem).A[y == 1])
    other.A[:] = make_view(*problem).A
    other.W[:] = make_view(*problem).W
    other.fit_atoms(other.fit_codes(1e-3, 20))
    np.testing.assert_allclose(other.D[own], view.D[own], atol=1e-12)
    assert not np.allclose(other.D[~own], view.D[~own], atol=0.01)


def test_first_atoms_are_of_each_class_and_of_length_one_in_each_modality():
    rng = np.random.default_rng(0)
    y = np.array([0] * 30 + [1] * 2)
    X = [rng.standard_normal((32, 6)), rng.standard_normal((32, 5))]
    X[1][30] = 0
    reads = [lambda rows, x=x: x[rows] for x in X]
    dictionaries, owners = first_dictionaries(reads, y, 4, rng)
    np.testing.assert_array_equal(owners, [0, 0, 0, 0, 1, 1])
    for x, D in zip(X, dictionaries, strict=True):
        assert D.shape == (6, x.shape[1])
        np.testing.assert_allclose(np.linalg.norm(D, axis=1), 1)
        np.testing.assert_allclose(D[5], unit(x[31:])[0])


# --- The method -----------------------------------------------------------------------------------


def videos(N, seed, noise=1.0):
    """Four classes, each with a pattern in every modality."""
    patterns, rng = np.random.default_rng(0), np.random.default_rng(seed)
    y = np.arange(N) % 4
    arrays = {}
    for name, d in DIMS.items():
        X = 3 + patterns.standard_normal((4, d))[y] + noise * rng.standard_normal((N, d))
        arrays[name] = X.astype(np.float32)
    index = pd.DataFrame({"id": range(N), "label": [CLASSES[k] for k in y]})
    return FeatureSet(index, arrays, {}, CLASSES)


def accuracy(method, features):
    return np.mean(method.predict_proba(features).argmax(axis=1) == features.y)


def test_the_energy_falls_and_it_stops_when_little_changes():
    train = videos(120, 1)
    history = Tmdl(**SMALL, iterations=12, least_change=0).fit(train).history_
    assert list(history) == ["epoch", "energy"]
    assert history["epoch"].tolist() == list(range(1, 13))
    assert (np.diff(history["energy"]) < 0).all()
    stopped = Tmdl(**SMALL, iterations=12, least_change=0.05).fit(train).history_["energy"]
    np.testing.assert_array_equal(stopped, history["energy"][: len(stopped)])
    falls = -np.diff(stopped)
    assert len(stopped) < 12
    assert falls[-1] < 0.05 <= falls[:-1].min(initial=1)


def test_it_learns_a_tiny_set_by_heart_and_classifies_held_out_videos():
    tiny = videos(16, 1)
    random = {
        name: np.random.default_rng(0).standard_normal(X.shape).astype("f")
        for name, X in tiny.arrays.items()
    }
    tiny = FeatureSet(tiny.index, random, {}, CLASSES)
    assert accuracy(Tmdl(**SMALL).fit(tiny), tiny) == 1
    assert accuracy(Tmdl(**SMALL).fit(videos(120, 1)), videos(80, 2)) > 0.9


def test_shuffled_labels_teach_nothing():
    assert_at_chance(lambda: Tmdl(**SMALL, iterations=5), videos(120, 1), videos(80, 2))


def test_probabilities_keep_the_best_score_and_are_zero_for_unseen_classes():
    method, test = Tmdl(**SMALL).fit(videos(40, 1)), videos(9, 2)
    P, scores = method.predict_proba(test), method.scores(test)
    assert P.shape == (9, 5)
    assert scores.shape == (9, 4)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(P[:, 4], 0)
    np.testing.assert_array_equal(P.argmax(axis=1), scores.argmax(axis=1))


def test_scales_are_those_of_the_training_part():
    method, test = Tmdl(**SMALL).fit(videos(40, 1)), videos(40, 2)
    one_by_one = [method.scores(test.take([i])) for i in range(5)]
    np.testing.assert_allclose(np.concatenate(one_by_one), method.scores(test)[:5], atol=1e-9)


def test_a_class_may_have_fewer_videos_than_atoms():
    train = videos(80, 1)
    rows = np.flatnonzero((train.y != 2) | (np.arange(80) < 8))
    method = Tmdl(**SMALL).fit(train.take(rows))
    np.testing.assert_array_equal(np.bincount(method.owners_), [4, 4, 2, 4])
    assert [D.shape for D in method.dictionaries_] == [(14, 20), (14, 12), (14, 8)]
    assert accuracy(method, videos(80, 2)) > 0.8


def test_a_single_class_is_certain():
    only = videos(40, 1).take(np.arange(0, 40, 4))
    np.testing.assert_allclose(Tmdl(**SMALL).fit(only).predict_proba(only)[:, 0], 1)


def test_modalities_may_be_missing_from_the_set_or_from_videos():
    train, test = videos(80, 1), videos(40, 2)
    some = {name: X.copy() for name, X in train.arrays.items() if name != "acoustic"}
    some["textual"][::3] = 0
    method = Tmdl(**SMALL).fit(FeatureSet(train.index, some, {}, CLASSES))
    assert method.modalities_ == ("visual", "textual")
    there = some["textual"][some["textual"].any(axis=1)]
    np.testing.assert_allclose(method.scaling_.moments_["textual"][0], there.mean(axis=0), 1e-5)
    assert accuracy(method, test) > 0.8

    silent = {**some, "acoustic": np.zeros((80, 12), "f")}
    same = Tmdl(**SMALL).fit(FeatureSet(train.index, silent, {}, CLASSES))
    np.testing.assert_array_equal(same.scores(test), method.scores(test))

    blind = FeatureSet(test.index, {"textual": test.arrays["textual"]}, {}, CLASSES)
    with pytest.raises(ValueError, match="no modality 'visual': this set has textual"):
        method.predict_proba(blind)


def test_an_absent_modality_adds_nothing_to_the_scores():
    method, test = Tmdl(**SMALL).fit(videos(80, 1)), videos(10, 2)
    none = {name: np.zeros_like(X) for name, X in test.arrays.items()}
    assert not method.scores(FeatureSet(test.index, none, {}, CLASSES)).any()


def test_the_same_seed_gives_the_same_answers_from_files_too(tmp_path):
    train, test = videos(60, 1), videos(9, 2)
    one, two, other = (Tmdl(**SMALL, seed=s).fit(train).scores(test) for s in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()
    mapped = {}
    for name, X in train.arrays.items():
        np.save(tmp_path / f"{name}.npy", X)
        mapped[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    from_files = Tmdl(**SMALL, seed=3).fit(FeatureSet(train.index, mapped, {}, CLASSES))
    np.testing.assert_array_equal(from_files.scores(test), one)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"atoms_per_class": 0}, "atoms_per_class = 0: must be at least 1"),
        ({"fista_iterations": 0}, "fista_iterations = 0: must be at least 1"),
        ({"alignment": 0}, "alignment = 0: must be above 0"),
        ({"ridge": np.nan}, "ridge = nan: must be above 0"),
        ({"least_change": -1}, "least_change = -1: must be at least 0"),
    ],
)
def test_settings_out_of_range_are_named(change, said):
    with pytest.raises(ValueError, match=said):
        Tmdl(**change).fit(videos(12, 1))


def test_features_that_cannot_be_used_are_named():
    train = videos(12, 1)
    with pytest.raises(ValueError, match="has any modality"):
        Tmdl().fit(FeatureSet(train.index, {"visual": np.zeros((12, 3), "f")}, {}, CLASSES))
    train.arrays["acoustic"][5, 0] = np.nan
    with pytest.raises(ValueError, match="acoustic: there are features that are not finite"):
        Tmdl().fit(train)
