"""A deep belief network unrolled into an autoencoder, and fine-tuned by back-propagation.

Conventions
-----------
M modalities, mostly ``visual`` and ``acoustic``, in the order of the stacks, each (N, D_m). A
stack is the layers of one modality, lowest first, and may be empty; the shared layer stands on
the tops of all stacks, side by side. Where there is none, each modality is by itself.

Every layer goes up as h = σ(v W + b). Coming down, v = σ(h Wᵀ + a), but for the features
themselves: ``gaussian`` ones, which are standardised, are h Wᵀ + a as it is. On the way down the
weights begin as those on the way up, and are then free.

A modality that is missing is zeros, the mean of standardised features.

Source: musicvideo, section 3.1; G. E. Hinton and R. R. Salakhutdinov, Science 2006; J. Ngiam et
al., ICML 2011, section 3.3 (bimodal deep autoencoder).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import keras
import numpy as np
import pandas as pd
from keras import ops

from tfrepro.layers.denoising import reconstruction_loss
from tfrepro.models.autoencoder import apply_in_batches
from tfrepro.models.batches import shuffled_batches, steps_per_epoch
from tfrepro.models.layer_recycling import compiled
from tfrepro.models.training import train_compiled

Visible = Literal["gaussian", "bernoulli"]


@dataclass(frozen=True)
class LayerWeights:
    """A layer of a belief network, or of a stacked autoencoder.

    Attributes
    ----------
    kernel : W (D, H)
    hidden_bias : b (H,)
    visible_bias : a (D,)
    """

    kernel: np.ndarray
    hidden_bias: np.ndarray
    visible_bias: np.ndarray

    def __post_init__(self):
        biases = (*np.shape(self.visible_bias), *np.shape(self.hidden_bias))
        if np.shape(self.kernel) != biases:
            raise ValueError(f"kernel of shape {np.shape(self.kernel)}, biases of {biases}")

    @classmethod
    def of(cls, layer: keras.Model) -> "LayerWeights":
        """Those of a trained machine or denoising autoencoder."""
        weights = (layer.kernel, layer.hidden_bias, layer.visible_bias)
        return cls(*map(ops.convert_to_numpy, weights))


class UnrolledNetwork(keras.Model):
    """Features of each modality -> what is put back of them, before the last sigmoid if any.

    Parameters
    ----------
    dimensions : modality -> D_m
    stacks : modality -> its layers, lowest first
    shared : on the tops of all stacks, in their order; None for none
    visible : ``gaussian`` for standardised features, ``bernoulli`` for those in [0, 1]
    """

    def __init__(
        self,
        dimensions: Mapping[str, int],
        stacks: Mapping[str, Sequence[LayerWeights]],
        shared: LayerWeights | None,
        visible: Visible,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if visible not in get_args(Visible):
            raise ValueError(
                f"visible = {visible!r}: must be one of {', '.join(get_args(Visible))}"
            )
        self.gaussian = visible == "gaussian"
        self.sizes = [
            _top(name, dimensions[name], [layer.kernel for layer in stack])
            for name, stack in stacks.items()
        ]
        self.encoders = {name: [_up(layer) for layer in stack] for name, stack in stacks.items()}
        self.decoders = {
            name: [_down(layer) for layer in stack[::-1]] for name, stack in stacks.items()
        }
        if shared is not None:
            _top("shared", sum(self.sizes), [shared.kernel])
        self.shared_encoder = None if shared is None else _up(shared)
        self.shared_decoder = None if shared is None else _down(shared)

    @property
    def layout(self) -> tuple:
        """What tells its graph from those of others."""
        layers = {name: len(stack) for name, stack in self.encoders.items()}
        return self.gaussian, *layers.items(), *(weight.shape for weight in self.weights)

    def deep(self, modality: str, x):
        """The top of a modality's stack: (N, D_m) -> (N, H_m)."""
        for layer in self.encoders[modality]:
            x = ops.sigmoid(layer(x))
        return x

    def fuse(self, tops):
        """The shared layer, of the tops of all stacks side by side: (N, Σ H_m) -> (N, H)."""
        return ops.sigmoid(self.shared_encoder(tops))

    def call(self, inputs: Mapping[str, object]):
        tops = [self.deep(name, inputs[name]) for name in self.encoders]
        if self.shared_encoder is None:
            logits = dict(zip(self.encoders, tops, strict=True))
        else:
            logits = self._split(self.shared_decoder(self.fuse(ops.concatenate(tops, axis=-1))))
        return {name: self._come_down(name, logits[name]) for name in self.encoders}

    def put_back(self, inputs: Mapping[str, object]):
        """The same, on the scale of the features."""
        made = self(inputs)
        return made if self.gaussian else {name: ops.sigmoid(z) for name, z in made.items()}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The error of a feature, averaged over those of a modality, and over modalities.

        So a modality does not weigh more for having more features. Half the squared error of
        ``gaussian`` features, the cross entropy of ``bernoulli`` ones in nats.
        """
        error = _squared_error if self.gaussian else reconstruction_loss
        errors = [ops.mean(error(y[name], z)) / z.shape[-1] for name, z in y_pred.items()]
        return sum(errors) / len(errors)

    def _split(self, logits):
        """The tops of the stacks, before their sigmoid, of what the shared layer gives."""
        edges = np.cumsum(self.sizes)[:-1].tolist()
        return dict(zip(self.encoders, ops.split(logits, edges, axis=-1), strict=True))

    def _come_down(self, modality: str, z):
        """The features' logits, of the logits or, without a shared layer, of the code itself."""
        activate = self.shared_encoder is not None
        for layer in self.decoders[modality]:
            z = layer(ops.sigmoid(z) if activate else z)
            activate = True
        return z


def _top(name: str, size: int, kernels: Sequence[np.ndarray]) -> int:
    """The size of a stack's top; raises ValueError if its layers do not fit on each other."""
    for kernel in kernels:
        if kernel.shape[0] != size:
            raise ValueError(f"{name}: a layer of {kernel.shape[0]} inputs stands on {size} units")
        size = kernel.shape[1]
    return size


def _up(weights: LayerWeights) -> keras.layers.Dense:
    return _dense(weights.kernel, weights.hidden_bias)


def _down(weights: LayerWeights) -> keras.layers.Dense:
    return _dense(weights.kernel.T, weights.visible_bias)


def _dense(kernel: np.ndarray, bias: np.ndarray) -> keras.layers.Dense:
    layer = keras.layers.Dense(kernel.shape[1])
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel, bias])
    return layer


def _squared_error(x, z):
    """Half of each row's squared error, summed over its features: (N,)."""
    return ops.sum(ops.square(z - x), axis=-1) / 2


class UnrolledModel:
    """What can be asked of a trained :class:`UnrolledNetwork`.

    Attributes
    ----------
    network_ : :class:`UnrolledNetwork`
    dimensions_ : modality -> D_m
    """

    network_: UnrolledNetwork
    dimensions_: dict[str, int]

    def deep(self, modality: str, X: np.ndarray) -> np.ndarray:
        """The deep representation of one modality: (N, D_m) -> (N, H_m) float32."""
        return apply_in_batches(lambda x: self.network_.deep(modality, x), _float(X))

    def shared(self, *arrays: np.ndarray) -> np.ndarray:
        """The shared representation of all modalities, given in order: (N, H) float32."""
        tops = [self.deep(name, X) for name, X in zip(self.network_.encoders, arrays, strict=True)]
        return apply_in_batches(self.network_.fuse, np.concatenate(tops, axis=1))

    def reconstruct(self, query: str, X: np.ndarray) -> np.ndarray:
        """The features of the other modality, which is missing, put back from one.

        Parameters
        ----------
        query : the modality of ``X : (N, D_query)``

        Returns
        -------
        (N, D_other) float32, on the scale of the features

        Raises ValueError unless there are two modalities and a shared layer.
        """
        others = [name for name in self.dimensions_ if name != query]
        if len(others) != 1 or self.network_.shared_encoder is None:
            raise ValueError("only one of two modalities with a shared layer can be put back")
        (other,) = others

        def put_back(x):
            missing = ops.zeros((x.shape[0], self.dimensions_[other]))
            return self.network_.put_back({query: x, other: missing})[other]

        return apply_in_batches(put_back, _float(X))


class UnrolledDbn(UnrolledModel):
    """A belief network, unrolled and fine-tuned by Adam to put back what it is given.

    Parameters
    ----------
    stacks : modality -> the layers of its belief network, lowest first
    shared : the shared layer; None to fine-tune each modality by itself
    visible : ``gaussian`` or ``bernoulli``, what the features are
    missing : share of the rows, drawn anew in each epoch, of which one modality is missing and
        all are to be put back; Ngiam et al. have two thirds
    learning_rate, batch : of Adam
    epochs : 0 leaves the belief network as it is
    seed : of the batches and of what is missing

    Attributes
    ----------
    history_ : ``epoch`` and ``loss``, see :meth:`UnrolledNetwork.compute_loss`
    """

    def __init__(
        self,
        stacks: Mapping[str, Sequence[LayerWeights]],
        shared: LayerWeights | None = None,
        *,
        visible: Visible = "gaussian",
        missing: float = 0.0,
        learning_rate: float = 1e-3,
        batch: int = 128,
        epochs: int = 50,
        seed: int = 0,
    ):
        self.stacks = stacks
        self.shared_layer = shared
        self.visible = visible
        self.missing = missing
        self.learning_rate = learning_rate
        self.batch = batch
        self.epochs = epochs
        self.seed = seed

    def fit(self, *arrays: np.ndarray) -> "UnrolledDbn":
        """Fine-tune on the rows of all modalities, in the order of the stacks: (N, D_m) each."""
        named = dict(zip(self.stacks, arrays, strict=True))
        self.dimensions_ = {name: X.shape[1] for name, X in named.items()}
        self.network_, self.history_ = fine_tune(
            UnrolledNetwork(self.dimensions_, self.stacks, self.shared_layer, self.visible),
            named,
            missing=self.missing,
            learning_rate=self.learning_rate,
            batch=self.batch,
            epochs=self.epochs,
            seed=self.seed,
            owner=self,
        )
        return self


def fine_tune(
    network: UnrolledNetwork,
    arrays: Mapping[str, np.ndarray],
    *,
    missing: float,
    learning_rate: float,
    batch: int,
    epochs: int,
    seed: int,
    owner: Any,
) -> tuple[UnrolledNetwork, pd.DataFrame]:
    """Train by Adam.

    owner : whom the network is for; see :func:`tfrepro.models.recycling.compiled`

    Returns
    -------
    The trained network, which may be another one than was given, and a row an epoch: ``epoch``
    (1, 2, ...) and ``loss``.

    Raises ValueError unless all modalities have as many rows, and ``missing`` is a share.
    """
    counts = {len(X) for X in arrays.values()}
    if len(counts) != 1:
        raise ValueError(f"modalities have {sorted(counts)} rows: must have as many each")
    if not 0 <= missing <= 1 or (missing and len(arrays) < 2):
        raise ValueError(f"missing = {missing}: must lie in [0, 1], and be 0 for one modality")
    losses = []
    if epochs:
        steps = steps_per_epoch(counts.pop(), batch)
        network = compiled(
            network,
            keras.optimizers.Adam(learning_rate),
            steps,
            kind=(network.layout, learning_rate),
            owner=owner,
        )
        batches = partly_missing(arrays, missing, batch, seed)
        losses = train_compiled(network, batches, steps, epochs)["loss"]
    return network, pd.DataFrame({"epoch": np.arange(1, len(losses) + 1), "loss": losses})


def partly_missing(
    arrays: Mapping[str, np.ndarray], missing: float, batch: int, seed: int
) -> Iterator[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
    """Endless shuffled batches of what is seen, and of what is to be put back.

    Parameters
    ----------
    arrays : modality -> (N, D_m)
    missing : share of the rows in which one modality, each as often, is seen as zeros
    """
    rng = np.random.default_rng([seed, 1])
    rows_count = len(next(iter(arrays.values())))
    for (rows,) in shuffled_batches(np.arange(rows_count), batch, seed):
        whole = {name: _float(X[rows]) for name, X in arrays.items()}
        gone = np.where(
            rng.random(len(rows)) < missing, rng.integers(0, len(arrays), len(rows)), -1
        )
        seen = {
            name: np.where((gone == place)[:, None], np.float32(0), X)
            for place, (name, X) in enumerate(whole.items())
        }
        yield seen, whole


def _float(X: np.ndarray) -> np.ndarray:
    return np.asarray(X, np.float32)
