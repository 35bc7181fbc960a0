"""TRUMANN: its penalty, each of its updates, and the whole, against the formulas in NumPy."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.controls import assert_at_chance
from tfrepro.baselines import trumann
from tfrepro.baselines.tree_lasso import (
    Nodes,
    fit_tasks,
    inverse_penalties,
    node_norms,
    tree_penalty,
)
from tfrepro.baselines.trumann import Trumann
from tfrepro.baselines.trumann_solver import (
    Strengths,
    factorise_views,
    fit_latent,
    fit_views,
    gather_moments,
    minimise,
    objective,
    view_products,
)
from tfrepro.corpora.label_tree import LabelTree
from tfrepro.corpora.trumann_tree import read_trumann_tree
from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet

NODES = Nodes(
    np.array(
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0], [1, 1, 1, 1.0]]
    ),
    np.array([1, 1, 1, 1, 0.7, 0.4]),
)
STRENGTHS = Strengths(agreement=0.3, ridge=0.2, tree=0.5)
T, K = 4, 3


# --- The formulas, as they stand ------------------------------------------------------------------


def plain_penalty(W, nodes):
    groups = [np.flatnonzero(row) for row in nodes.members]
    return (
        sum(
            e * np.linalg.norm(W[k, group])
            for k in range(len(W))
            for e, group in zip(nodes.weights, groups, strict=True)
        )
        ** 2
    )


def plain_objective(X, Y, A, B, W, nodes, strengths, penalty=None):
    penalty = plain_penalty(W, nodes) if penalty is None else penalty
    return 0.5 * (
        np.sum((Y - B @ W) ** 2)
        + strengths.agreement * sum(np.sum((x @ a - B) ** 2) for x, a in zip(X, A, strict=True))
        + strengths.ridge * sum(np.sum(a**2) for a in A)
        + strengths.tree * penalty
    )


def plain_penalties(W, nodes, per_task=False):
    """Q^t_kk, (T, K), by the shares q."""
    Q = np.zeros(W.T.shape)
    q = nodes.weights * node_norms(W, nodes)
    for t in range(W.shape[1]):
        own = nodes.members[:, t] > 0
        shares = q / (q[:, own].sum() if per_task else q.sum())
        Q[t] = (nodes.weights[own] ** 2 / shares[:, own]).sum(axis=1)
    return Q


@dataclass
class State:
    A: list
    B: np.ndarray
    W: np.ndarray


def plain_iteration(X, Y, state, nodes, strengths, per_task=False):
    """All three updates, B with its N rows."""
    a, r = strengths.agreement, strengths.ridge
    A = [np.linalg.solve(a * x.T @ x + r * np.eye(x.shape[1]), a * x.T @ state.B) for x in X]
    W = state.W
    right = Y @ W.T + a * sum(x @ each for x, each in zip(X, A, strict=True))
    B = right @ np.linalg.inv(a * len(X) * np.eye(len(W)) + W @ W.T)
    Q = plain_penalties(W, nodes, per_task)
    columns = [
        np.linalg.solve(B.T @ B + strengths.tree * np.diag(Q[t]), B.T @ y)
        for t, y in enumerate(Y.T)
    ]
    return State(A, B, np.stack(columns, axis=1))


@pytest.fixture
def problem():
    """Two views of 25 videos of four classes: X, labels, and the moments of both with B."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.arange(25) % T)
    X = [rng.standard_normal((25, D)) + rng.standard_normal((T, D))[y] for D in (6, 4)]
    blocks = [(np.concatenate(X, axis=1), y)]
    moments = gather_moments(blocks, (6, 4), T, K, np.random.default_rng(1))
    return X, y, moments


def start_state():
    """What the solver starts from with that seed."""
    rng = np.random.default_rng(1)
    return State([], rng.random((25, K)), rng.random((K, T)))


def one_round(moments, XB, W):
    A = fit_views(moments, factorise_views(moments, STRENGTHS), XB, STRENGTHS)
    products = view_products(moments, A)
    latent = fit_latent(moments, A, products, W, STRENGTHS)
    return A, products, latent


def gradient(f, x, step=1e-5):
    """By central differences."""
    g = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        change = np.zeros_like(x)
        change[place] = step
        g[place] = (f(x + change) - f(x - change)) / (2 * step)
    return g


# --- The penalty ----------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999))
def test_the_squared_lasso_is_the_least_of_its_variational_forms(seed):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((K, T))
    assert tree_penalty(W, NODES) == pytest.approx(plain_penalty(W, NODES))
    at_best = np.sum(W**2 / inverse_penalties(W, NODES))
    assert at_best == pytest.approx(tree_penalty(W, NODES))
    q = rng.dirichlet(np.ones(K * 6)).reshape(K, 6)
    at_other = np.sum(NODES.weights**2 * node_norms(W, NODES) ** 2 / q)
    assert at_other >= at_best


@pytest.mark.parametrize("per_task", [False, True])
def test_its_diagonals_are_those_of_the_formula(per_task):
    W = np.random.default_rng(0).standard_normal((K, T))
    normalisation = "per-task" if per_task else "global"
    np.testing.assert_allclose(
        1 / inverse_penalties(W, NODES, normalisation), plain_penalties(W, NODES, per_task).T
    )


def test_what_is_zero_in_a_whole_node_stays_zero():
    rng = np.random.default_rng(0)
    W, B = rng.standard_normal((K, T)), rng.standard_normal((20, K))
    W[0, 2] = W[1] = 0
    inverse = inverse_penalties(W, NODES)
    np.testing.assert_array_equal(inverse == 0, W == 0)
    BY = rng.standard_normal((K, T))
    found = fit_tasks(B.T @ B, BY, inverse, 0.5)
    np.testing.assert_array_equal(found == 0, W == 0)
    near = np.where(W == 0, 1e-12, W)
    limit = fit_tasks(B.T @ B, BY, inverse_penalties(near, NODES), 0.5)
    np.testing.assert_allclose(found, limit, atol=1e-8)
    assert not fit_tasks(B.T @ B, BY, inverse_penalties(0 * W, NODES), 0.5).any()


def test_nodes_are_those_of_the_tree_that_have_a_class_and_a_weight():
    tree = LabelTree(
        tuple("abcd"),
        ("a", "b", "c", "d", "ab", "cd", "bd"),
        ((0,), (1,), (2,), (3,), (0, 1), (2, 3), (1, 3)),
        (1.0, 1.0, 1.0, 1.0, 0.5, 0.25, 0.0),
    )
    nodes = Nodes.of_tree(tree, [1, 3])
    np.testing.assert_array_equal(nodes.members, [[1, 0], [0, 1], [1, 0], [0, 1]])
    np.testing.assert_array_equal(nodes.weights, [1, 1, 0.5, 0.25])
    with pytest.raises(ValueError, match="class 1 is in no node"):
        Nodes(np.array([[1.0, 0]]), np.ones(1))


# --- The updates ----------------------------------------------------------------------------------


def test_the_best_maps_leave_no_gradient(problem):
    X, y, moments = problem
    Y, state = np.eye(T)[y], start_state()
    A, _, _ = one_round(moments, moments.start, state.W)
    A = [A[view] for view in moments.views]
    for s in (0, 1):

        def J(a, s=s):
            return plain_objective(
                X, Y, [*A[:s], a, *A[s + 1 :]], state.B, state.W, NODES, STRENGTHS
            )

        np.testing.assert_allclose(gradient(J, A[s]), 0, atol=1e-7)


def test_the_best_space_leaves_no_gradient_and_has_the_products_found(problem):
    X, y, moments = problem
    Y, state = np.eye(T)[y], start_state()
    A, _, latent = one_round(moments, moments.start, state.W)
    after = plain_iteration(X, Y, state, NODES, STRENGTHS)
    np.testing.assert_allclose(latent.XB, np.concatenate(X, axis=1).T @ after.B)
    np.testing.assert_allclose(latent.BY, after.B.T @ Y)
    np.testing.assert_allclose(latent.BB, after.B.T @ after.B)
    A = [A[view] for view in moments.views]

    def J(B):
        return plain_objective(X, Y, A, B, state.W, NODES, STRENGTHS)

    np.testing.assert_allclose(gradient(J, after.B), 0, atol=1e-7)


def test_the_best_classifier_leaves_no_gradient_while_q_is_as_it_is(problem):
    X, y, moments = problem
    Y, state = np.eye(T)[y], start_state()
    _, _, latent = one_round(moments, moments.start, state.W)
    after = plain_iteration(X, Y, state, NODES, STRENGTHS)
    inverse = inverse_penalties(state.W, NODES)
    W = fit_tasks(latent.BB, latent.BY, inverse, STRENGTHS.tree)
    np.testing.assert_allclose(W, after.W)

    def J(W):
        penalty = np.sum(W**2 / inverse)
        return plain_objective(X, Y, after.A, after.B, W, NODES, STRENGTHS, penalty)

    np.testing.assert_allclose(gradient(J, W), 0, atol=1e-7)


def test_the_objective_is_that_of_all_videos(problem):
    X, y, moments = problem
    state = start_state()
    A, products, latent = one_round(moments, moments.start, state.W)
    after = plain_iteration(X, np.eye(T)[y], state, NODES, STRENGTHS)
    expected = plain_objective(X, np.eye(T)[y], after.A, after.B, after.W, NODES, STRENGTHS)
    found = objective(moments, NODES, A, products, latent, after.W, STRENGTHS)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("normalisation", ["global", "per-task"])
def test_iterations_are_those_with_all_videos(problem, normalisation):
    X, y, moments = problem
    Y, state, objectives = np.eye(T)[y], start_state(), []
    for _ in range(6):
        state = plain_iteration(X, Y, state, NODES, STRENGTHS, normalisation == "per-task")
        objectives.append(plain_objective(X, Y, state.A, state.B, state.W, NODES, STRENGTHS))
    rng = np.random.default_rng(1)
    rng.random((25, K))
    found = minimise(
        moments,
        NODES,
        STRENGTHS,
        iterations=6,
        least_change=0,
        normalisation=normalisation,
        rng=rng,
    )
    np.testing.assert_allclose(found.A, np.concatenate(state.A), rtol=1e-7)
    np.testing.assert_allclose(found.W, state.W, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.objectives, objectives)


@pytest.mark.parametrize("bad", [0, -1, np.nan, np.inf])
def test_strengths_that_are_none_are_named(bad):
    with pytest.raises(ValueError, match=r"ridge = .*: must be above 0"):
        Strengths(1, bad, 1)


# --- The method -----------------------------------------------------------------------------------

SMALL = {"latent": 20, "least_change": 0.0, "iterations": 30}


def videos(n=240, classes=8, seed=0, noise=2.0):
    """Classes that differ a little in every modality; two have a parent."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    y = np.arange(n) % classes
    arrays = {}
    for name, D in (("textual", 10), ("visual", 40), ("acoustic", 20)):
        X = world.standard_normal((classes, D))[y] + noise * rng.standard_normal((n, D))
        arrays[name] = X.astype(np.float32)
    index = pd.DataFrame(
        {
            "id": [f"{i}" for i in range(n)],
            "label": [f"class {k}" for k in y],
            "parent": [f"parent {k // 2}" for k in y],
        }
    )
    return FeatureSet(index, arrays, {})


@pytest.fixture(scope="module")
def features():
    return videos()


@pytest.fixture(scope="module")
def parts(features):
    return features.take(np.arange(160)), features.take(np.arange(160, 240))


def accuracy(method, test):
    return (method.predict_proba(test).argmax(axis=1) == test.y).mean()


@pytest.mark.parametrize("seed", range(4))
def test_the_objective_never_rises(parts, seed):
    """SPEC: with q normalised over all inputs and nodes."""
    history = Trumann(**SMALL | {"iterations": 80}, seed=seed).fit(parts[0]).history_
    assert list(history) == ["epoch", "objective"]
    assert history["epoch"].tolist() == list(range(1, 81))
    falls = -np.diff(history["objective"])
    assert (falls > -1e-9 * history["objective"][0]).all()


def test_q_of_each_task_also_lowers_it_but_ends_higher_and_may_raise_it(parts):
    ours, theirs = (
        Trumann(**SMALL | {"iterations": 80}, weights_of_nodes=normalisation)
        .fit(parts[0])
        .history_["objective"]
        .to_numpy()
        for normalisation in ("global", "per-task")
    )
    assert (np.diff(theirs[:10]) < 0).all()
    assert theirs.min() > ours[-1]
    assert theirs[-1] > theirs.min()


def test_it_stops_when_little_changes(parts):
    objectives = Trumann(**SMALL | {"least_change": 1.0}).fit(parts[0]).history_["objective"]
    falls = -np.diff(objectives)
    assert len(objectives) < 30
    assert falls[-1] < 1 <= falls[:-1].min()


@pytest.mark.parametrize("scaling", ["none", "standard", "unit"])
def test_it_classifies_held_out_videos(parts, scaling):
    train, test = parts
    method = Trumann(**SMALL, scaling=scaling).fit(train)
    P = method.predict_proba(test)
    assert P.shape == (80, 8)
    assert P.dtype == np.float32
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)
    assert accuracy(method, test) > 0.85
    np.testing.assert_array_equal(P.argmax(axis=1), method.scores(test).argmax(axis=1))


def test_scores_are_the_mean_view_times_the_classifier(parts):
    train, test = parts
    method = Trumann(**SMALL).fit(train)
    assert method.modalities_ == ("visual", "acoustic", "textual")
    shared = sum(test.arrays[name] @ A for name, A in method.maps_.items()) / 3
    np.testing.assert_allclose(method.scores(test), shared @ method.classifier_, atol=1e-9)


def test_scales_are_those_of_the_training_part(parts):
    train, test = parts
    method = Trumann(**SMALL, scaling="standard").fit(train)
    far = {name: 5 * X - 3 for name, X in test.arrays.items()}
    moved = FeatureSet(test.index, far, {}, test.classes)
    assert not np.allclose(method.scores(moved), method.scores(test), atol=0.1)
    everywhere = {name: 5 * X - 3 for name, X in train.arrays.items()}
    elsewhere = FeatureSet(train.index, everywhere, {}, train.classes)
    again = Trumann(**SMALL, scaling="standard").fit(elsewhere)
    np.testing.assert_allclose(again.scores(moved), method.scores(test), atol=1e-4)


def test_it_can_learn_a_small_set_by_heart():
    rng = np.random.default_rng(0)
    train = videos(40, noise=0.0)
    arrays = {name: rng.standard_normal(X.shape).astype("f") for name, X in train.arrays.items()}
    train = FeatureSet(train.index, arrays, {})
    method = Trumann(**SMALL, ridge=1e-4, tree=1e-4, agreement=0.01).fit(train)
    assert accuracy(method, train) == 1


def test_shuffled_labels_teach_nothing(parts):
    assert_at_chance(lambda: Trumann(**SMALL), *parts)


def test_the_dual_form_is_the_primal(features):
    """With 15 videos all views but the text have more features than videos."""
    train = features.take(np.arange(15))
    seen = len(np.unique(train.y))
    method = Trumann(latent=K, least_change=0.0, iterations=4).fit(train)
    X = [np.float64(train.arrays[name]) for name in method.modalities_]
    rng = np.random.default_rng(0)
    moments = gather_moments(
        [(np.concatenate(X, axis=1), train.y)], [x.shape[1] for x in X], seen, K, rng
    )
    found = minimise(
        moments,
        method._nodes(train, moments),
        Strengths(0.1, 0.1, 0.2),
        iterations=4,
        least_change=0,
        normalisation="global",
        rng=rng,
    )
    np.testing.assert_allclose(np.concatenate([*method.maps_.values()]), found.A, atol=1e-9)
    np.testing.assert_allclose(method.classifier_, found.W, atol=1e-9)
    np.testing.assert_allclose(method.history_["objective"], found.objectives)


def test_the_dual_form_is_that_of_kernels(features):
    """A = X'(λ1 X X' + λ2 I)⁻¹ λ1 B."""
    train = features.take(np.arange(15))
    method = Trumann(latent=K, iterations=1).fit(train)
    B, X = np.random.default_rng(0).random((15, K)), np.float64(train.arrays["visual"])
    A = X.T @ np.linalg.solve(0.1 * X @ X.T + 0.1 * np.eye(15), 0.1 * B)
    np.testing.assert_allclose(method.maps_["visual"], A, atol=1e-9)


def test_rows_may_be_read_in_any_pieces_and_from_files(parts, tmp_path, monkeypatch):
    train, test = parts
    expected = Trumann(**SMALL, scaling="standard").fit(train).scores(test)
    mapped = {}
    for name, X in train.arrays.items():
        np.save(tmp_path / f"{name}.npy", X)
        mapped[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    monkeypatch.setattr(trumann, "PIECE", 7)
    on_disk = FeatureSet(train.index, mapped, {}, train.classes)
    found = Trumann(**SMALL, scaling="standard").fit(on_disk).scores(test)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_modality_may_be_missing(parts):
    for names in (["acoustic"], ["textual", "visual"]):
        train, test = (
            FeatureSet(part.index, {name: part.arrays[name] for name in names}, {}, part.classes)
            for part in parts
        )
        method = Trumann(**SMALL).fit(train)
        assert method.modalities_ == tuple(sorted(names, reverse=True))
        assert accuracy(method, test) > 0.5
    with pytest.raises(ValueError, match="no modality: this set has visual_sequence"):
        Trumann().fit(FeatureSet(train.index, {"visual_sequence": np.zeros((160, 2, 3))}, {}))


def test_a_class_without_training_videos_is_never_the_answer(parts):
    train, test = parts
    missing = train.take(np.flatnonzero(~np.isin(train.y, [2, 7])))
    method = Trumann(**SMALL).fit(missing)
    P = method.predict_proba(test)
    assert P.shape == (80, 8)
    assert not P[:, [2, 7]].any()
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)
    known = ~np.isin(test.y, [2, 7])
    assert (P.argmax(axis=1) == test.y)[known].mean() > 0.85
    one = Trumann(**SMALL).fit(train.take(np.flatnonzero(train.y == 3))).predict_proba(test)
    np.testing.assert_array_equal(one, np.eye(8)[[3] * 80])


def test_without_parents_the_tree_is_flat(parts, monkeypatch):
    train, _ = parts
    trees = []
    original = Nodes.of_tree
    monkeypatch.setattr(
        Nodes, "of_tree", lambda tree, classes: trees.append(tree) or original(tree, classes)
    )
    parent = train.index["parent"]
    for column in (
        parent,
        "",
        None,
        parent.where(train.y > 3, ""),
    ):
        index = train.index.assign(parent=column)
        Trumann(**SMALL).fit(FeatureSet(index, train.arrays, {}))
    Trumann(**SMALL).fit(FeatureSet(train.index.drop(columns="parent"), train.arrays, {}))
    inner = [[group for group in tree.groups if len(group) > 1] for tree in trees]
    assert inner == [[(0, 1), (2, 3), (4, 5), (6, 7)], [], [], [(4, 5), (6, 7)], []]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"latent": 0}, "latent = 0: must be at least 1"),
        ({"iterations": 0}, "iterations = 0: must be at least 1"),
        ({"tree": 0.0}, r"tree = 0.0: must be above 0"),
        ({"scaling": "robust"}, "'robust': must be one of none, unit, standard"),
        ({"weights_of_nodes": "all"}, "'all': must be global or per-task"),
    ],
)
def test_settings_out_of_range_are_named(parts, change, said):
    with pytest.raises(ValueError, match=said):
        Trumann(**change).fit(parts[0])


@pytest.mark.parametrize("rows", [160, 15])
def test_features_that_are_no_numbers_are_named(parts, rows):
    train = parts[0].take(np.arange(rows))
    train.arrays["acoustic"][3, 2] = np.nan
    with pytest.raises(ValueError, match="acoustic: there are features that are not finite"):
        Trumann(**SMALL).fit(train)


def test_a_tree_needs_classes_that_differ(parts):
    train, _ = parts
    same = {"visual": np.ones((160, 3), np.float32)}
    with pytest.raises(ValueError, match="most classes have the same mean"):
        Trumann(**SMALL).fit(FeatureSet(train.index, same, {}))


# --- The released tree ----------------------------------------------------------------------------


@pytest.mark.real
def test_the_released_tree_can_be_used(real_data):
    names = read_trumann_tree(real_data / "venue").classes
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(188), 3)
    X = 3 * rng.standard_normal((188, 200))[y] + rng.standard_normal((len(y), 200))
    index = pd.DataFrame({"id": "x", "label": np.array(names)[y]})
    features = FeatureSet(index, {"visual": X.astype("f")}, {})
    train, test = features.take(np.arange(376)), features.take(np.arange(376, 564))
    settings = {
        "latent": 190,
        "tree": 1e-4,
        "tree_folder": real_data / "venue",
        "least_change": 0.0,
    }
    method = Trumann(**settings).fit(train)
    assert (np.diff(method.history_["objective"]) < 0).all()
    assert accuracy(method, test) > 0.9
    flat = Trumann(latent=190, tree=1e-4, least_change=0.0).fit(train)
    assert not np.allclose(flat.classifier_, method.classifier_)
    with pytest.raises(UserError, match=r"venue: a tree of other classes"):
        Trumann(**settings).fit(videos())
