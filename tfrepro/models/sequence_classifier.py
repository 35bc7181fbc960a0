"""What EASTERN and its rivals share: the parts of networks that read sequences, and training.

Conventions
-----------
B videos in a batch. Inputs map a modality to its steps (B, T, D), zeros beyond the sequence's
end, and the sequences' lengths (B,) int32, 0 for a video without that modality. K classes.
"""

from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np
from keras import ops
from scipy.special import softmax

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.features.modalities import choose_modalities
from tfrepro.features.sequences import Sequences, StepScaling, sequences_of
from tfrepro.layers.dictionary import ConvolutionalDictionary
from tfrepro.layers.masked_lstm import MaskedLstm
from tfrepro.layers.towers import glorot
from tfrepro.models.batches import shuffled_batches, steps_per_epoch
from tfrepro.models.early_stopping import BestEpoch, f1_scores
from tfrepro.models.recycling import compiled, train_watched

_BLOCK = 256


class SequenceNetwork(keras.Model):
    """Sequences of some modalities -> (B, K) logits of a softmax.

    A network says by :meth:`represent` what its softmax sees.

    Parameters
    ----------
    classes : K
    seed : of the initial weights, Glorot uniform; each layer of a network has a stream of its
        own, so that a modality's layers start alike whatever stands beside them
    """

    def __init__(self, classes: int, seed: int, **kwargs):
        super().__init__(**kwargs)
        # Lower precision would round the probabilities.
        self.classifier = keras.layers.Dense(
            classes, kernel_initializer=glorot(10 * seed + 9, 0), dtype="float32", name="classifier"
        )

    def represent(self, inputs: Mapping[str, tuple]):
        """The video as one vector: (B, F)."""
        raise NotImplementedError

    def call(self, inputs: Mapping[str, tuple]):
        return self.classifier(self.represent(inputs))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean cross entropy of the true classes ``y : (B,)``, nats."""
        return ops.mean(ops.sparse_categorical_crossentropy(y, y_pred, from_logits=True))

    def make_weights(self, dimensions: Mapping[str, int]) -> "SequenceNetwork":
        """Make the weights for modalities of D dimensions each, by one step of zeros."""
        one = ops.ones((1,), "int32")
        self({name: (ops.zeros((1, 1, D)), one) for name, D in dimensions.items()})
        return self


def parallel_lstms(units: Mapping[str, int], seed: int) -> dict[str, MaskedLstm]:
    """An LSTM of its own for each modality: (B, T, D_m), (B,) -> (B, H_m).

    units : modality -> H_m

    Source: EASTERN, Eq. 3.
    """
    return {
        name: MaskedLstm(H, 10 * seed + MODALITIES.index(name), name=f"{name}_lstm")
        for name, H in units.items()
    }


def linear_maps(modalities: Sequence[str], common: int, seed: int) -> dict[str, keras.layers.Dense]:
    """A map of each modality to the common space: (..., H_m) -> (..., n), x_m = W_m h_m + b_m.

    common : n

    Source: EASTERN, Eq. 4.
    """
    return {
        name: keras.layers.Dense(
            common,
            kernel_initializer=glorot(10 * seed + MODALITIES.index(name), 2),
            name=f"{name}_map",
        )
        for name in modalities
    }


def shared_dictionary(atoms: int, seed: int) -> ConvolutionalDictionary:
    """The dictionary of a network with that seed."""
    return ConvolutionalDictionary(atoms, 10 * seed + 8, name="dictionary")


class SequenceClassifier:
    """Learns classes from sequences by Adam, on the mean cross entropy.

    With a validation part, the weights are those of the epoch with the best micro-F1 there;
    without one, those of the last epoch.

    Parameters
    ----------
    modalities : some of ``visual``, ``acoustic``, ``textual``; None for those there are
    standardise : whether inputs are standardised by the training part, see :class:`StepScaling`
    learning_rate, batch : of Adam
    epochs : the most there are
    patience : epochs without a better micro-F1, after which training stops; None for never
    seed : of weights and batches

    Attributes
    ----------
    network_ : :class:`SequenceNetwork`
    modalities_ : those that are used
    history_ : a row an epoch: ``epoch``, ``loss`` and, with a validation part, its
        ``micro_f1`` and ``macro_f1``
    """

    def __init__(
        self,
        *,
        modalities: Sequence[str] | None = None,
        standardise: bool = True,
        learning_rate: float = 1e-3,
        batch: int = 128,
        epochs: int = 50,
        patience: int | None = None,
        seed: int = 0,
    ):
        self.modalities = modalities
        self.standardise = standardise
        self.learning_rate = learning_rate
        self.batch = batch
        self.epochs = epochs
        self.patience = patience
        self.seed = seed

    def make_network(self, modalities: Sequence[str], classes: int) -> SequenceNetwork:
        """A fresh network for those modalities."""
        raise NotImplementedError

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "SequenceClassifier":
        """Train; raises ValueError if a modality that is asked for is not there."""
        self.modalities_ = choose_modalities(train, self.modalities, sequences=True)
        sequences = {name: sequences_of(train, name) for name in self.modalities_}
        self.scalings_ = {
            name: StepScaling(self.standardise).fit(given) for name, given in sequences.items()
        }
        dimensions = {name: given.dimension for name, given in sequences.items()}
        fresh = self.make_network(self.modalities_, len(train.classes)).make_weights(dimensions)
        steps = steps_per_epoch(len(train), self.batch)
        self.network_ = compiled(
            fresh,
            keras.optimizers.Adam(self.learning_rate),
            steps,
            kind=self._kind(dimensions, len(train.classes)),
            owner=self,
        )
        best = None
        if valid is not None:
            best = BestEpoch(lambda: self._scores(valid), patience=self.patience)
        self.history_ = train_watched(
            self.network_,
            _batches(sequences, self.scalings_, train.y.astype(np.int32), self.batch, self.seed),
            steps,
            self.epochs,
            best,
        )
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities: (N, K)."""
        sequences = {name: sequences_of(test, name) for name in self.modalities_}
        blocks = []
        for start in range(0, max(1, len(test)), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(test)))
            inputs = _inputs(sequences, self.scalings_, rows)
            blocks.append(self.network_.predict_on_batch(inputs))
        return softmax(np.concatenate(blocks), axis=1)

    def _kind(self, dimensions: Mapping[str, int], classes: int) -> tuple:
        """What the graph and its training depend on: all arguments but the seed, and shapes."""
        arguments = {
            name: value
            for name, value in vars(self).items()
            if name != "seed" and not name.endswith("_")
        }
        return type(self), str(arguments), tuple(dimensions.items()), classes

    def _scores(self, valid: FeatureSet) -> dict[str, float]:
        return f1_scores(valid.y, self.predict_proba(valid))


# No method: what feeds a network outlives its training, and must not keep its method alive.
def _batches(
    sequences: Mapping[str, Sequences],
    scalings: Mapping[str, StepScaling],
    y: np.ndarray,
    batch: int,
    seed: int,
) -> Iterator[tuple]:
    for (rows,) in shuffled_batches(np.arange(len(y)), batch, seed):
        yield _inputs(sequences, scalings, rows), y[rows]


def _inputs(
    sequences: Mapping[str, Sequences], scalings: Mapping[str, StepScaling], rows: np.ndarray
) -> dict[str, tuple]:
    inputs = {}
    for name, given in sequences.items():
        steps, lengths = given.read(rows)
        inputs[name] = scalings[name](steps, lengths), lengths
    return inputs
