"""A tree over classes: which of them are alike, and how much.

Conventions
-----------
A node is the group of classes below it, numbered from 0, with a weight e_v. Leaves, nodes of
one class, come first. Nodes may overlap in any way, a class may have two leaves or none, and
there need not be a root: a sum over nodes is all that TRUMANN makes of a tree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import pdist, squareform


@dataclass(frozen=True)
class LabelTree:
    """Classes, and groups of classes.

    Attributes
    ----------
    classes : (C,) the name of each class
    names : (V,) the name of each node; a leaf is called like its class
    groups : (V,) of ascending class numbers, first the leaves, in ascending order
    weights : (V,) float >= 0, the e_v

    Raises ValueError if these do not fit together, or if a class is in no node.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]

    def __post_init__(self):
        if not len(self.names) == len(self.groups) == len(self.weights):
            raise ValueError(
                f"{len(self.names)} names, {len(self.groups)} groups and "
                f"{len(self.weights)} weights: must be one of each a node"
            )
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("two classes have the same name")
        for name, group, weight in zip(self.names, self.groups, self.weights, strict=True):
            if not group or list(group) != sorted(set(group)):
                raise ValueError(f"node {name!r}: {group} must be classes in ascending order")
            if not 0 <= weight < np.inf:
                raise ValueError(f"node {name!r}: weight {weight} must be at least 0")
        found = {c for group in self.groups for c in group}
        if found != set(range(len(self.classes))):
            odd = sorted(found ^ set(range(len(self.classes))))
            raise ValueError(
                f"nodes must hold each of the {len(self.classes)} classes and no other, "
                f"but see {odd[0]}"
            )
        leaves = [group for group in self.groups if len(group) == 1]
        if list(self.groups[: len(leaves)]) != sorted(leaves):
            raise ValueError("leaves must come first, in the order of their classes")

    def renumber(self, order: Sequence[int] | np.ndarray) -> "LabelTree":
        """The same tree when class ``order[k]`` gets the number ``k``.

        Raises ValueError if ``order`` does not hold each class once.
        """
        old = [int(c) for c in order]
        if sorted(old) != list(range(len(self.classes))):
            raise ValueError(f"order must hold each of the {len(self.classes)} classes once")
        new = {c: k for k, c in enumerate(old)}
        groups = [tuple(sorted(new[c] for c in group)) for group in self.groups]
        leaves = sum(len(group) == 1 for group in groups)
        nodes = [*sorted(range(leaves), key=groups.__getitem__), *range(leaves, len(groups))]
        return LabelTree(
            tuple(self.classes[c] for c in old),
            tuple(self.names[v] for v in nodes),
            tuple(groups[v] for v in nodes),
            tuple(self.weights[v] for v in nodes),
        )

    def numbered_as(self, classes: Sequence[str]) -> "LabelTree":
        """The same tree for classes in another order, like the alphabetical of a feature set.

        Raises ValueError if these are not just the classes of the tree.
        """
        number = {name: c for c, name in enumerate(self.classes)}
        if len(classes) != len(number) or set(classes) != set(number):
            odd = sorted(set(classes) ^ set(number))[:3]
            raise ValueError(f"must be the {len(number)} classes of the tree, but see {odd}")
        return self.renumber([number[name] for name in classes])

    def weighted_by(self, class_means: np.ndarray) -> "LabelTree":
        """The same tree with the weights that :func:`tree_weights` finds."""
        return replace(self, weights=tuple(tree_weights(self.groups, class_means).tolist()))


def from_two_levels(parents: Mapping[str, str], class_means: np.ndarray) -> LabelTree:
    """The tree of classes and of their parents.

    Parameters
    ----------
    parents : name of each class -> name of its parent, in the order of the class numbers.
        A parent of a single class gets no node, for the leaf is that node already.
    class_means : (C, D) float, the mean of each class over training items

    Raises ValueError if the means are not finite or not one a class.
    """
    if len(class_means) != len(parents):
        raise ValueError(f"{len(class_means)} class means for {len(parents)} classes")
    members: dict[str, list[int]] = {}
    for c, parent in enumerate(parents.values()):
        members.setdefault(parent, []).append(c)
    shared = {parent: group for parent, group in sorted(members.items()) if len(group) > 1}
    groups = [*([c] for c in range(len(parents))), *shared.values()]
    return LabelTree(
        tuple(parents),
        (*parents, *shared),
        tuple(map(tuple, groups)),
        tuple(tree_weights(groups, class_means).tolist()),
    )


def tree_weights(groups: Sequence[Sequence[int]], class_means: np.ndarray) -> np.ndarray:
    """The weight e_v of each node: (V,) float64.

    e_v = 1/|G_v|² Σ_{i≠j} S_ij over the classes i, j of the node, S_ij = exp(-‖x̄_i - x̄_j‖²/θ²),
    θ the median distance of two classes; 1 for a leaf.

    Parameters
    ----------
    groups : (V,) of class numbers
    class_means : (C, D) float, x̄

    Raises ValueError if a mean is not finite, as of a class without items, or if most
    classes have the same mean, so that θ = 0.

    Source: the released weights of TRUMANN, MM 2016, which this fits. The formula it states
    has i = j in the sum and 1/|G_v|, and gives more than 1 where the weights are below it.
    """
    class_means = np.asarray(class_means, dtype=np.float64)
    empty = np.flatnonzero(~np.isfinite(class_means).all(axis=1))
    if empty.size:
        raise ValueError(f"class {empty[0]} has no finite mean")
    weights = np.ones(len(groups))
    inner = [v for v, group in enumerate(groups) if len(group) > 1]
    if not inner:
        return weights
    distances = pdist(class_means)
    theta = np.median(distances)
    if theta == 0:
        raise ValueError("most classes have the same mean")
    S = squareform(np.exp(-((distances / theta) ** 2)))  # 0 where i = j
    for v in inner:
        group = np.asarray(groups[v])
        weights[v] = S[np.ix_(group, group)].sum() / len(group) ** 2
    return weights
