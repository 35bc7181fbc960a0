"""The bimodal deep autoencoder: what stacked autoencoders make of two modalities.

Its shapes are those of the paper's belief network: two layers for each modality, and a shared
layer on both. Every layer is trained by itself first, as a denoising autoencoder with tied
weights; all of them together then, also where one modality is missing, so that either can be put
back from the other.

On a level above the base the inputs are deep representations of adjacent segments already: a
model with no layers for the modalities and with ``bernoulli`` features has a shared layer alone.

Source: J. Ngiam et al., ICML 2011, section 3.3; musicvideo, sections 3.1 and 3.2, for the shapes.
"""

from collections.abc import Sequence

import keras
import numpy as np
import pandas as pd
from keras import ops

from tfrepro.layers.denoising import DenoisingAutoencoder
from tfrepro.models.autoencoder import apply_in_batches
from tfrepro.models.batches import shuffled_batches, steps_per_epoch
from tfrepro.models.layer_recycling import compiled
from tfrepro.models.training import train_compiled
from tfrepro.models.unrolled_dbn import (
    LayerWeights,
    UnrolledModel,
    UnrolledNetwork,
    Visible,
    fine_tune,
)


@keras.saving.register_keras_serializable("tfrepro")
class GaussianDenoisingAutoencoder(DenoisingAutoencoder):
    """The same for standardised inputs: a linear reconstruction, and half its squared error."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.sum(ops.square(y_pred - x), axis=-1)) / 2


class BimodalAutoencoder(UnrolledModel):
    """Learns deep and shared representations of two modalities, and each from the other.

    Parameters
    ----------
    visual, acoustic : sizes of the layers of each modality, lowest first; may be empty
    shared : size of the shared layer
    visible : ``gaussian`` for standardised features, ``bernoulli`` for those in [0, 1]
    corruption : masking probability of each layer's input while it is trained by itself
    missing : share of the rows, drawn anew in each epoch of the training of all layers, of
        which one modality is missing
    learning_rate, batch : of Adam, throughout
    pretraining_epochs : of each layer by itself
    epochs : of all layers together; 0 leaves them as they are
    seed : of weights, noise, batches and of what is missing

    Attributes
    ----------
    history_ : ``layer`` (``visual 1``, ..., ``shared``, and ``all``), ``epoch`` and ``loss``
    """

    def __init__(
        self,
        visual: Sequence[int] = (2048, 1024),
        acoustic: Sequence[int] = (1024, 1024),
        shared: int = 2048,
        *,
        visible: Visible = "gaussian",
        corruption: float = 0.2,
        missing: float = 2 / 3,
        learning_rate: float = 1e-3,
        batch: int = 128,
        pretraining_epochs: int = 30,
        epochs: int = 50,
        seed: int = 0,
    ):
        self.visual = visual
        self.acoustic = acoustic
        self.shared_size = shared
        self.visible = visible
        self.corruption = corruption
        self.missing = missing
        self.learning_rate = learning_rate
        self.batch = batch
        self.pretraining_epochs = pretraining_epochs
        self.epochs = epochs
        self.seed = seed

    def fit(self, visual: np.ndarray, acoustic: np.ndarray) -> "BimodalAutoencoder":
        """Learn from (N, D_v) and (N, D_a); row i of both is one segment.

        Raises ValueError if the two have different rows, or if ``gaussian`` features have no
        layer of their own.
        """
        if len(visual) != len(acoustic):
            raise ValueError(f"{len(visual)} visual rows, but {len(acoustic)} acoustic ones")
        if self.visible == "gaussian" and not (self.visual and self.acoustic):
            raise ValueError(
                "gaussian features need a layer for each modality below the shared one"
            )
        arrays = {"visual": visual, "acoustic": acoustic}
        self.dimensions_ = {name: X.shape[1] for name, X in arrays.items()}
        stacks, tops, curves = {}, [], []
        for number, (name, sizes) in enumerate(
            {"visual": self.visual, "acoustic": self.acoustic}.items()
        ):
            stacks[name], codes = [], np.asarray(arrays[name], np.float32)
            for depth, units in enumerate(sizes, 1):
                gaussian = depth == 1 and self.visible == "gaussian"
                weights, losses, codes = self._pretrain(codes, units, gaussian, 10 * number + depth)
                stacks[name].append(weights)
                curves.append(_curve(f"{name} {depth}", losses))
            tops.append(codes)
        shared, losses, _ = self._pretrain(
            np.concatenate(tops, axis=1), self.shared_size, gaussian=False, number=20
        )
        curves.append(_curve("shared", losses))
        self.network_, together = fine_tune(
            UnrolledNetwork(self.dimensions_, stacks, shared, self.visible),
            arrays,
            missing=self.missing,
            learning_rate=self.learning_rate,
            batch=self.batch,
            epochs=self.epochs,
            seed=self.seed,
            owner=self,
        )
        self.history_ = pd.concat([*curves, _curve("all", together["loss"])], ignore_index=True)
        return self

    def _pretrain(
        self, X: np.ndarray, units: int, gaussian: bool, number: int
    ) -> tuple[LayerWeights, list[float], np.ndarray]:
        """One layer trained by itself, its losses, and what it makes of the rows."""
        seed = 100 * self.seed + number
        kind = GaussianDenoisingAutoencoder if gaussian else DenoisingAutoencoder
        layer = kind(units, self.corruption, seed)
        layer.build((None, X.shape[1]))
        if gaussian:
            # The initial range is made for inputs in [0, 1]; these would saturate the units.
            layer.kernel.assign(layer.kernel / 4)
        steps = steps_per_epoch(len(X), self.batch)
        layer = compiled(
            layer,
            keras.optimizers.Adam(self.learning_rate),
            steps,
            kind=(kind, units, self.corruption, self.learning_rate, X.shape[1]),
            owner=self,
        )
        batches = shuffled_batches(X, self.batch, seed)
        losses = train_compiled(layer, batches, steps, self.pretraining_epochs)["loss"]
        return LayerWeights.of(layer), losses, apply_in_batches(layer.encode, X)


def _curve(layer: str, losses: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame({"layer": layer, "epoch": np.arange(1, len(losses) + 1), "loss": losses})
