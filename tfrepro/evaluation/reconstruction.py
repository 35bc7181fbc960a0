"""How well a code of 200 numbers puts back a sound's vector after corruption.

Everything is measured on the scale the autoencoder trains on, inputs in [0, 1]
by the training rows' ranges. A corrupted held-out row goes in, and its clean
self is compared with what comes out. The rivals: the training mean, which needs
no input, and as many principal components.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from tfrepro.evaluation.protocols import Split
from tfrepro.models.autoencoder import StackedDenoisingAutoencoder

_EDGE = 1e-6


def cross_entropy(x: np.ndarray, z: np.ndarray) -> float:
    """Mean over rows of −Σ x log z + (1 − x) log(1 − z), in nats; x, z (N, D) in [0, 1]."""
    z = np.clip(z, _EDGE, 1 - _EDGE)
    return float(-np.mean(np.sum(x * np.log(z) + (1 - x) * np.log1p(-z), axis=1)))


def rmse(x: np.ndarray, z: np.ndarray) -> float:
    """Root of the mean squared difference of x and z, (N, D)."""
    return float(np.sqrt(np.mean((x - z) ** 2)))


def mask(x: np.ndarray, rate: float, seed: int) -> np.ndarray:
    """``x`` with each value set to zero with probability ``rate``."""
    return np.where(np.random.default_rng(seed).random(x.shape) < rate, 0, x).astype(x.dtype)


def reconstruction_errors(
    X: np.ndarray,
    split: Split,
    presets: Mapping[str, Mapping[str, Any]],
    *,
    corruption: float,
    seed: int,
) -> dict[str, dict[str, float]]:
    """Errors on the split's test rows, a row a rival.

    Parameters
    ----------
    X : (N, D) feature vectors
    presets : row name -> arguments of :class:`StackedDenoisingAutoencoder`, which
        must agree in ``compression`` and in the size of the code
    corruption : masking probability of the held-out rows, in [0, 1)

    Returns
    -------
    name (those of ``presets``, ``pca``, ``mean``) -> ``cross_entropy``, ``rmse``
    """
    train, test = X[split.train], X[split.test]
    models = {
        name: StackedDenoisingAutoencoder(**arguments, seed=seed).fit(train)
        for name, arguments in presets.items()
    }
    any_model = next(iter(models.values()))
    seen, clean = any_model.scaled(train), any_model.scaled(test)
    corrupted = mask(clean, corruption, seed)
    pca = PCA(min(any_model.layers[-1], *seen.shape), svd_solver="full").fit(seen)
    outputs = {name: model.reconstruct_scaled(corrupted) for name, model in models.items()}
    outputs["pca"] = np.clip(pca.inverse_transform(pca.transform(corrupted)), 0, 1)
    outputs["mean"] = np.broadcast_to(seen.mean(axis=0), clean.shape)
    return {
        name: {"cross_entropy": cross_entropy(clean, z), "rmse": rmse(clean, z)}
        for name, z in outputs.items()
    }
