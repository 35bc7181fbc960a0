"""Which modalities of a set of micro-videos there are."""

from collections.abc import Sequence

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES


def choose_modalities(
    features: FeatureSet, wanted: Sequence[str] | None = None, *, sequences: bool = False
) -> tuple[str, ...]:
    """Those wanted, or for None those that there are; in the papers' order.

    Parameters
    ----------
    sequences : whether a modality may be there as a sequence alone

    Raises ValueError if that is none, or if one is not known.
    """
    if wanted is None:
        there = {name.removesuffix("_sequence") if sequences else name for name in features.arrays}
        wanted = [name for name in MODALITIES if name in there]
    unknown = [name for name in wanted if name not in MODALITIES]
    if unknown:
        raise ValueError(f"modality {unknown[0]!r}: must be one of {', '.join(MODALITIES)}")
    if not wanted:
        raise ValueError(f"no modality: this set has {', '.join(features.arrays) or 'nothing'}")
    return tuple(name for name in MODALITIES if name in wanted)
