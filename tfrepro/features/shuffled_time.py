"""Micro-videos whose steps come in random order."""

from dataclasses import replace

import numpy as np

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES


def shuffled_time(features: FeatureSet, rng: np.random.Generator) -> FeatureSet:
    """The set with the steps of every sequence that count in random order, in memory.

    Each modality of each video has an order of its own. What does not look at order, such as
    a mean over time, sees no difference but the rounding of sums.
    """
    arrays = dict(features.arrays)
    for modality in MODALITIES:
        name = f"{modality}_sequence"
        if name in arrays:
            lengths = features.index[f"{name}_length"].to_numpy()
            arrays[name] = _shuffled(np.array(arrays[name][:]), lengths, rng)
    return replace(features, arrays=arrays)


def _shuffled(steps: np.ndarray, lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    for row, length in zip(steps, lengths, strict=True):
        row[:length] = row[rng.permutation(length)]
    return steps
