"""NMCL's rivals that fuse modalities late, or mind features by the class, and what it shares.

================  =====================================================  ==================
method            what it computes                                       answers
================  =====================================================  ==================
`LateFusion`      hidden layers of their own for each modality           one a modality
`EarlyAttention`  an attention net on the modalities side by side, then  one
                  dense layers on each class's representation
`LateAttention`   an attention net for each modality; a class is scored  one
                  from its representations, side by side
================  =====================================================  ==================

Several answers are fused by the mean of their probabilities. The mean, not the sum that NMCL
prints (Eq. 18), is a distribution; the loss then differs by a constant.

Conventions
-----------
B videos in a batch, modality m -> x^m : (B, D_m), A answers, K classes.

Source: NMCL, section 5.1.2. Its Early Fusion is :class:`~tfrepro.models.early_fusion.EarlyFusion`
with two hidden layers of 256. The results that it prints for Early and Late Fusion are those of
a method that nearly always answers with the commonest class; networks that learn will not repeat
them.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from types import MappingProxyType

import keras
import numpy as np
from keras import ops
from numpy.random import default_rng

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.modalities import choose_modalities
from tfrepro.features.scaling import Scaling
from tfrepro.features.streaming import streamed_batches
from tfrepro.layers.class_attention import ClassAttention, class_logits, units_of
from tfrepro.layers.towers import glorot
from tfrepro.models.batches import steps_per_epoch
from tfrepro.models.early_fusion import BLOCK_ROWS, BUFFER_BLOCKS, Arrays, ScaledRows
from tfrepro.models.early_stopping import BestEpoch, f1_scores
from tfrepro.models.recycling import compiled, train_watched
from tfrepro.models.venue_network import answers

UNITS = 256
HIDDEN: Mapping[str, int] = MappingProxyType({"visual": 3, "acoustic": 2, "textual": 1})


class FusionNetwork(keras.Model):
    """Modality -> (B, D_m) to the log probabilities of all answers, (B, A, K) float32.

    A network says by :meth:`logits` what its answers are.

    Parameters
    ----------
    dimensions : modality -> D_m, in the papers' order
    """

    def __init__(self, dimensions: Mapping[str, int], **kwargs):
        super().__init__(**kwargs)
        self.dimensions = dict(dimensions)

    def logits(self, inputs: Mapping, training: bool) -> dict:
        """Name of an answer -> (B, K), always in the same order."""
        raise NotImplementedError

    def call(self, inputs, training: bool = False):
        logits = ops.stack(list(self.logits(inputs, training).values()), axis=1)
        # Lower precision would round probabilities.
        return ops.log_softmax(ops.cast(logits, "float32"), axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean cross entropy of the fused answer, nats, and what was added beside it.

        y : (B,) class numbers
        """
        log_p = log_probabilities_of(y, y_pred)
        fused = ops.logsumexp(log_p, axis=1) - math.log(log_p.shape[1])
        return sum(self.losses, -ops.mean(fused))

    def make_weights(self) -> "FusionNetwork":
        """Make the weights, by one video of zeros."""
        self({name: ops.zeros((1, D)) for name, D in self.dimensions.items()})
        return self


def log_probabilities_of(y, log_p):
    """Those of the classes y : (B,), in each answer of log_p : (B, A, K): (B, A)."""
    y = ops.reshape(ops.cast(y, "int32"), (-1, 1, 1))
    return ops.squeeze(ops.take_along_axis(log_p, y, axis=2), axis=2)


class FusionClassifier:
    """Learns classes from modalities by Adam; features may lie on disk.

    With a validation part, the weights are those of the epoch with the best micro-F1 there;
    without one, those of the last epoch.

    Parameters
    ----------
    modalities : some of ``visual``, ``acoustic``, ``textual``; None for those there are
    dropout : of every hidden layer, in [0, 1)
    scaling : of each modality, see :class:`~tfrepro.features.scaling.Scaling`
    learning_rate, batch : of Adam
    epochs : the most there are
    patience : epochs without a better micro-F1, after which training stops; None for never
    seed : of weights, dropout and the order of batches

    Attributes
    ----------
    network_ : :class:`FusionNetwork`
    modalities_ : those that are used
    answers_ : names of the network's answers
    classes_ : names of the K classes
    history_ : a row an epoch: ``epoch``, ``loss`` and, with a validation part, its ``micro_f1``
        and ``macro_f1``; where there are several answers also each one's, ``visual_micro_f1`` ...

    Source: NMCL, section 5.1.3. What it leaves open: the rate of 1e-3 and batches of 128 are
    from the ranges that it searched; dropout of a half; inputs standardised by the training part.
    """

    def __init__(
        self,
        *,
        modalities: Sequence[str] | None = None,
        dropout: float = 0.5,
        scaling: str = "standard",
        learning_rate: float = 1e-3,
        batch: int = 128,
        epochs: int = 30,
        patience: int | None = None,
        seed: int = 0,
    ):
        self.modalities = modalities
        self.dropout = dropout
        self.scaling = scaling
        self.learning_rate = learning_rate
        self.batch = batch
        self.epochs = epochs
        self.patience = patience
        self.seed = seed

    def make_network(self, dimensions: Mapping[str, int], classes: int) -> FusionNetwork:
        """A fresh network for modalities of such sizes."""
        raise NotImplementedError

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "FusionClassifier":
        """Train; raises ValueError for a modality that is not there, or a word that is no
        setting.
        """
        self.modalities_ = choose_modalities(train, self.modalities)
        missing = [name for name in self.modalities_ if name not in train.arrays]
        if missing:
            raise ValueError(f"no modality {missing[0]!r}: this set has {', '.join(train.arrays)}")
        arrays = {name: train.arrays[name] for name in self.modalities_}
        self.classes_ = train.classes
        self.scaling_ = Scaling(self.scaling).fit(arrays)
        dimensions = {name: array.shape[1] for name, array in arrays.items()}
        steps = steps_per_epoch(len(train), self.batch)
        self.network_ = compiled(
            self.make_network(dimensions, len(train.classes)).make_weights(),
            keras.optimizers.Adam(self.learning_rate),
            steps,
            kind=self._kind(dimensions, len(train.classes)),
            owner=self,
        )
        self.answers_ = self.network_.answers
        best = None
        if valid is not None and len(valid):
            best = BestEpoch(lambda: self._scores(valid), patience=self.patience)
        self.history_ = train_watched(
            self.network_,
            _batches(arrays, self.scaling_, train.y.astype(np.int32), self.batch, self.seed),
            steps,
            self.epochs,
            best,
        )
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities, the mean of the answers': (N, K)."""
        return self._answers(test).mean(axis=1)

    def predict_each(self, test: FeatureSet) -> dict[str, np.ndarray]:
        """Class probabilities by each answer alone: its name -> (N, K)."""
        return dict(zip(self.answers_, np.moveaxis(self._answers(test), 1, 0), strict=True))

    def _answers(self, test: FeatureSet) -> np.ndarray:
        return np.exp(answers(self.network_, self._scaled(test), self.batch))

    def _scores(self, valid: FeatureSet) -> dict[str, float]:
        P = self._answers(valid)
        scores = f1_scores(valid.y, P.mean(axis=1))
        if len(self.answers_) > 1:
            for number, name in enumerate(self.answers_):
                of_one = f1_scores(valid.y, P[:, number])
                scores |= {f"{name}_{score}": value for score, value in of_one.items()}
        return scores

    def _scaled(self, features: FeatureSet) -> dict[str, ScaledRows]:
        return {
            name: ScaledRows(name, features.arrays[name], self.scaling_)
            for name in self.modalities_
        }

    def _kind(self, dimensions: Mapping[str, int], classes: int) -> tuple:
        """What the graph and its training depend on: all arguments but the seed, and shapes."""
        arguments = {
            name: value
            for name, value in vars(self).items()
            if name != "seed" and not name.endswith("_")
        }
        return type(self), str(arguments), tuple(dimensions.items()), classes


# No method: what feeds a network outlives its training, and must not keep its method alive.
def _batches(
    arrays: Arrays, scaling: Scaling, y: np.ndarray, batch: int, seed: int
) -> Iterator[tuple]:
    """Epochs of batches without end, each in an order of its own."""
    for epoch in count():
        rng = default_rng([seed, epoch])
        for some in streamed_batches(
            {**arrays, "": y}, np.arange(len(y)), batch, BLOCK_ROWS, BUFFER_BLOCKS, rng
        ):
            labels = some.pop("")
            yield {name: scaling(name, X) for name, X in some.items()}, labels


class LateFusionNetwork(FusionNetwork):
    """A classifier a modality: 3, 2 and 1 hidden layers for visual, acoustic and textual.

    Each learns by itself, from the cross entropy of its own answer.

    Parameters
    ----------
    units : of each hidden layer
    """

    def __init__(
        self, dimensions: Mapping[str, int], classes: int, units: int, dropout: float, seed: int
    ):
        super().__init__(dimensions)
        self.answers = tuple(dimensions)
        self.towers = {}
        for name in dimensions:
            of_one = layer_seed(seed, name)
            layers = []
            for depth in range(HIDDEN[name]):
                layers += [
                    keras.layers.Dense(units, "relu", kernel_initializer=glorot(of_one, depth)),
                    keras.layers.Dropout(dropout, seed=100 * of_one + depth),
                ]
            last = keras.layers.Dense(classes, kernel_initializer=glorot(of_one, HIDDEN[name]))
            self.towers[name] = keras.Sequential([*layers, last], name=f"{name}_tower")

    def logits(self, inputs, training):
        return {name: self.towers[name](inputs[name], training=training) for name in self.answers}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean cross entropy, summed over the answers."""
        return -ops.mean(ops.sum(log_probabilities_of(y, y_pred), axis=1))


class EarlyAttentionNetwork(FusionNetwork):
    """An attention net on x^v, x^a and x^t side by side, and dense layers after it.

    The paper has three dense layers. The first makes θ_k of the features as the class k weighs
    them, the second is the same for all classes, the last is z_k · θ_k': 256, 256 and K, as in
    its Early Fusion.

    Parameters
    ----------
    units : of the two hidden layers
    attention : arguments of :class:`~tfrepro.layers.class_attention.ClassAttention`
    """

    answers = ("all",)

    def __init__(
        self,
        dimensions: Mapping[str, int],
        classes: int,
        units: int,
        dropout: float,
        seed: int,
        **attention,
    ):
        super().__init__(dimensions)
        of_one = layer_seed(seed)
        self.attention = ClassAttention(
            classes, units, dropout=dropout, seed=of_one, name="attention", **attention
        )
        self.kernel = self.add_weight(
            name="kernel", shape=(units, units), initializer=glorot(of_one, 10)
        )
        self.bias = self.add_weight(name="bias", shape=(units,), initializer="zeros")
        self.dropping = keras.layers.Dropout(dropout, seed=100 * of_one + 11)
        self.vectors = self.add_weight(
            name="vectors", shape=(classes, units), initializer=glorot(of_one, 12)
        )

    def logits(self, inputs, training):
        x = ops.concatenate([inputs[name] for name in self.dimensions], axis=1)
        theta, kept = self.attention(x, training=training)
        hidden = ops.relu(ops.matmul(theta, units_of(self.kernel, kept, axis=0)) + self.bias)
        hidden = self.dropping(hidden, training=training)
        return {"all": class_logits(hidden, None, self.vectors)}


class LateAttentionNetwork(FusionNetwork):
    """An attention net a modality; z_k · [θ_k^v, θ_k^a, θ_k^t] scores the class k.

    That is a sum over modalities, each with class vectors of its own.

    Parameters
    ----------
    units : of each modality's representations
    attention : arguments of :class:`~tfrepro.layers.class_attention.ClassAttention`
    """

    answers = ("all",)

    def __init__(
        self,
        dimensions: Mapping[str, int],
        classes: int,
        units: int,
        dropout: float,
        seed: int,
        **attention,
    ):
        super().__init__(dimensions)
        self.attention, self.vectors = {}, {}
        for name in dimensions:
            of_one = layer_seed(seed, name)
            self.attention[name] = ClassAttention(
                classes, units, dropout=dropout, seed=of_one, name=f"{name}_attention", **attention
            )
            self.vectors[name] = self.add_weight(
                name=f"{name}_vectors", shape=(classes, units), initializer=glorot(of_one, 10)
            )

    def logits(self, inputs, training):
        each = [
            class_logits(*self.attention[name](inputs[name], training=training), self.vectors[name])
            for name in self.dimensions
        ]
        return {"all": sum(each[1:], each[0])}


def layer_seed(seed: int, modality: str | None = None, part: int = 0) -> int:
    """The seed of one part of a network, its own for each modality and for what all share."""
    owner = len(MODALITIES) if modality is None else MODALITIES.index(modality)
    return 100 * seed + 10 * owner + part


class LateFusion(FusionClassifier):
    """A classifier of its own for each modality; the mean of their probabilities.

    Parameters
    ----------
    units : of each hidden layer
    training : arguments of :class:`FusionClassifier`
    """

    def __init__(self, *, units: int = UNITS, **training):
        super().__init__(**training)
        self.units = units

    def make_network(self, dimensions: Mapping[str, int], classes: int) -> LateFusionNetwork:
        return LateFusionNetwork(dimensions, classes, self.units, self.dropout, self.seed)


class _WithAttention(FusionClassifier):
    """A method with one or several attention nets.

    Parameters
    ----------
    units : of each hidden layer
    initial, batchwise, at_once : of the attention nets, see
        :class:`~tfrepro.layers.class_attention.ClassAttention`
    training : arguments of :class:`FusionClassifier`
    """

    network: type[FusionNetwork]

    def __init__(
        self,
        *,
        units: int = UNITS,
        initial: str = "ones",
        batchwise: bool = True,
        at_once: int | None = None,
        **training,
    ):
        super().__init__(**training)
        self.units = units
        self.initial = initial
        self.batchwise = batchwise
        self.at_once = at_once

    def make_network(self, dimensions: Mapping[str, int], classes: int) -> FusionNetwork:
        return self.network(
            dimensions,
            classes,
            self.units,
            self.dropout,
            self.seed,
            initial=self.initial,
            batchwise=self.batchwise,
            at_once=self.at_once,
        )


class EarlyAttention(_WithAttention):
    """Attention on the modalities side by side, then dense layers."""

    network = EarlyAttentionNetwork


class LateAttention(_WithAttention):
    """Attention on each modality; their representations of a class, side by side."""

    network = LateAttentionNetwork
