"""Trees over classes: the released one, made ones, their weights and other class numbers."""

import json
import pickle
from collections import Counter
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.corpora.label_tree import LabelTree, from_two_levels, tree_weights
from tfrepro.corpora.popularity import by_popularity
from tfrepro.corpora.trumann_tree import TOP_LEVEL, read_trumann_tree
from tfrepro.errors import UserError

TREE = LabelTree(  # like the released one, with a class of two leaves and one of none
    tuple("abcd"),
    ("a", "b", "b", "d", "ab", "abc"),
    ((0,), (1,), (1,), (3,), (0, 1), (0, 1, 2)),
    (1.0, 0.75, 1.0, 1.0, 0.25, 0.5),
)


def by_name(tree):
    """What a tree says, whatever the class numbers: nodes, names of their classes, weights."""
    return Counter(
        (name, frozenset(tree.classes[c] for c in group), weight)
        for name, group, weight in zip(tree.names, tree.groups, tree.weights, strict=True)
    )


# --- Trees ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"weights": (1, 1, 1)}, "4 names, 4 groups and 3 weights"),
        ({"classes": tuple("aba")}, "same name"),
        ({"classes": tuple("abcd")}, "each of the 4 classes.*see 3"),
        ({"classes": tuple("ab")}, "each of the 2 classes.*see 2"),
        ({"groups": ((0,), (1,), (2,), (2, 0))}, "'x'.*ascending"),
        ({"groups": ((0,), (1,), (2,), (0, 0))}, "'x'.*ascending"),
        ({"groups": ((0,), (1,), (2,), ())}, "'x'.*ascending"),
        ({"groups": ((0,), (2,), (1,), (0, 2))}, "leaves must come first"),
        ({"groups": ((0,), (1,), (0, 2), (2,))}, "leaves must come first"),
        ({"weights": (1, 1, 1, -0.5)}, "'x': weight -0.5"),
        ({"weights": (1, 1, 1, float("nan"))}, "'x': weight nan"),
    ],
)
def test_what_is_no_tree_is_refused(change, complaint):
    tree = {
        "classes": tuple("abc"),
        "names": tuple("abcx"),
        "groups": ((0,), (1,), (2,), (0, 2)),
        "weights": (1, 1, 1, 0.5),
    }
    LabelTree(**tree)
    with pytest.raises(ValueError, match=complaint):
        LabelTree(**(tree | change))


def test_parents_become_nodes_unless_they_have_one_child():
    means = np.eye(4)
    tree = from_two_levels({"gym": "out", "bar": "night", "park": "out", "pub": "night"}, means)
    assert tree.names == ("gym", "bar", "park", "pub", "night", "out")
    assert tree.groups[4:] == ((1, 3), (0, 2))
    assert tree.weights == pytest.approx([1, 1, 1, 1, exp(-1) / 2, exp(-1) / 2])
    alone = from_two_levels({"gym": "out", "bar": "night"}, means[:2])
    assert alone.groups == ((0,), (1,))
    with pytest.raises(ValueError, match="4 class means for 1 classes"):
        from_two_levels({"gym": "out"}, means)


# --- Weights --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 7])
def test_equally_distant_classes_have_the_closed_form(size):
    """All distances are θ, so S = 1/e wherever i ≠ j: e_v = (n - 1)/(n e)."""
    weights = tree_weights([[0], list(range(size))], 5 * np.eye(size))
    assert weights == pytest.approx([1, (size - 1) / size * exp(-1)])


def test_weights_of_three_classes_on_a_line():
    """Distances 1, 2 and 3, θ = 2."""
    groups = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]]
    near, middle, far = exp(-1 / 4), exp(-1), exp(-9 / 4)
    expected = [1, 1, 1, near / 2, middle / 2, far / 2, 2 * (near + middle + far) / 9]
    means = np.array([[0.0], [1], [3]])
    assert tree_weights(groups, means) == pytest.approx(expected)
    assert tree_weights(groups, 7 * means - 2) == pytest.approx(expected), "θ takes up the scale"
    assert TREE.weighted_by(np.array([[0.0], [1], [3], [1e9]])).weights[:4] == (1, 1, 1, 1)


def test_the_median_is_over_all_classes_not_those_of_a_node():
    means = np.array([[0.0], [1], [101]])  # distances 1, 100, 101
    assert tree_weights([[0, 1]], means) == pytest.approx([exp(-1e-4) / 2])


def test_near_classes_approach_the_bound_the_released_weights_obey():
    means = np.concatenate([np.linspace(0, 1e-3, 5), [90, 180, 270, 360, 450]])[:, None]
    assert tree_weights([range(5)], means) == pytest.approx([4 / 5], abs=1e-6)


def test_means_without_weights_are_refused():
    with pytest.raises(ValueError, match="class 1 has no finite mean"):
        tree_weights([[0, 1]], np.array([[0.0], [np.nan]]))
    with pytest.raises(ValueError, match="same mean"):
        tree_weights([[0, 1]], np.zeros((3, 2)))


# --- Other class numbers --------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)))
def test_renumbering_changes_nothing_but_numbers(order):
    tree = TREE.renumber(order)
    assert by_name(tree) == by_name(TREE)
    assert tree.classes == tuple("abcd"[c] for c in order)
    assert tree.renumber(np.argsort(order)) == TREE
    assert TREE.numbered_as(tree.classes) == tree


def test_other_classes_are_refused():
    with pytest.raises(ValueError, match="each of the 4 classes once"):
        TREE.renumber([0, 1, 2, 2])
    with pytest.raises(ValueError, match=r"the 4 classes of the tree.*'d', 'e'"):
        TREE.numbered_as(["a", "b", "c", "e"])
    with pytest.raises(ValueError, match="the 4 classes"):
        TREE.numbered_as(["a", "b", "c", "d", "d"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=30))
def test_classes_come_in_the_order_of_their_frequency(y):
    order = by_popularity(y, "dbca")
    counts = [(-y.count(c), "dbca"[c]) for c in order]
    assert counts == sorted(counts)
    assert sorted(order) == [0, 1, 2, 3]
    relabelled = np.argsort(order)[np.array(y, dtype=int)]
    assert [y.count(c) for c in order] == np.bincount(relabelled, minlength=4).tolist()


@pytest.mark.parametrize("y", [[0, 4], [-1]])
def test_labels_of_no_class_have_no_popularity(y):
    with pytest.raises(ValueError, match="must be from 0 to 3"):
        by_popularity(y, "abcd")


# --- The released tree ----------------------------------------------------------------------------


@pytest.fixture
def release(tmp_path):
    """A folder like the release, of three classes: a pair, then the leaves in any order."""

    def write(groups=((3, 1), (2,), (1,), (3,)), weights=(0.25, 1, 1, 1), names="abc"):
        for file, value in (
            ("tree_group.pkl", [list(group) for group in groups]),
            ("tree_weight.pkl", [np.float32(weight) for weight in weights]),
        ):
            (tmp_path / file).write_bytes(pickle.dumps(value, protocol=3))
        lines = [f"{number}::::{name}\r\n" for number, name in enumerate(names, 1)]
        (tmp_path / "leaf_venue_name.txt").write_text("".join(lines), newline="")
        return tmp_path

    return write


def test_a_release_is_read_leaves_first_and_from_zero(release):
    tree = read_trumann_tree(release())
    assert tree.groups == ((0,), (1,), (2,), (0, 2))
    assert tree.names == ("a", "b", "c", TOP_LEVEL[0])
    assert tree.weights == (1, 1, 1, 0.25)


def test_a_class_with_two_leaves_keeps_them_unless_mended(release):
    folder = release(groups=((3, 1), (2,), (1,), (2,)))
    assert read_trumann_tree(folder).groups == ((0,), (1,), (1,), (0, 2))
    assert read_trumann_tree(folder, mended=True).groups == ((0,), (1,), (2,), (0, 2))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"groups": ((0,), (1,), (2,), (3,))}, r"tree_group\.pkl: must be lists .* 1 to 3"),
        ({"groups": ((4,), (1,), (2,), (3,))}, r"tree_group\.pkl: must be lists .* 1 to 3"),
        ({"groups": ((1.0,), (1,), (2,), (3,))}, r"tree_group\.pkl: must be lists"),
        ({"groups": ((1, 1), (2,), (1,), (3,))}, r"tree_group\.pkl: not a tree over 3"),
        ({"groups": ((1, 2), (2,), (1,), (1, 2))}, r"tree_group\.pkl: not a tree over 3"),
        ({"weights": (1, 1, 1)}, r"tree_weight\.pkl: must be 4 numbers"),
        ({"weights": (-1, 1, 1, 1)}, "weight -1.0 must be at least 0"),
        ({"names": "aba"}, r"leaf_venue_name\.txt: must name"),
    ],
)
def test_what_is_no_release_is_refused(release, change, complaint):
    with pytest.raises(UserError, match=complaint):
        read_trumann_tree(release(**change))


@pytest.mark.parametrize("content", ["1::::a\n3::::b\n", "1::::a\n2:b\n", "1::::a\n2::::\n", ""])
def test_odd_names_are_refused(release, content):
    folder = release()
    (folder / "leaf_venue_name.txt").write_text(content)
    with pytest.raises(UserError, match=r"leaf_venue_name\.txt"):
        read_trumann_tree(folder)


def test_a_missing_file_is_named(release):
    folder = release()
    for name in ("tree_weight.pkl", "leaf_venue_name.txt"):
        (folder / name).unlink()
        with pytest.raises(UserError, match=name):
            read_trumann_tree(folder)


@pytest.fixture(scope="module")
def trumann(real_data):
    return read_trumann_tree(real_data / "venue")


@pytest.mark.real
def test_the_released_tree_is_188_leaves_and_26_groups(trumann):
    assert len(trumann.groups) == 214
    assert len(trumann.classes) == 188
    assert trumann.classes[:3] == ("Animal Shelter", "College Classroom", "Pet Store")
    assert set(trumann.weights[:188]) == {1.0}
    assert min(map(len, trumann.groups[188:])) == 2


@pytest.mark.real
def test_nine_classes_have_two_leaves_and_nine_none_unless_mended(trumann, real_data):
    leaves = Counter(group[0] for group in trumann.groups[:188])
    none = [name for c, name in enumerate(trumann.classes) if not leaves[c]]
    assert len(none) == 9
    assert {"Japanese Restaurant", "Tattoo Parlor", "Salon / Barbershop"} < set(none)
    assert Counter(leaves.values()) == {1: 170, 2: 9}
    mended = read_trumann_tree(real_data / "venue", mended=True)
    assert mended.groups[:188] == tuple((c,) for c in range(188))
    assert mended.groups[188:] == trumann.groups[188:]
    assert mended.weights == trumann.weights


@pytest.mark.real
def test_the_top_level_is_ten_groups_that_part_the_classes(trumann):
    top = trumann.groups[188:198]
    assert [len(group) for group in top] == [5, 3, 32, 15, 27, 14, 34, 22, 16, 20]
    assert sorted(c for group in top for c in group) == list(range(188))
    for group in trumann.groups[198:]:
        assert sum(set(group) < set(above) for above in top) == 1


@pytest.mark.real
def test_the_top_level_has_the_names_that_foursquare_has(trumann, real_data):
    """Its 2016 tree is not that of the stored list to a class, so by most of the members."""
    above: dict[str, set[str]] = {}

    def walk(node, top):
        above.setdefault(node["name"], set()).add(top)
        for child in node["categories"]:
            walk(child, top)

    content = json.loads((real_data / "venue" / "foursquare_categories.json").read_text())
    for category in content:
        walk(category, category["name"])
    for name, group in zip(TOP_LEVEL, trumann.groups[188:198], strict=True):
        tops = Counter(top for c in group for top in above.get(trumann.classes[c], ()))
        assert tops.most_common(1)[0][0] == name


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("Event", 0.7878),
        ("Food", 0.9528),
        ("Shop & Service", 0.9360),
        ("Art Museum, Science Museum", 0.4761),
        ("College Basketball Court, College Football Field", 0.4981),
        ("Coworking Space, Tech Startup", 0.4974),
    ],
)
def test_released_weights_are_those_of_the_specification(trumann, name, weight):
    assert trumann.weights[trumann.names.index(name)] == pytest.approx(weight, abs=5e-5)


@pytest.mark.real
def test_no_released_weight_is_more_than_the_fitted_formula_allows(trumann):
    """S ≤ 1 makes e_v ≤ (n - 1)/n, which the formula of the paper would not keep."""
    for group, weight in zip(trumann.groups[188:], trumann.weights[188:], strict=True):
        assert 0.9 * (len(group) - 1) / len(group) < weight < (len(group) - 1) / len(group)


@pytest.mark.real
def test_the_released_tree_can_be_numbered_as_a_feature_set(trumann):
    tree = trumann.numbered_as(sorted(trumann.classes))
    assert by_name(tree) == by_name(trumann)
