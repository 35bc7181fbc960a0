"""The shuffled control: whoever learns from labels that mean nothing must not do well.

A method that is trained on shuffled labels can know the true ones of the test part only if it
is shown them by mistake. If it then does better than chance, its scores are not to be trusted.

Source: M. Ojala and G. Garriga, Permutation tests for studying classifier performance, 2010.
"""

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from tfrepro.features.feature_set import FeatureSet

# A parent tells much of the label, so it goes where the label goes.
COLUMNS = ("label", "labels", "parent")


def shuffled_labels(
    features: FeatureSet,
    rng: Generator,
    *,
    rows: np.ndarray | None = None,
    by_group: bool = False,
) -> FeatureSet:
    """The same videos, but that labels are permuted among them.

    Parameters
    ----------
    rows : numbers of those that are shuffled, as of the training part; None for all. The
        others keep what they have.
    by_group : deal labels out group by group of the column ``group``, in another order of the
        groups, so that rows of one group are still as alike; exactly so where all groups have
        the same size

    Raises ValueError if there is no column ``group`` to go by.
    """
    rows = np.arange(len(features)) if rows is None else np.asarray(rows)
    source, target = rng.permutation(rows), rows
    if by_group:
        if "group" not in features.index:
            raise ValueError("by_group: the index has no column group")
        groups = features.index["group"].to_numpy()
        source, target = _group_by_group(rows, groups, rng), _group_by_group(rows, groups, rng)
    taken = np.arange(len(features))
    taken[target] = source
    index = features.index.copy()
    columns = [name for name in COLUMNS if name in index]
    index[columns] = index[columns].iloc[taken].set_axis(index.index)
    return replace(features, index=index)


def _group_by_group(rows: np.ndarray, groups: np.ndarray, rng: Generator) -> np.ndarray:
    """The rows of one group after those of another; groups, and rows in them, at random."""
    rows = rng.permutation(rows)
    _, numbers = np.unique(groups[rows], return_inverse=True)
    places = rng.permutation(numbers.max(initial=-1) + 1)
    return rows[np.argsort(places[numbers], kind="stable")]
