"""What a method that finds a style is: the shape of every entry behind Tables 1 and 2."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np

from tfrepro.features.chunks import Chunks


@runtime_checkable
class StyleFinder(Protocol):
    """An estimator on chunks, like :class:`tfrepro.evaluation.method.Method` on rows.

    One gives several rows of a table, for what it learns without labels serves several
    classifiers. A constructor takes the hyper-parameters of ``params.yaml`` and ``seed``, and
    stores them untouched. Optional: the attribute ``history_`` after ``fit``.
    """

    def fit(
        self, train: Chunks, folds: np.ndarray, unlabelled: Chunks | None = None
    ) -> "StyleFinder":
        """Learn from ``train``.

        Parameters
        ----------
        folds : (C,) fold of each chunk, no source video in two, for predictions of training
            chunks by classifiers that have not seen them
        unlabelled : further chunks, of which nothing but the features is looked at
        """
        ...

    def predict(self, test: Chunks) -> Mapping[str, np.ndarray]:
        """Row of a table -> predictions, the higher the more likely of the style.

        Those of a time scale's units are (C, P), in the order of time; of chunks as a whole (C,).
        """
        ...
