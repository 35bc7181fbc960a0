"""Linear classifiers of joint-sparse codes, and what they cost.

Codes A (N, S, K), weights W (S, K, C), labels y (N,) of 0 ... C - 1; no bias, as in the
papers' Wα. Both classifiers decide for the largest of the scores Σ_s α^s W^s (N, C).

A loss is a function (A, W, y) -> losses (N,), gradient to A (N, S, K), gradient to W
(S, K, C), the last of the mean over the samples, without the penalty (ν / 2) ‖W‖².
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

_MAX_STEPS = 1000

Loss = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Classifier:
    """A loss, and how its weights are found for codes that stay as they are.

    Attributes
    ----------
    loss : see above
    fit : (A, y, C, ν) -> W that minimises the mean loss plus (ν / 2) ‖W‖²
    """

    loss: Loss
    fit: Callable[[np.ndarray, np.ndarray, int, float], np.ndarray]


def scores(A: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Σ_s α^s W^s: (N, C)."""
    return A.reshape(len(A), -1) @ W.reshape(-1, W.shape[2])


def quadratic_loss(
    A: np.ndarray, W: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Σ_s ½ ‖e_y − α^s W^s‖²: every modality by itself predicts the one-hot label.

    Source: S. Bahrampour et al., 2016, Eq. 16, with squared errors.
    """
    error = np.einsum("nsk,skc->nsc", A, W, optimize=True)
    error[np.arange(len(y)), :, y] -= 1
    to_A = np.einsum("nsc,skc->nsk", error, W, optimize=True)
    to_W = np.einsum("nsk,nsc->skc", A, error, optimize=True) / len(y)
    return 0.5 * np.square(error).sum(axis=(1, 2)), to_A, to_W


def softmax_loss(
    A: np.ndarray, W: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cross entropy of the softmax of Σ_s α^s W^s, nats."""
    each = np.arange(len(y))
    log_P = log_softmax(scores(A, W), axis=1)
    error = np.exp(log_P)
    error[each, y] -= 1
    flat_W = W.reshape(-1, W.shape[2])
    to_A = (error @ flat_W.T).reshape(A.shape)
    to_W = (A.reshape(len(A), -1).T @ error / len(y)).reshape(W.shape)
    return -log_P[each, y], to_A, to_W


def fit_quadratic(A: np.ndarray, y: np.ndarray, C: int, weight_decay: float) -> np.ndarray:
    """The weights of least squared errors: (S, K, C).

    The published code takes many steps of gradient descent to what one equation gives.
    """
    W = np.empty((*A.shape[1:], C), A.dtype)
    Y = np.eye(C)[y]
    for s in range(A.shape[1]):
        gram = (A[:, s].T @ A[:, s]).astype(float) / len(y)
        gram[np.diag_indices_from(gram)] += weight_decay
        # Atoms that no sample uses have no weight: least squares of the least norm.
        W[s] = np.linalg.lstsq(gram, A[:, s].T @ Y / len(y), rcond=None)[0]
    return W


def fit_softmax(A: np.ndarray, y: np.ndarray, C: int, weight_decay: float) -> np.ndarray:
    """The weights of multinomial logistic regression: (S, K, C), by L-BFGS."""
    shape = (*A.shape[1:], C)

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        W = flat.reshape(shape)
        losses, _, to_W = softmax_loss(A, W.astype(A.dtype, copy=False), y)
        return (
            losses.mean(dtype=float) + 0.5 * weight_decay * np.square(flat).sum(),
            to_W.ravel().astype(float) + weight_decay * flat,
        )

    start = np.zeros(int(np.prod(shape)))
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": _MAX_STEPS})
    return found.x.reshape(shape).astype(A.dtype)


QUADRATIC = Classifier(quadratic_loss, fit_quadratic)
SOFTMAX = Classifier(softmax_loss, fit_softmax)
