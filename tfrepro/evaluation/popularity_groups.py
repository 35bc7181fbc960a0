"""Scores of frequent classes apart from those of rare ones: DARE's Table 5.

Conventions
-----------
Classes are sorted by how often they occur in the training part and cut into groups as equal
as can be; group 1 holds the most frequent. ``y : (N,)`` and ``P : (N, K)`` are those of
:mod:`tfrepro.evaluation.scores`, and of all test items, whatever their group.

The paper does not say what "Micro-F1" of a group is. Here

- ``micro_f1_group_<g>``, to be set beside its numbers, pools true positives, false positives
  and false negatives of the classes of the group, so an item of another group that is taken
  for one of this counts against it;
- ``accuracy_group_<g>`` is the share of the test items of the group that are classified
  rightly, the other reading.

Both are NaN for a group of which there is no test item.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score

from tfrepro.corpora.popularity import by_popularity
from tfrepro.evaluation.scores import validate_predictions


def popularity_groups(
    y_train: np.ndarray, classes: Sequence[str], groups: int = 4
) -> list[np.ndarray]:
    """The class numbers of each group, the most frequent first.

    Parameters
    ----------
    y_train : (N,) int, labels of the training part only
    classes : the name of each of the K classes
    groups : how many; the first ones are larger by one if K cannot be divided. There may
        be no more than K.

    Raises ValueError if there are, or if a label is not the number of a class.

    Source: DARE, Table 5, where 188 classes make four groups of 47.
    """
    if not 1 <= groups <= len(classes):
        raise ValueError(f"groups = {groups}: must be from 1 to {len(classes)}, one a class")
    return np.array_split(by_popularity(y_train, classes), groups)


def group_scores(y: np.ndarray, P: np.ndarray, groups: Sequence[np.ndarray]) -> dict[str, float]:
    """Both scores of each group: ``micro_f1_group_1``, ``accuracy_group_1`` and so on.

    Parameters
    ----------
    groups : class numbers of each, see :func:`popularity_groups`
    """
    validate_predictions(y, P)
    predicted = P.argmax(axis=1)
    scores = {}
    for number, group in enumerate(groups, 1):
        own = np.isin(y, group)
        micro = accuracy = float("nan")
        if own.any():
            micro = float(f1_score(y, predicted, labels=group, average="micro", zero_division=0))
            accuracy = float(np.mean(predicted[own] == y[own]))
        scores[f"micro_f1_group_{number}"] = micro
        scores[f"accuracy_group_{number}"] = accuracy
    return scores
