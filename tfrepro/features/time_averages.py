"""Micro-videos whose vectors are the means of their sequences.

Methods that know no order are given the same numbers as those that do, without their order.

Source: EASTERN's released data, whose "non-sequence" vectors are means over time.
"""

from dataclasses import replace

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.microvideos.time_means import TimeMeans


def with_time_averages(features: FeatureSet) -> FeatureSet:
    """The set with a vector for each sequence of a modality, instead of any that it had.

    Vectors of a modality without a sequence stay; means are made where they are read.
    """
    arrays = dict(features.arrays)
    for name in MODALITIES:
        sequence = f"{name}_sequence"
        if sequence in arrays:
            lengths = features.index[f"{sequence}_length"].to_numpy()
            arrays[name] = TimeMeans(arrays[sequence], lengths)
    return replace(features, arrays=arrays)
