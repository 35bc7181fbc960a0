"""Classes in the order of how often they occur."""

from collections.abc import Sequence

import numpy as np


def by_popularity(y_train: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """The classes, most frequent first, equally frequent ones by name: (C,) int.

    ``order[k]`` is the number that the k-th most frequent class has now, so
    ``np.argsort(order)[y]`` are the new labels and ``tree.renumber(order)`` the tree for
    them. DARE's Table 5 counts classes like this: "IDs [0-46]" are the 47 most popular.

    Parameters
    ----------
    y_train : (N,) int, class numbers of the training part only
    classes : the name of each of the C classes

    Raises ValueError if a label is not the number of a class.
    """
    y_train = np.asarray(y_train, dtype=int)
    if y_train.size and not 0 <= y_train.min() <= y_train.max() < len(classes):
        raise ValueError(
            f"labels from {y_train.min()} to {y_train.max()}, must be from 0 to {len(classes) - 1}"
        )
    counts = np.bincount(y_train, minlength=len(classes))
    return np.array(sorted(range(len(classes)), key=lambda c: (-counts[c], classes[c])), dtype=int)
