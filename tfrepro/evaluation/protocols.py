"""How a data set is cut into training and test parts, again and again.

Conventions
-----------
A protocol is a list of :class:`Split`; every method of a table is given the
same list, which is what makes paired tests possible. Splits hold row numbers,
so they say nothing about features.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold

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
