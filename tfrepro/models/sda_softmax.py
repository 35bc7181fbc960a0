"""DARE's test of its acoustic feature: a softmax classifier on the autoencoder's code."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.baselines.linear import SoftmaxOnFeatures
from tfrepro.models.autoencoder import (
    StackedDenoisingAutoencoder,
    apply_in_batches,
    load_encoder,
)


class SdaSoftmax(SoftmaxOnFeatures):
    """A softmax classifier on the code of a stacked denoising autoencoder.

    The autoencoder is trained on the rows given to ``fit``, without their labels.

    Parameters
    ----------
    modalities : the autoencoder's input, joined in this order
    autoencoder : arguments of :class:`StackedDenoisingAutoencoder`
    seed : of the autoencoder

    Source: DARE, section 5.2 and Table 2.
    """

    def __init__(
        self, modalities: Sequence[str], C: float, autoencoder: Mapping[str, Any], seed: int = 0
    ):
        super().__init__(modalities, C, seed)
        self.autoencoder = autoencoder

    def _fit_inputs(self, X: np.ndarray) -> np.ndarray:
        self.sda_ = StackedDenoisingAutoencoder(**self.autoencoder, seed=self.seed).fit(X)
        self.history_ = self.sda_.history_
        return super()._fit_inputs(self.sda_.transform(X))

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return super()._inputs(self.sda_.transform(X))


class PretrainedSdaSoftmax(SoftmaxOnFeatures):
    """The same with an autoencoder that was trained before, on another corpus.

    Parameters
    ----------
    encoder : file ``encoder.keras`` that :meth:`StackedDenoisingAutoencoder.save` wrote
    """

    def __init__(self, modalities: Sequence[str], C: float, encoder: Path, seed: int = 0):
        super().__init__(modalities, C, seed)
        self.encoder = encoder

    def _fit_inputs(self, X: np.ndarray) -> np.ndarray:
        self.encoder_ = load_encoder(self.encoder)
        return super()._fit_inputs(apply_in_batches(self.encoder_, X))

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return super()._inputs(apply_in_batches(self.encoder_, X))
