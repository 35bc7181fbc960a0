"""TRUMANN's tree over VENUE-188, as it was released: 188 leaves and 26 groups.

The leaves are not those of the 188 classes. Nine classes have two (High School, Church,
Airport Terminal, Resort, Train, ...), nine have none (Japanese Restaurant, Tattoo Parlor,
Salon / Barbershop, ...); a slip, it seems, but the one that the authors' code runs with.
"""

from pathlib import Path
from typing import Any

from tfrepro.corpora.label_tree import LabelTree
from tfrepro.corpora.plain_pickle import read_plain_pickle
from tfrepro.corpora.venue_names import FILE, read_venue_names
from tfrepro.errors import UserError

# The release names no groups. Its first ten are Foursquare's top level; these are the names
# that Foursquare has for what is in them. The other 16 are called after their members.
TOP_LEVEL = (
    "Event",
    "Residence",
    "Arts & Entertainment",
    "College & University",
    "Food",
    "Nightlife Spot",
    "Outdoors & Recreation",
    "Professional & Other Places",
    "Travel & Transport",
    "Shop & Service",
)


def read_trumann_tree(folder: Path, *, mended: bool = False) -> LabelTree:
    """The tree, its weights and its names, classes numbered from 0 as in the data.

    Parameters
    ----------
    folder : holds ``tree_group.pkl`` (214 groups of class numbers from 1), ``tree_weight.pkl``
        (214 float32) and ``leaf_venue_name.txt``, as the source ``venue`` does
    mended : give every class one leaf of weight 1, instead of the leaves that were released

    Raises UserError naming the file that is missing, is no plain pickle or is not a tree.

    Source: github.com/lengyuexiang/Venue-Category-Estimation-from-Micro-videos, 0540bc3.
    """
    folder = Path(folder)
    groups_file, weights_file = folder / "tree_group.pkl", folder / "tree_weight.pkl"
    classes = read_venue_names(folder / FILE)
    groups, weights = read_plain_pickle(groups_file), read_plain_pickle(weights_file)
    numbers = set(range(1, len(classes) + 1))
    if not _is_list(groups, list) or not all(
        _is_list(group, int) and numbers.issuperset(group) for group in groups
    ):
        raise UserError(f"{groups_file}: must be lists of numbers from 1 to {len(classes)}")
    if not _is_list(weights, float) or len(weights) != len(groups):
        raise UserError(f"{weights_file}: must be {len(groups)} numbers, one a group")
    nodes = [
        (tuple(sorted(c - 1 for c in group)), weight)
        for group, weight in zip(groups, weights, strict=True)
    ]
    leaves = sorted(node for node in nodes if len(node[0]) == 1)
    if mended:
        leaves = [((c,), 1.0) for c in range(len(classes))]
    inner = [node for node in nodes if len(node[0]) != 1]
    names = [classes[group[0]] for group, _ in leaves]
    for place, (group, _) in enumerate(inner):
        known = place < len(TOP_LEVEL)
        names.append(TOP_LEVEL[place] if known else ", ".join(classes[c] for c in group))
    try:
        return LabelTree(
            classes,
            tuple(names),
            tuple(group for group, _ in leaves + inner),
            tuple(weight for _, weight in leaves + inner),
        )
    except ValueError as error:
        raise UserError(
            f"{groups_file}: not a tree over {len(classes)} classes ({error})"
        ) from None


def _is_list(value: Any, of: type) -> bool:
    return isinstance(value, list) and all(type(item) is of for item in value)
