"""AlexNet_L: the modalities side by side, L hidden layers, a softmax.

What DARE's network and this one share is here: scaled inputs, batches from disk, training
that is watched on the validation part.

Source: DARE, section 5.1.2. The loss is not said; DARE's own is taken.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import pandas as pd
from numpy.random import default_rng

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.modalities import choose_modalities
from tfrepro.features.scaling import Scaling
from tfrepro.features.streaming import streamed_batches
from tfrepro.models.dare_objectives import VenueEstimation
from tfrepro.models.early_stopping import BestEpoch, f1_scores
from tfrepro.models.training import compile_network
from tfrepro.models.venue_network import VenueNetwork, answers

BLOCK_ROWS = 256
BUFFER_BLOCKS = 16  # rows of so many blocks are mixed
ACCUMULATED = 0.1  # what Adagrad starts from in the TensorFlow of the paper's time

Arrays = Mapping[str, np.ndarray]


class EarlyFusion:
    """A method of the registry; without hidden layers it is a softmax on the features.

    Parameters
    ----------
    layers, units : L hidden layers of so many units each
    dropout : ρ, of the inputs and of every hidden layer
    loss : ``squared``, of the softmax, or ``cross-entropy``
    reduction : ``sum``, as the paper prints it, or ``mean`` over a batch; Adagrad's accumulator
        starts from 0.1, so this is a matter of rates, see
        :mod:`tfrepro.models.dare_objectives`
    scaling : of each modality, see :class:`~tfrepro.features.scaling.Scaling`
    init_std : deviation of the normal initial weights; None for Glorot's
    learning_rate, batch : of Adagrad
    epochs : at most; the weights of the epoch with the best Micro-F1 on ``valid`` are kept
    patience : epochs without a better one after which training stops; None for all epochs
    seed : of weights, dropout and the order of batches

    Attributes
    ----------
    network_ : :class:`VenueNetwork`
    classes_ : names of the K classes
    history_ : ``epoch``, ``loss``, and of ``valid`` ``micro_f1`` and ``macro_f1``
    """

    def __init__(
        self,
        layers: int = 1,
        units: int = 1024,
        *,
        dropout: float = 0.1,
        loss: str = "squared",
        reduction: str = "sum",
        scaling: str = "unit",
        init_std: float | None = 1.0,
        learning_rate: float = 0.005,
        batch: int = 512,
        epochs: int = 30,
        patience: int | None = None,
        seed: int = 0,
    ):
        self.layers = layers
        self.units = units
        self.dropout = dropout
        self.loss = loss
        self.reduction = reduction
        self.scaling = scaling
        self.init_std = init_std
        self.learning_rate = learning_rate
        self.batch = batch
        self.epochs = epochs
        self.patience = patience
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "EarlyFusion":
        """Train; without ``valid`` the last epoch's weights are kept.

        Raises ValueError for a word that is no setting.
        """
        one_of("loss", self.loss, ("squared", "cross-entropy"))
        one_of("reduction", self.reduction, ("sum", "mean"))
        arrays = {name: train.arrays[name] for name in choose_modalities(train)}
        self.classes_ = train.classes
        self.scaling_ = Scaling(self.scaling).fit(arrays)
        self.network_ = self._network(train, arrays)
        self._train(train, arrays, valid)
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities: (N, K)."""
        return answers(self.network_, self._scaled(test), self.batch)

    def _network(self, train: FeatureSet, arrays: Arrays) -> VenueNetwork:
        network = VenueNetwork(
            {name: array.shape[-1] for name, array in arrays.items()},
            len(train.classes),
            mapped=self._mapped(arrays),
            hidden=[self.units] * self.layers,
            dropout=self.dropout,
            init_std=self.init_std,
            seed=self.seed,
        )
        network.build()
        return network

    def _mapped(self, arrays: Arrays) -> dict[str, int]:
        """Modality -> size of what it is mapped to; the others are taken as they are."""
        return {}

    def _train(self, train: FeatureSet, arrays: Arrays, valid: FeatureSet | None) -> None:
        steps = self._steps(train, arrays)
        best = None
        if valid is not None and len(valid):
            scaled = self._scaled(valid)
            best = BestEpoch(
                lambda: f1_scores(valid.y, answers(self.network_, scaled, self.batch)),
                patience=self.patience,
            )
            best.set_model(self.network_)
        history = []
        for epoch in range(self.epochs):
            logs = self._epoch(steps, arrays, train.y, default_rng([self.seed, 2, epoch]))
            history.append({"epoch": epoch + 1, **logs})
            if best:
                best.on_epoch_end(epoch, logs)
                if best.stopped:
                    break
        if best:
            best.on_train_end()
        self.history_ = pd.DataFrame(best.history_ if best else history)

    def _steps(self, train: FeatureSet, arrays: Arrays) -> "Steps":
        """What is done for each batch of videos."""
        return Steps([("loss", self._compiled(self._estimation()), None)])

    def _estimation(self) -> keras.Model:
        return VenueEstimation(self.network_, self.loss, self.reduction)

    def _compiled(self, objective: keras.Model) -> keras.Model:
        optimizer = keras.optimizers.Adagrad(
            self.learning_rate, initial_accumulator_value=ACCUMULATED
        )
        compile_network(objective, optimizer, steps=1)
        return objective

    def _epoch(self, steps: "Steps", arrays: Arrays, y: np.ndarray, rng) -> dict[str, float]:
        steps.start()
        rows = np.arange(len(y))
        for batch in streamed_batches(
            {**arrays, "": y}, rows, self.batch, BLOCK_ROWS, BUFFER_BLOCKS, rng
        ):
            labels = batch.pop("")
            steps.step({name: self.scaling_(name, X) for name, X in batch.items()}, labels)
        return steps.logs()

    def _scaled(self, features: FeatureSet) -> dict[str, "ScaledRows"]:
        names = self.network_.settings["dimensions"]
        return {name: ScaledRows(name, features.arrays[name], self.scaling_) for name in names}


class Steps:
    """The steps for a batch of videos: one an objective, in their order.

    Parameters
    ----------
    objectives : what its loss is called in the history, compiled network, and what makes the
        network's inputs and targets of a batch of videos and its labels; None for these
    """

    def __init__(self, objectives: Sequence[tuple]):
        self._objectives = objectives

    def start(self) -> None:
        """Losses are means over the batches from here on."""
        for _, objective, _ in self._objectives:
            objective.reset_metrics()

    def step(self, videos: Arrays, labels: np.ndarray) -> None:
        for _, objective, make in self._objectives:
            x, y = make(videos, labels) if make else (videos, labels)
            objective.train_on_batch(x, y)

    def logs(self) -> dict[str, float]:
        """Name -> mean loss since the start; ``loss`` is their sum."""
        logs = {
            name: float(objective.get_metrics_result()["loss"])
            for name, objective, _ in self._objectives
        }
        return {"loss": sum(logs.values()), **{k: v for k, v in logs.items() if k != "loss"}}


class ScaledRows:
    """A modality of a feature set, scaled where it is read: rows by slices."""

    def __init__(self, name: str, array: np.ndarray, scaling: Scaling):
        self._name, self._array, self._scaling = name, array, scaling

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, rows: slice) -> np.ndarray:
        return self._scaling(self._name, np.asarray(self._array[rows]))


def one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    """Raise ValueError unless ``value`` of the setting ``name`` is allowed."""
    if value not in allowed:
        raise ValueError(f"{name} = {value!r}: must be {' or '.join(allowed)}")
