"""Not in the paper: two towers trained by telling every other video of a batch apart.

What has come since: the symmetric contrastive loss with a learned temperature
(InfoNCE) in place of one mispaired video at a time, inputs standardised, and,
because there are few videos here, dropout, mixed examples, labels as a second task,
several networks whose cosines are averaged, and a correction for candidates that
answer everything.

Conventions
-----------
N videos, B in a batch, inputs (B, D_v) and (B, D_a), embeddings (B, d) of length one.

Source: A. van den Oord et al., 2018 (InfoNCE); A. Radford et al., ICML 2021 (CLIP:
both directions, learned temperature).
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import ops

from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet
from tfrepro.layers.mixing import mix_with_neighbours
from tfrepro.layers.towers import dropout_tower, glorot
from tfrepro.models.crossmodal import label_cross_entropy
from tfrepro.models.negative_sampling import label_matrix, padded_labels
from tfrepro.models.pair_networks import embed_pairs, save_networks
from tfrepro.models.training import train_network

MOST_SCALE = 100.0
WARM_UP = 0.1
LABEL_SCALE = 8.0
LEAST_VIDEOS = 5


def symmetric_info_nce(visual, acoustic, scale):
    """Cross entropy of finding each row's partner among the batch, both ways: a scalar, nats.

    ½ mean_i [−log softmax_j(s v_i·a_j)_i − log softmax_j(s a_i·v_j)_i]; log B for
    embeddings that know nothing.

    Parameters
    ----------
    visual, acoustic : (B, d) of length one
    scale : s > 0, one over the temperature
    """
    logits = scale * ops.matmul(visual, ops.transpose(acoustic))
    matching = ops.diagonal(logits)
    to_acoustic = ops.logsumexp(logits, axis=1) - matching
    to_visual = ops.logsumexp(logits, axis=0) - matching
    return 0.5 * ops.mean(to_acoustic + to_visual)


@keras.saving.register_keras_serializable("tfrepro")
class ContrastiveNetwork(keras.Model):
    """Embeds image and sound: (B, D_v), (B, D_a) -> (B, d), (B, d).

    Parameters
    ----------
    visual_hidden, acoustic_hidden : sizes of each tower's hidden layers
    dimensions : d
    visual_input_dropout, visual_dropout, acoustic_dropout : in [0, 1)
    mixing : while training, the largest share of a neighbour in an example, in [0, 1/2]
    temperature : that training starts from
    classes : K labels that a classifier, shared by both embeddings, learns to tell
    label_weight : of its cross entropy; 0 for no classifier
    seed : of weights, dropout and mixing
    """

    def __init__(
        self,
        visual_hidden: Sequence[int],
        acoustic_hidden: Sequence[int],
        dimensions: int,
        *,
        visual_input_dropout: float,
        visual_dropout: float,
        acoustic_dropout: float,
        mixing: float,
        temperature: float,
        classes: int = 0,
        label_weight: float = 0.0,
        seed: int,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.settings = {
            "visual_hidden": tuple(visual_hidden),
            "acoustic_hidden": tuple(acoustic_hidden),
            "dimensions": dimensions,
            "visual_input_dropout": visual_input_dropout,
            "visual_dropout": visual_dropout,
            "acoustic_dropout": acoustic_dropout,
            "mixing": mixing,
            "temperature": temperature,
            "classes": classes,
            "label_weight": label_weight,
            "seed": seed,
        }
        self.mixing = mixing
        self.label_weight = label_weight
        self.classifier = None
        if label_weight and classes:
            # Labels are rare: without this start the first steps do nothing but learn it.
            self.classifier = keras.layers.Dense(
                classes,
                kernel_initializer=glorot(2 * seed, 50),
                bias_initializer=keras.initializers.Constant(-5.0),
                name="classifier",
            )
        self.visual_scaling = keras.layers.Normalization(name="visual_scaling")
        self.acoustic_scaling = keras.layers.Normalization(name="acoustic_scaling")
        self.visual_tower = dropout_tower(
            visual_hidden,
            dimensions,
            input_dropout=visual_input_dropout,
            dropout=visual_dropout,
            seed=2 * seed,
            name="visual",
        )
        self.acoustic_tower = dropout_tower(
            acoustic_hidden,
            dimensions,
            input_dropout=0.0,
            dropout=acoustic_dropout,
            seed=2 * seed + 1,
            name="acoustic",
        )
        self._stream = keras.random.SeedGenerator(seed)

    def adapt(self, visual: np.ndarray, acoustic: np.ndarray) -> None:
        """Learn mean and variance of the inputs (N, D_v), (N, D_a) of training videos."""
        self.visual_scaling.adapt(visual)
        self.acoustic_scaling.adapt(acoustic)

    def build(self, input_shape):
        visual, acoustic = input_shape
        for scaling, tower, shape in (
            (self.visual_scaling, self.visual_tower, visual),
            (self.acoustic_scaling, self.acoustic_tower, acoustic),
        ):
            if not scaling.built:
                scaling.build(shape)
            tower.build(shape)
        if self.classifier is not None:
            self.classifier.build((None, self.settings["dimensions"]))
        start = -math.log(self.settings["temperature"])
        self.log_scale = self.add_weight(
            name="log_scale", shape=(), initializer=keras.initializers.Constant(start)
        )
        self.built = True

    def call(self, inputs, training: bool = False):
        visual, acoustic = inputs
        visual, acoustic = self.visual_scaling(visual), self.acoustic_scaling(acoustic)
        if training and self.mixing:
            shape = (ops.shape(visual)[0], 1)
            weight = 1.0 - keras.random.uniform(shape, 0.0, self.mixing, seed=self._stream)
            visual, acoustic = mix_with_neighbours(weight, visual, acoustic)
        return (
            self.visual_tower(visual, training=training),
            self.acoustic_tower(acoustic, training=training),
        )

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        scale = ops.minimum(ops.exp(self.log_scale), MOST_SCALE)
        loss = symmetric_info_nce(*y_pred, scale)
        if self.classifier is None:
            return loss
        # A mixed example has the labels of its larger share.
        return loss + self.label_weight * sum(
            ops.mean(label_cross_entropy(self.classify(embedding), y)) for embedding in y_pred
        )

    def classify(self, embedding):
        """Label probabilities of either kind of embedding: (B, d) -> (B, K)."""
        return ops.sigmoid(ops.cast(self.classifier(LABEL_SCALE * embedding), "float32"))

    def get_config(self):
        return {**super().get_config(), **self.settings}


def warmed_up_optimizer(
    learning_rate: float, weight_decay: float, steps: int
) -> keras.optimizers.Optimizer:
    """AdamW whose rate climbs for a tenth of the steps and then falls along a cosine to 0.

    Only kernels decay.
    """
    warm_up = max(1, round(WARM_UP * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm_up), warmup_target=learning_rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "log_scale"])
    return optimizer


def paired_batches(
    visual: np.ndarray, acoustic: np.ndarray, labels: np.ndarray, batch: int, seed: int
) -> Iterator[tuple[tuple[np.ndarray, np.ndarray], np.ndarray]]:
    """Batches of image, sound and labels in a new order each epoch, without end.

    All are full, since the loss depends on how many others there are: what is
    left over at the end of an epoch is skipped.
    """
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(visual))
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            yield (visual[rows], acoustic[rows]), labels[rows]


def frequent_labels(labels: Sequence[Sequence[int]], least: int) -> tuple[np.ndarray, int]:
    """The labels that enough videos have, numbered anew, as lists.

    Parameters
    ----------
    labels : (N) lists of label numbers
    least : videos that must have a label

    Returns
    -------
    lists : (N, L) as :func:`tfrepro.models.negative_sampling.padded_labels` gives them
    classes : how many labels are left
    """
    most = max((max(row) for row in labels if len(row)), default=0)
    Y = label_matrix(labels, most + 1)
    Y = Y[:, np.flatnonzero(Y.getnnz(axis=0) >= least)].tocsr()
    Y.sort_indices()
    return padded_labels(Y), Y.shape[1]


class ContrastiveEmbedding:
    """Learns from pairs of ``visual`` and ``acoustic`` features, and from ``labels`` if so set.

    Parameters
    ----------
    members : networks, alike but for their seeds, whose cosines are averaged
    learning_rate, weight_decay : of :func:`warmed_up_optimizer`
    batch : B, cut down to the number of training videos
    steps : batches to train on, rounded to whole epochs, at least one
    label_weight : of the labels' cross entropy; labels of fewer than five training videos
        play no part
    hub_scale : of the correction for candidates that answer everything, by the training
        videos, see :meth:`tfrepro.features.embeddings.Embeddings.without_hubs`; 0 for none
    seed : member ``m`` uses ``members * seed + m``
    others : see :class:`ContrastiveNetwork`

    Attributes
    ----------
    networks_ : a :class:`ContrastiveNetwork` for each member
    bank_ : embeddings of the training videos, if candidates are corrected
    history_ : ``member``, ``epoch`` and the epoch's mean ``loss``
    """

    def __init__(
        self,
        *,
        visual_hidden: Sequence[int] = (2048,),
        acoustic_hidden: Sequence[int] = (2048,),
        dimensions: int = 512,
        visual_input_dropout: float = 0.5,
        visual_dropout: float = 0.5,
        acoustic_dropout: float = 0.3,
        mixing: float = 0.5,
        temperature: float = 0.07,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.1,
        batch: int = 1024,
        steps: int = 320,
        members: int = 1,
        label_weight: float = 0.0,
        hub_scale: float = 0.0,
        seed: int = 0,
    ):
        self.visual_hidden = visual_hidden
        self.acoustic_hidden = acoustic_hidden
        self.dimensions = dimensions
        self.visual_input_dropout = visual_input_dropout
        self.visual_dropout = visual_dropout
        self.acoustic_dropout = acoustic_dropout
        self.mixing = mixing
        self.temperature = temperature
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch = batch
        self.steps = steps
        self.members = members
        self.label_weight = label_weight
        self.hub_scale = hub_scale
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "ContrastiveEmbedding":
        """Train every member; ``valid`` is not used."""
        self.networks_, curves = [], []
        for member in range(self.members):
            network, losses = self._train_member(train, self.members * self.seed + member)
            self.networks_.append(network)
            curves += [
                {"member": member + 1, "epoch": epoch, "loss": loss}
                for epoch, loss in enumerate(losses, 1)
            ]
        self.history_ = pd.DataFrame(curves)
        self.bank_ = embed_pairs(self.networks_, train) if self.hub_scale else None
        return self

    def _train_member(self, train: FeatureSet, seed: int) -> tuple[ContrastiveNetwork, list[float]]:
        visual, acoustic = train.arrays["visual"], train.arrays["acoustic"]
        labels, classes = self._labels(train)
        batch = min(self.batch, len(train))
        epoch = len(train) // batch
        epochs = max(1, round(self.steps / epoch))
        network = ContrastiveNetwork(
            self.visual_hidden,
            self.acoustic_hidden,
            self.dimensions,
            visual_input_dropout=self.visual_input_dropout,
            visual_dropout=self.visual_dropout,
            acoustic_dropout=self.acoustic_dropout,
            mixing=self.mixing,
            temperature=self.temperature,
            classes=classes,
            label_weight=self.label_weight,
            seed=seed,
        )
        network.adapt(visual, acoustic)
        optimizer = warmed_up_optimizer(self.learning_rate, self.weight_decay, epoch * epochs)
        batches = paired_batches(visual, acoustic, labels, batch, seed)
        return network, train_network(network, optimizer, batches, epoch, epochs)["loss"]

    def _labels(self, train: FeatureSet) -> tuple[np.ndarray, int]:
        """The labels of the training videos as lists, and K; nothing where they play no part."""
        if not self.label_weight:
            return np.empty((len(train), 0), np.int32), 0
        return frequent_labels(train.index["labels"], LEAST_VIDEOS)

    def embed(self, test: FeatureSet) -> Embeddings:
        """The members' embeddings side by side: (N, members · d), of length one.

        With a correction for hubs there are two dimensions more.
        """
        embeddings = embed_pairs(self.networks_, test)
        if self.bank_ is None:
            return embeddings
        return embeddings.without_hubs(self.bank_, self.hub_scale)

    def save(self, folder: Path) -> None:
        """Write the trained networks; see :mod:`tfrepro.models.pair_networks`."""
        save_networks(folder, self.networks_)
