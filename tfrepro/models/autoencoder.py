"""The stacked denoising autoencoder behind the papers' 200-D acoustic feature.

Sigmoid layers 1,104 -> 500 -> 400 -> 300 -> 200, each trained by itself to put
back what masking noise took from the layer below, with tied weights and the
cross entropy of inputs scaled to [0, 1].

Source: DARE, sections 3.1 and 5.2; NMCL, section 5.1.2 (hidden layers of 500,
400 and 300, code of 200). Settings neither paper gives are those of the theano
tutorial that DARE used: see :data:`PRESETS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import ops

from tfrepro.errors import UserError
from tfrepro.files import atomic_folder
from tfrepro.layers.denoising import DenoisingAutoencoder
from tfrepro.layers.unit_range import UnitRange
from tfrepro.models.batches import shuffled_batches, steps_per_epoch
from tfrepro.models.training import train_network

LAYERS = (500, 400, 300, 200)
CORRUPTION = (0.1, 0.2, 0.3, 0.3)


@dataclass(frozen=True)
class Preset:
    """How one layer is trained."""

    optimizer: str
    learning_rate: float
    batch: int
    epochs: int


PRESETS = {
    "theano": Preset("sgd", 1e-3, batch=1, epochs=15),
    "fast": Preset("adam", 1e-3, batch=32, epochs=60),
}


class StackedDenoisingAutoencoder:
    """Learns a code of rows ``X : (N, D)`` and puts them back from it.

    Parameters
    ----------
    layers : sizes of the code after each layer; the last is the feature's
    corruption : masking probability of each layer's input
    preset : ``theano``, the tutorial's settings (batches of one), or ``fast``
    compression : of the inputs before scaling, see :class:`UnitRange`
    seed : of weights, noise and the order of batches

    Attributes
    ----------
    encoder_ : Keras model, (N, D) -> (N, layers[-1])
    decoder_ : Keras model, (N, layers[-1]) -> (N, D) in [0, 1]
    history_ : loss of each layer (1, 2, ...) and epoch (1, 2, ...), nats a row
    """

    def __init__(
        self,
        layers: Sequence[int] = LAYERS,
        corruption: Sequence[float] = CORRUPTION,
        preset: str = "theano",
        compression: str = "none",
        seed: int = 0,
    ):
        self.layers = layers
        self.corruption = corruption
        self.preset = preset
        self.compression = compression
        self.seed = seed

    def fit(self, X: np.ndarray) -> "StackedDenoisingAutoencoder":
        """Train layer upon layer; raises ValueError if the settings do not fit together."""
        if len(self.layers) != len(self.corruption):
            raise ValueError(
                f"corruption = {self.corruption}: must give one probability for each of the "
                f"{len(self.layers)} layers"
            )
        if self.preset not in PRESETS:
            raise ValueError(f"preset = {self.preset!r}: must be one of {', '.join(PRESETS)}")
        scaling = UnitRange(self.compression)
        scaling.adapt(X)
        codes = ops.convert_to_numpy(scaling(X))
        trained, curves = [], []
        for depth, (units, rate) in enumerate(zip(self.layers, self.corruption, strict=True), 1):
            layer, losses = self._train_layer(codes, units, rate, self.seed * 100 + depth)
            trained.append(layer)
            curves += [
                {"layer": depth, "epoch": epoch, "loss": loss}
                for epoch, loss in enumerate(losses, 1)
            ]
            codes = apply_in_batches(layer.encode, codes)
        self.encoder_ = _encoder(scaling, trained, X.shape[1])
        self.decoder_ = _decoder(trained)
        self.history_ = pd.DataFrame(curves)
        return self

    def _train_layer(
        self, X: np.ndarray, units: int, corruption: float, seed: int
    ) -> tuple[DenoisingAutoencoder, list[float]]:
        preset = PRESETS[self.preset]
        layer = DenoisingAutoencoder(units, corruption, seed)
        optimizer = keras.optimizers.get(
            {"class_name": preset.optimizer, "config": {"learning_rate": preset.learning_rate}}
        )
        steps = steps_per_epoch(len(X), preset.batch)
        batches = shuffled_batches(X, preset.batch, seed)
        return layer, train_network(layer, optimizer, batches, steps, preset.epochs)["loss"]

    def transform(self, X: np.ndarray) -> np.ndarray:
        """The code of rows as they are: (N, D) -> (N, layers[-1]) float32."""
        return apply_in_batches(self.encoder_, X)

    def reconstruct(self, X: np.ndarray) -> np.ndarray:
        """Rows put back from their code, on the scale of :meth:`scaled`: (N, D) -> (N, D)."""
        return apply_in_batches(self.decoder_, self.transform(X))

    def scaled(self, X: np.ndarray) -> np.ndarray:
        """Rows scaled to [0, 1] as the first layer sees them: (N, D) -> (N, D)."""
        return apply_in_batches(self.encoder_.layers[0], X)

    def reconstruct_scaled(self, x: np.ndarray) -> np.ndarray:
        """What :meth:`reconstruct` gives for rows that are scaled, or corrupted, already."""
        for layer in self.encoder_.layers[1:]:
            x = apply_in_batches(layer, x)
        return apply_in_batches(self.decoder_, x)

    def save(self, folder: Path) -> None:
        """Write ``encoder.keras``, ``decoder.keras`` and ``history.csv``, or nothing."""
        with atomic_folder(folder) as part:
            self.encoder_.save(part / "encoder.keras")
            self.decoder_.save(part / "decoder.keras")
            self.history_.to_csv(part / "history.csv", index=False)


def load_encoder(file: Path) -> keras.Model:
    """The encoder in a file ``encoder.keras``, (N, D) -> (N, code); no code in it is run.

    Raises UserError if the file is not there or is no Keras model.
    """
    try:
        return keras.saving.load_model(file, safe_mode=True)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: not a Keras model ({str(error).splitlines()[0]})") from None


def _encoder(scaling: UnitRange, trained: list[DenoisingAutoencoder], inputs: int) -> keras.Model:
    dense = [keras.layers.Dense(layer.units, activation="sigmoid") for layer in trained]
    model = keras.Sequential([keras.Input((inputs,)), scaling, *dense], name="encoder")
    for layer, source in zip(dense, trained, strict=True):
        layer.set_weights([source.kernel, source.hidden_bias])
    return model


def _decoder(trained: list[DenoisingAutoencoder]) -> keras.Model:
    reverse = trained[::-1]
    dense = [keras.layers.Dense(layer.kernel.shape[0], activation="sigmoid") for layer in reverse]
    model = keras.Sequential([keras.Input((reverse[0].units,)), *dense], name="decoder")
    for layer, source in zip(dense, reverse, strict=True):
        layer.set_weights([ops.transpose(source.kernel), source.visible_bias])
    return model


def apply_in_batches(function, X: np.ndarray, batch: int = 4096) -> np.ndarray:
    """``function`` of the rows of ``X``, a batch at a time, as one NumPy array."""
    parts = [
        ops.convert_to_numpy(function(ops.convert_to_tensor(X[start : start + batch])))
        for start in range(0, len(X), batch)
    ]
    return np.concatenate(parts)
