"""What a method of cross-modal retrieval is: the shape of every row of its tables."""

from typing import Protocol, runtime_checkable

from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet


@runtime_checkable
class Embedder(Protocol):
    """An estimator on feature sets, like :class:`tfrepro.evaluation.method.Method`.

    It answers with vectors instead of classes. A constructor takes the
    hyper-parameters of ``params.yaml`` and ``seed``, and stores them untouched.
    Optional: the attribute ``history_`` after ``fit``, a data frame of what training
    logged; ``save(folder)``, which writes the trained networks.
    """

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Embedder":
        """Learn from ``train``; ``valid`` may steer stopping, never the weights."""
        ...

    def embed(self, test: FeatureSet) -> Embeddings:
        """What each row asks with and is found by: (N, d) each."""
        ...
