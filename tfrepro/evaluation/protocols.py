"""How a data set is cut into training and test parts, again and again.

Conventions
-----------
A protocol is a list of :class:`Split`; every method of a table is given the
same list, which is what makes paired tests possible. Splits hold row numbers,
so they say nothing about features.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from tfrepro.errors import UserError


@dataclass(frozen=True)
class Split:
    """One way to cut the rows.

    Attributes
    ----------
    name : unique within the protocol
    train, test : row numbers, in ascending order, without a common row
    """

    name: str
    train: np.ndarray
    test: np.ndarray

    def __post_init__(self):
        if np.intersect1d(self.train, self.test).size:
            raise ValueError(f"split {self.name} tests on rows it trains on")


def stratified_folds(y: np.ndarray, folds: int, seed: int) -> list[Split]:
    """Cross-validation with every class spread evenly: DARE's ten folds.

    Raises UserError if some class has fewer rows than there are folds.
    """
    smallest = np.bincount(y)[np.unique(y)].min()
    if smallest < folds:
        raise UserError(f"folds = {folds}: the smallest class has only {smallest} items")
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return [
        Split(f"fold-{number:02d}", train, test)
        for number, (train, test) in enumerate(splitter.split(y, y), 1)
    ]


def folds_of_groups(y: np.ndarray, groups: np.ndarray, folds: int, seed: int) -> list[Split]:
    """The same, but that a group is tested on as a whole; classes as evenly as that allows.

    Raises UserError if there are fewer groups than folds, or, where every row is a group of
    its own, as :func:`stratified_folds`.
    """
    count = len(np.unique(groups))
    if count == len(groups):
        return stratified_folds(y, folds, seed)
    if count < folds:
        raise UserError(f"folds = {folds}: there are only {count} groups")
    if np.bincount(y).max() < folds:
        raise UserError(f"folds = {folds}: no class has so many items")
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return [
        Split(f"fold-{number:02d}", train, test)
        for number, (train, test) in enumerate(splitter.split(y, y, groups), 1)
    ]


def official_split(parts: np.ndarray) -> Split | None:
    """That of a corpus whose rows say ``train`` and ``test``; None if they do not.

    Rows that say ``valid`` are for training.
    """
    test = np.flatnonzero(parts == "test")
    train = np.flatnonzero((parts == "train") | (parts == "valid"))
    return Split("official", train, test) if len(test) and len(train) else None


def given_folds(fold: np.ndarray) -> list[Split]:
    """Cross-validation over folds that came with the data: (N,) fold numbers.

    Such folds keep what belongs together, like takes of one recording, apart
    from the test part.

    Raises UserError if there is one fold only, which leaves nothing to train on.
    """
    if len(np.unique(fold)) < 2:
        raise UserError(f"the corpus has {len(np.unique(fold))} fold: must have at least 2")
    return [
        Split(f"fold-{number:02d}", np.flatnonzero(fold != number), np.flatnonzero(fold == number))
        for number in np.unique(fold)
    ]
