"""Training batches in which some videos are given another video's sound.

A video whose audio, and audio labels, were swapped is a negative example: its
image and its sound should not meet. The sound comes from a video of the same
batch that shares no label with it.

Source: Surís et al.; their code does this where batches are read, before the
network sees them, and so do we, in NumPy, whatever the backend.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse

NO_LABEL = -1


def label_matrix(labels: Sequence[Sequence[int]], classes: int) -> scipy.sparse.csr_matrix:
    """Label lists as zeros and ones: (N, classes) float32, sparse.

    Raises ValueError naming a label outside 0 ... classes - 1.
    """
    counts = [len(row) for row in labels]
    columns = np.concatenate([np.asarray(row, np.int64) for row in labels])
    wrong = columns[(columns < 0) | (columns >= classes)]
    if wrong.size:
        raise ValueError(f"label {wrong[0]}: must lie in 0 ... {classes - 1}")
    ends = np.concatenate([[0], np.cumsum(counts)])
    matrix = scipy.sparse.csr_matrix(
        (np.ones(len(columns), np.float32), columns, ends), shape=(len(counts), classes)
    )
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def padded_labels(Y: scipy.sparse.csr_matrix) -> np.ndarray:
    """The labels of each row, filled up with :data:`NO_LABEL`: (N, most labels of a row) int32."""
    counts = np.diff(Y.indptr)
    padded = np.full((Y.shape[0], max(1, counts.max(initial=0))), NO_LABEL, np.int32)
    padded[np.arange(padded.shape[1]) < counts[:, None]] = Y.indices
    return padded


def share_no_label(Y: scipy.sparse.csr_matrix) -> np.ndarray:
    """Whether two rows of a batch have no label in common: (B, B) bool, symmetric."""
    return (Y @ Y.T).toarray() == 0


def draw_partners(
    admissible: np.ndarray, probability: float, rng: np.random.Generator
) -> np.ndarray:
    """Whose sound each video is given: (B,) int, its own number for a positive.

    Parameters
    ----------
    admissible : (B, B) bool, whose sound may be given to whom
    probability : of a negative, in [0, 1]; a video with no admissible partner
        stays positive all the same
    rng : draws each admissible partner with equal probability
    """
    partners = np.arange(len(admissible))
    negative = np.flatnonzero(rng.random(len(admissible)) < probability)
    allowed = admissible[negative]
    order = np.where(allowed, rng.random(allowed.shape, np.float32), -1)
    drawn = order.argmax(axis=1)
    found = allowed[np.arange(len(negative)), drawn]
    partners[negative[found]] = drawn[found]
    return partners


def mispaired_batches(
    visual: np.ndarray,
    acoustic: np.ndarray,
    Y: scipy.sparse.csr_matrix,
    *,
    batch: int,
    probability: float,
    seed: int,
) -> Iterator[tuple[tuple[np.ndarray, ...], dict[str, np.ndarray]]]:
    """Batches of image and sound, some of them of different videos, without end.

    Parameters
    ----------
    visual, acoustic : (N, D_v), (N, D_a)
    Y : (N, K), see :func:`label_matrix`
    batch : B; the last of an epoch may be smaller
    probability : of a negative
    seed : of the order and of the swaps

    Yields
    ------
    inputs : visual (B, D_v), acoustic (B, D_a)
    targets : ``negative`` (B,) float32 1 or 0, ``visual_labels`` and
        ``acoustic_labels`` as :func:`padded_labels` gives them
    """
    rng = np.random.default_rng(seed)
    labels = padded_labels(Y)
    while True:
        order = rng.permutation(len(visual))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            partners = draw_partners(share_no_label(Y[rows]), probability, rng)
            sounds = rows[partners]
            targets = {
                "negative": (sounds != rows).astype(np.float32),
                "visual_labels": labels[rows],
                "acoustic_labels": labels[sounds],
            }
            yield (visual[rows], acoustic[sounds]), targets
