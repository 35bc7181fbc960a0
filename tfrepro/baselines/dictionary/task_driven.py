"""Task-driven dictionaries: atoms and classifier learned together, through the codes.

The code α of a sample is where its joint-sparse objective is least. Where its active rows Λ
stay the same it moves smoothly with the dictionary. With β = H⁻¹ ∇_α ℓ on the active rows
(H of :mod:`tfrepro.baselines.dictionary.working_set`) and 0 elsewhere, the loss ℓ changes with
D^s, whose rows are atoms, by

    ∇_D^s ℓ = β^s' (x^s − α^s D^s) − α^s' (β^s D^s)

Source: S. Bahrampour et al., Multimodal Task-Driven Dictionary Learning for Image
Classification, 2016, Eq. 14-16; J. Mairal et al., Task-Driven Dictionary Learning, 2012,
Eq. 16, which is S = 1.
"""

from collections.abc import Sequence

import numpy as np

from tfrepro.baselines.dictionary.atoms import project_to_ball
from tfrepro.baselines.dictionary.classifiers import Loss
from tfrepro.baselines.dictionary.coding import Coding
from tfrepro.baselines.dictionary.inputs import Read, shuffled_batches
from tfrepro.baselines.dictionary.working_set import solve, working_sets

_SHARE_OF_FULL_RATE = 0.1


def tune(
    read: Read,
    y: np.ndarray,
    dictionaries: Sequence[np.ndarray],
    W: np.ndarray,
    coding: Coding,
    loss: Loss,
    *,
    weight_decay: float,
    rate: float,
    epochs: int,
    batch: int,
    rng: np.random.Generator,
) -> tuple[list[np.ndarray], np.ndarray, list[float]]:
    """Dictionaries and weights after projected stochastic gradient descent on the loss.

    Step t of T is as long as min(ρ, ρ t₀ / t), t₀ = T / 10, for dictionaries and weights alike.

    Parameters
    ----------
    read, y : inputs and labels of all samples
    dictionaries, W : D^s (K, D_s) and (S, K, C) to start from
    weight_decay : ν
    rate : ρ

    Returns
    -------
    dictionaries, W, and each epoch's mean of loss + (ν / 2) ‖W‖², batches before their step
    """
    dictionaries, W = list(dictionaries), W.copy()
    N = len(y)
    full_rate = _SHARE_OF_FULL_RATE * epochs * -(-N // batch)
    t, means = 0, []
    for _ in range(epochs):
        total = 0.0
        for rows in shuffled_batches(N, batch, rng):
            t += 1
            step = rate * min(1, full_rate / t)
            losses, to_D, to_W = loss_and_gradients(
                read(rows), y[rows], dictionaries, W, coding, loss
            )
            total += losses.sum() + len(rows) * 0.5 * weight_decay * np.square(W).sum()
            dictionaries = [
                project_to_ball(D - step * slope)
                for D, slope in zip(dictionaries, to_D, strict=True)
            ]
            W -= step * (to_W + weight_decay * W)
        means.append(float(total / N))
    return dictionaries, W, means


def loss_and_gradients(
    inputs: Sequence[np.ndarray],
    y: np.ndarray,
    dictionaries: Sequence[np.ndarray],
    W: np.ndarray,
    coding: Coding,
    loss: Loss,
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """The loss of each sample (N,), and of its mean the gradients to all D^s and to W."""
    codes = coding.codes(inputs, dictionaries)
    losses, to_codes, to_W = loss(codes, W, y)
    beta = code_sensitivity(codes, to_codes, dictionaries, coding.sparsity, coding.ridge)
    to_D = []
    for s, (X, D) in enumerate(zip(inputs, dictionaries, strict=True)):
        a, b = codes[:, s], beta[:, s]
        to_D.append((b.T @ (X - a @ D) - a.T @ (b @ D)) / len(y))
    return losses, to_D, to_W


def code_sensitivity(
    codes: np.ndarray,
    slope: np.ndarray,
    dictionaries: Sequence[np.ndarray],
    sparsity: float,
    ridge: float,
) -> np.ndarray:
    """β of each sample, from the slope of the loss in its code: both (N, S, K)."""
    A, slope = codes.transpose(1, 2, 0), slope.transpose(1, 2, 0)
    beta = np.zeros(A.shape, A.dtype)
    G = np.stack([D @ D.T for D in dictionaries])
    for some in working_sets(A, G, A.any(axis=0)):
        some.put(solve(some.hessian(sparsity, ridge), some.take(slope)), beta)
    return beta.transpose(2, 0, 1)
