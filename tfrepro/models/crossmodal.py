"""The paper's joint embedding of a video's image track and its sound.

Two ReLU towers, 1,024 -> 2,000 -> 2,000 -> 700 -> 700 -> 250 for the image and
128 -> 450 -> 450 -> 200 -> 200 -> 250 for the sound, learn to point the same way
for one video, and apart for a mispaired one. One classifier of the labels, shared
by both embeddings, joins in later.

Conventions
-----------
N videos, B of them in a batch, D_v = 1,024 and D_a = 128 inputs, K labels,
embeddings of 250 numbers, length one and none negative: cosines lie in [0, 1].

Source: D. Surís et al., Cross-modal Embeddings for Video and Audio Retrieval,
and their code, which fixes what the paper leaves open: where the square root
and the factor 1 / (1 - α) go, the optimiser, the ReLU on the embedding, and the
inputs' joint length of one.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import scipy.sparse
from keras import ops

from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet
from tfrepro.layers.towers import glorot, half_square, relu_tower
from tfrepro.layers.unit_norm import joint_unit_norm, unit_norm
from tfrepro.models.batches import steps_per_epoch
from tfrepro.models.negative_sampling import label_matrix, mispaired_batches
from tfrepro.models.pair_networks import embed_pairs, save_networks
from tfrepro.models.training import train_network

VISUAL_UNITS = (2000, 2000, 700, 700, 250)
ACOUSTIC_UNITS = (450, 450, 200, 200, 250)
CLASSES = 3862
DECAY_EXAMPLES = 4_000_000
DECAY = 0.95
CLIP_NORM = 1.0
LOG_EPSILON = 1e-5
_LEAST_CROSS_ENTROPY = 1e-7


def mispairing_loss(cosine, negative, margin: float):
    """What each pair costs: 0 where it should be, 1 at worst.

    Parameters
    ----------
    cosine : (B,) in [0, 1], of the two embeddings of a pair
    negative : (B,) 1 for a mispaired video, else 0
    margin : α, the cosine up to which a negative costs nothing, in [0, 1)

    Returns
    -------
    (B,); 1 - c for a positive, max(0, c - α) / (1 - α) for a negative
    """
    apart = ops.maximum(cosine - margin, 0.0) / (1.0 - margin)
    return ops.where(ops.cast(negative, "bool"), apart, 1.0 - cosine)


def label_cross_entropy(P, labels, epsilon: float = LOG_EPSILON):
    """Cross entropy of every label's presence, summed over the K labels: (B,) nats.

    −Σ_k [y_k log(p_k + ε) + (1 − y_k) log(1 − p_k + ε)], the y given as lists, so
    that the few labels that are there need no (B, K) array of their own.

    Parameters
    ----------
    P : (B, K) probabilities
    labels : (B, L) label numbers, each at most once a row, filled up with -1
    """
    there = ops.cast(labels >= 0, P.dtype)
    rows = ops.expand_dims(ops.arange(ops.shape(labels)[0], dtype=labels.dtype), 1)
    p = ops.take(ops.reshape(P, (-1,)), rows * P.shape[1] + ops.maximum(labels, 0))
    instead = ops.log(p + epsilon) - ops.log(1.0 - p + epsilon)
    return -ops.sum(ops.log(1.0 - P + epsilon), axis=1) - ops.sum(there * instead, axis=1)


def label_penalty(visual_cross_entropy, acoustic_cross_entropy):
    """√(mean CE_v + mean CE_a), of two (B,) cross entropies.

    ε inside the logarithms lets a perfect answer cost slightly less than nothing,
    of which there is no root, so the sum is taken as at least 1e-7.
    """
    total = ops.mean(visual_cross_entropy) + ops.mean(acoustic_cross_entropy)
    return ops.sqrt(ops.maximum(total, _LEAST_CROSS_ENTROPY))


@keras.saving.register_keras_serializable("tfrepro")
class CrossModalNetwork(keras.Model):
    """Embeds image and sound: (B, D_v), (B, D_a) -> (B, 250), (B, 250).

    Parameters
    ----------
    classes : K
    visual_units, acoustic_units : sizes of each tower's layers; the last are equal
    joint_length : whether the two inputs are scaled to length one side by side, as
        the paper's code does, or each by itself. See :class:`CrossModalEmbedding`.
    margin : α
    label_weight : λ
    label_start : step from which λ counts; before it λ is 0. It is read in every step:
        the published code has λ in a saved graph, which a restart with another λ restores.
    weight_decay : w of the penalty w ½‖W‖² on every kernel
    seed : of the initial weights
    """

    def __init__(
        self,
        classes: int = CLASSES,
        *,
        visual_units: Sequence[int] = VISUAL_UNITS,
        acoustic_units: Sequence[int] = ACOUSTIC_UNITS,
        joint_length: bool = True,
        margin: float = 0.2,
        label_weight: float = 0.02,
        label_start: int = 10_000,
        weight_decay: float = 1e-8,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.settings = {
            "classes": classes,
            "visual_units": tuple(visual_units),
            "acoustic_units": tuple(acoustic_units),
            "joint_length": joint_length,
            "margin": margin,
            "label_weight": label_weight,
            "label_start": label_start,
            "weight_decay": weight_decay,
            "seed": seed,
        }
        self.joint_length = joint_length
        self.margin = margin
        self.label_weight = label_weight
        self.label_start = label_start
        self.visual_tower = relu_tower(
            visual_units, weight_decay=weight_decay, seed=3 * seed, name="visual"
        )
        self.acoustic_tower = relu_tower(
            acoustic_units, weight_decay=weight_decay, seed=3 * seed + 1, name="acoustic"
        )
        self.classifier = keras.layers.Dense(
            classes,
            kernel_initializer=glorot(3 * seed + 2, 0),
            kernel_regularizer=half_square(weight_decay),
            name="classifier",
        )
        self.pairing = keras.metrics.Mean("pairing")
        self.labelling = keras.metrics.Mean("labelling")

    def build(self, input_shape):
        visual, acoustic = input_shape
        self.visual_tower.build(visual)
        self.acoustic_tower.build(acoustic)
        self.classifier.build((None, self.settings["visual_units"][-1]))
        self.built = True

    def call(self, inputs):
        visual, acoustic = inputs
        if self.joint_length:
            visual, acoustic = joint_unit_norm(visual, acoustic)
        else:
            visual, acoustic = unit_norm(visual), unit_norm(acoustic)
        return self.visual_tower(visual), self.acoustic_tower(acoustic)

    def classify(self, embedding):
        """Label probabilities of either kind of embedding: (B, 250) -> (B, K)."""
        # Lower precision would lose the ε in the logarithms.
        return ops.sigmoid(ops.cast(self.classifier(embedding), "float32"))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        visual, acoustic = y_pred
        cosine = ops.sum(visual * acoustic, axis=-1)
        pairing = ops.mean(mispairing_loss(cosine, y["negative"], self.margin))
        # As long as λ is 0 the classifier, a fifth of the arithmetic, is left alone.
        labelling = ops.cond(
            self.optimizer.iterations >= self.label_start,
            lambda: self._labelling(visual, acoustic, y),
            lambda: 0.0 * pairing,
        )
        self.pairing.update_state(pairing)
        self.labelling.update_state(labelling)
        return pairing + self.label_weight * labelling + sum(self.losses)

    def _labelling(self, visual, acoustic, y):
        return label_penalty(
            label_cross_entropy(self.classify(visual), y["visual_labels"]),
            label_cross_entropy(self.classify(acoustic), y["acoustic_labels"]),
        )

    def get_config(self):
        return {**super().get_config(), **self.settings}


def paper_optimizer(learning_rate: float, batch: int) -> keras.optimizers.Optimizer:
    """Adam, its rate × 0.95 every 4 million examples, no gradient longer than one.

    Each variable's gradient is clipped by itself.
    """
    schedule = keras.optimizers.schedules.ExponentialDecay(
        learning_rate, DECAY_EXAMPLES / batch, DECAY, staircase=True
    )
    return keras.optimizers.Adam(schedule, epsilon=1e-8, clipnorm=CLIP_NORM)


class CrossModalEmbedding:
    """Learns from videos' ``visual`` and ``acoustic`` features and ``labels``.

    The paper's code scales a video's two vectors to length one *side by side*,
    also when it evaluates. The two lengths of a video then satisfy
    ‖v‖² + ‖a‖² = 1 exactly, so either tells its partner from nearly all others
    without a look at what is seen or heard, and a silent video could not be
    embedded before its sound is known. ``joint_length=False`` takes that away.

    Parameters
    ----------
    classes : K; labels are numbers 0 ... K - 1
    visual_units, acoustic_units, joint_length, margin, label_weight, label_start,
    weight_decay : see :class:`CrossModalNetwork`; ``label_start`` counts batches
    negatives : probability with which a video is mispaired
    learning_rate, batch : of :func:`paper_optimizer`
    steps : batches to train on, rounded to whole epochs, at least one
    seed : of weights, batches and mispairings

    Attributes
    ----------
    network_ : :class:`CrossModalNetwork`
    history_ : ``epoch`` and means over its batches: ``loss``, ``pairing``, ``labelling``
        (before its weight; 0 as long as λ is)
    """

    def __init__(
        self,
        classes: int = CLASSES,
        *,
        visual_units: Sequence[int] = VISUAL_UNITS,
        acoustic_units: Sequence[int] = ACOUSTIC_UNITS,
        joint_length: bool = True,
        margin: float = 0.2,
        negatives: float = 0.6,
        label_weight: float = 0.02,
        label_start: int = 10_000,
        weight_decay: float = 1e-8,
        learning_rate: float = 1e-4,
        batch: int = 1024,
        steps: int = 24_000,
        seed: int = 0,
    ):
        self.classes = classes
        self.visual_units = visual_units
        self.acoustic_units = acoustic_units
        self.joint_length = joint_length
        self.margin = margin
        self.negatives = negatives
        self.label_weight = label_weight
        self.label_start = label_start
        self.weight_decay = weight_decay
        self.learning_rate = learning_rate
        self.batch = batch
        self.steps = steps
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "CrossModalEmbedding":
        """Train; raises ValueError if a label is none of 0 ... K - 1. ``valid`` is not used."""
        Y = label_matrix(train.index["labels"], self.classes)
        return self._train(train.arrays["visual"], train.arrays["acoustic"], Y)

    def _train(
        self, visual: np.ndarray, acoustic: np.ndarray, Y: scipy.sparse.csr_matrix
    ) -> "CrossModalEmbedding":
        self.network_ = CrossModalNetwork(
            self.classes,
            visual_units=self.visual_units,
            acoustic_units=self.acoustic_units,
            joint_length=self.joint_length,
            margin=self.margin,
            label_weight=self.label_weight,
            label_start=self.label_start,
            weight_decay=self.weight_decay,
            seed=self.seed,
        )
        epoch = steps_per_epoch(len(visual), self.batch)
        epochs = max(1, round(self.steps / epoch))
        optimizer = paper_optimizer(self.learning_rate, self.batch)
        batches = mispaired_batches(
            visual, acoustic, Y, batch=self.batch, probability=self.negatives, seed=self.seed
        )
        history = train_network(self.network_, optimizer, batches, epoch, epochs)
        self.history_ = pd.DataFrame(history).assign(epoch=range(1, epochs + 1))
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """Both embeddings of each video: (N, 250)."""
        return embed_pairs([self.network_], test)

    def save(self, folder: Path) -> None:
        """Write the trained network; see :mod:`tfrepro.models.pair_networks`."""
        save_networks(folder, [self.network_])
