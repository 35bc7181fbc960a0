"""What the two training stages of DARE's Table 2 share: its splits."""

from collections.abc import Mapping, Sequence

from tfrepro.evaluation.protocols import Split, given_folds, stratified_folds
from tfrepro.features.feature_set import FeatureSet
from tfrepro.settings.dare import Table2


def protocols(features: FeatureSet, table: Table2) -> Mapping[str, Sequence[Split]]:
    """``random``, the paper's cross-validation, and ``grouped``, the corpus' own folds."""
    return {
        "random": stratified_folds(features.y, table.folds, table.seed),
        "grouped": given_folds(features.index["fold"].to_numpy()),
    }
