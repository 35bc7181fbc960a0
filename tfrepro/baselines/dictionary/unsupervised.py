"""Dictionaries of several modalities, learned online and without labels.

Minimises, over dictionaries with atoms no longer than one, the mean of what the joint-sparse
codes of the samples cost. For each mini-batch: code it, add its codes to the statistics of
all batches so far, improve the dictionaries for these.

Source: S. Bahrampour et al., Multimodal Task-Driven Dictionary Learning for Image
Classification, 2016, section III, and their code, which passes over the atoms ten times a
batch in the first epoch, and once a batch in the others.
"""

from collections.abc import Sequence

import numpy as np

from tfrepro.baselines.dictionary.atoms import update_atoms
from tfrepro.baselines.dictionary.coding import Coding
from tfrepro.baselines.dictionary.inputs import Read, shuffled_batches

_FIRST_PASSES = 10


def learn_dictionaries(
    read: Read,
    N: int,
    start: Sequence[np.ndarray],
    coding: Coding,
    *,
    epochs: int,
    batch: int,
    rng: np.random.Generator,
) -> tuple[list[np.ndarray], list[float]]:
    """Dictionaries D^s (K, D_s), and the mean objective of each epoch.

    A batch counts with what it costs before the dictionaries learn from it.

    Parameters
    ----------
    read : the inputs of rows 0 ... N - 1
    start : S dictionaries (K, D_s) to start from
    """
    dictionaries = [D.copy() for D in start]
    aa = [np.zeros((len(D), len(D)), D.dtype) for D in dictionaries]
    ax = [np.zeros_like(D) for D in dictionaries]
    objectives = []
    for epoch in range(epochs):
        total = 0.0
        for rows in shuffled_batches(N, batch, rng):
            inputs = read(rows)
            codes = coding.codes(inputs, dictionaries)
            total += coding.objective(inputs, dictionaries, codes).sum()
            for s, D in enumerate(dictionaries):
                aa[s] += codes[:, s].T @ codes[:, s] / len(rows)
                ax[s] += codes[:, s].T @ inputs[s] / len(rows)
                for _ in range(_FIRST_PASSES if epoch == 0 else 1):
                    update_atoms(D, aa[s], ax[s])
        objectives.append(float(total / N))
    return dictionaries, objectives
