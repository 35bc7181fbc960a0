"""Training restricted Boltzmann machines by contrastive divergence.

The free energy F says how likely a row is, -log p(v) = F(v) + log Z. With k steps of Gibbs
sampling from a row v⁰ to a reconstruction vᵏ, contrastive divergence follows the gradient of

    mean F(v⁰) - mean F(vᵏ),   vᵏ held fixed,

which is -(⟨v h⟩ of the data - ⟨v h⟩ of the reconstructions) for the weights, the hidden units
counted as probabilities in both. So each backend's own differentiation makes the update.

What is sampled: the hidden units that a reconstruction is made from, which are thus binary, one
bit of information at most. Not sampled: the last hidden units of the chain, which would add noise
only, and the reconstructions, unless ``sample_visibles`` asks for the unbiased chain.

Source: musicvideo, section 3.1; G. Hinton, A practical guide to training restricted Boltzmann
machines, 2010 (sections 3, 9, 10, 11); schedules, sparsity and step-up after N. Srivastava and
R. Salakhutdinov, ICML 2012 workshop, and the settings of their published code.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from keras import ops

from tfrepro.errors import UserError
from tfrepro.layers.rbm import BernoulliRbm, GaussianRbm, Rbm
from tfrepro.models.autoencoder import apply_in_batches
from tfrepro.models.batches import shuffled_batches, steps_per_epoch
from tfrepro.models.layer_recycling import compiled
from tfrepro.models.training import _feed

KINDS = {"gaussian": GaussianRbm, "bernoulli": BernoulliRbm}
SPARSITY_DAMPING = 0.9


@dataclass(frozen=True)
class RbmSettings:
    """How large a machine is and how it is trained; t counts updates from 0.

    Parameters
    ----------
    units : H, its hidden units
    learning_rate : ε₀; one to two orders smaller for Gaussian visible units than for binary ones
    steps : updates of the weights
    batch : rows in each
    decay_steps : T of ε = ε₀ / (1 + t / T)
    momentum : before the first and after the last of ``momentum_steps`` updates, between which
        it rises linearly
    weight_decay : λ of the penalty ½ λ‖W‖²; biases are not decayed
    gibbs_steps : k of the first updates
    step_up : (start, every): k grows by one at update ``start`` and every so many after it; it is
        looked up when a report's first update is due
    sample_visibles : whether the chain samples reconstructions, too
    sparsity_target : how active hidden units should be; None for no such pull
    sparsity_cost : its strength
    reports : rows of the history; ``steps`` is a multiple
    """

    units: int
    learning_rate: float
    steps: int
    batch: int = 128
    decay_steps: int = 10_000
    momentum: tuple[float, float] = (0.5, 0.9)
    momentum_steps: int = 10_000
    weight_decay: float = 1e-3
    gibbs_steps: int = 1
    step_up: tuple[int, int] | None = None
    sample_visibles: bool = False
    sparsity_target: float | None = None
    sparsity_cost: float = 0.0
    reports: int = 10

    def __post_init__(self):
        if self.steps < 1 or self.reports < 1 or self.steps % self.reports:
            raise ValueError(
                f"steps = {self.steps}: must be a multiple of reports = {self.reports}"
            )
        if self.gibbs_steps < 1:
            raise ValueError(f"gibbs_steps = {self.gibbs_steps}: must be at least 1")


def learning_rate_schedule(settings: RbmSettings) -> keras.optimizers.schedules.InverseTimeDecay:
    """ε at update t: ε₀ / (1 + t / T)."""
    return keras.optimizers.schedules.InverseTimeDecay(
        settings.learning_rate, settings.decay_steps, decay_rate=1.0
    )


def momentum_at(step, settings: RbmSettings):
    """The momentum at update t, a number or a tensor as ``step`` is."""
    start, end = settings.momentum
    share = ops.minimum(ops.cast(step, "float32") / settings.momentum_steps, 1.0)
    return start + (end - start) * share


def gibbs_steps_at(step: int, settings: RbmSettings) -> int:
    """k at update t."""
    if settings.step_up is None:
        return settings.gibbs_steps
    start, every = settings.step_up
    return settings.gibbs_steps + max(0, (step - start) // every + 1)


class ScheduledMomentum(keras.optimizers.Optimizer):
    """V ← μ V + ∇ + λ W, W ← W - ε V, with a rate ε and a momentum μ that change.

    Only matrices are decayed.
    """

    def __init__(self, settings: RbmSettings):
        super().__init__(learning_rate_schedule(settings), name="scheduled_momentum")
        self.settings = settings

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.velocities = self.add_optimizer_variables(variables, "velocity")

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.velocities[self._get_variable_index(variable)]
        moved = momentum_at(self.iterations, self.settings) * velocity + gradient
        if len(variable.shape) > 1 and self.settings.weight_decay:
            moved = moved + self.settings.weight_decay * variable
        self.assign(velocity, moved)
        self.assign_sub(variable, learning_rate * moved)


class ContrastiveDivergence(keras.Model):
    """Trains a machine on batches of rows: (N, D) -> (N, H), the log odds of its hidden units.

    Attributes
    ----------
    gibbs_steps : k, read when a graph is made
    error : mean squared difference of a visible unit and its first reconstruction
    """

    def __init__(self, rbm: Rbm, settings: RbmSettings, **kwargs):
        super().__init__(**kwargs)
        self.rbm = rbm
        self.settings = settings
        self.gibbs_steps = settings.gibbs_steps
        self.error = keras.metrics.Mean("reconstruction_error")

    def build(self, input_shape):
        self.rbm.build(input_shape)
        if self.settings.sparsity_target is not None:
            self.activity = self.add_weight(
                name="activity", shape=(self.rbm.units,), initializer="zeros", trainable=False
            )
        self.built = True

    def call(self, v):
        return self.rbm.hidden_input(v)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        first, last = self.reconstructions(x, y_pred)
        self.error.update_state(ops.mean(ops.square(x - first)))
        data = self.rbm.free_energy(x, hidden_input=y_pred)
        loss = ops.mean(data) - ops.mean(self.rbm.free_energy(last))
        if self.settings.sparsity_target is None:
            return loss
        return loss + self.sparsity(y_pred)

    def reconstructions(self, v, hidden_input):
        """The first, as it is expected, and the last of the chain that starts at v: (N, D) each."""
        h = self.rbm.sample(ops.sigmoid(ops.stop_gradient(hidden_input)))
        first = self.rbm.visible_mean(h)
        last = self.rbm.sample_visible(h) if self.settings.sample_visibles else first
        for _ in range(self.gibbs_steps - 1):
            last = self.gibbs_step(last)
        return first, ops.stop_gradient(last)

    def gibbs_step(self, v):
        """The next reconstruction: (N, D) -> (N, D)."""
        h = self.rbm.sample_hidden(v)
        if self.settings.sample_visibles:
            return self.rbm.sample_visible(h)
        return self.rbm.visible_mean(h)

    def sparsity(self, hidden_input):
        """What pulls each hidden unit to the target: its gradient is that of cross entropy.

        The log odds of unit j are pushed by cost × (q_j - target), with q_j a running mean of its
        activity: the derivative of -p log q - (1 - p) log(1 - q), for a target p.
        """
        active = ops.mean(ops.sigmoid(ops.stop_gradient(hidden_input)), axis=0)
        self.activity.assign(SPARSITY_DAMPING * self.activity + (1 - SPARSITY_DAMPING) * active)
        excess = ops.stop_gradient(self.activity - self.settings.sparsity_target)
        return self.settings.sparsity_cost * ops.sum(excess * ops.mean(hidden_input, axis=0))


class _Watch(keras.callbacks.Callback):
    """Sets k when a report begins, and notes how training goes when it ends."""

    def __init__(self, X: np.ndarray, valid: np.ndarray | None, settings: RbmSettings, seed: int):
        super().__init__()
        self.settings = settings
        self.span = settings.steps // settings.reports
        self.rows = len(X)
        self.valid = valid
        if valid is not None:
            some = np.random.default_rng(seed).permutation(len(X))[: len(valid)]
            self.sample = X[np.sort(some)]
        self.history_: list[dict[str, float]] = []

    def on_epoch_begin(self, epoch, logs=None):
        k = gibbs_steps_at(epoch * self.span, self.settings)
        if k != self.model.gibbs_steps:
            self.model.gibbs_steps = k
            self.model.make_train_function(force=True)

    def on_epoch_end(self, epoch, logs=None):
        step = (epoch + 1) * self.span
        row = {
            "step": step,
            "epoch": step / steps_per_epoch(self.rows, self.settings.batch),
            "reconstruction_error": logs["reconstruction_error"],
        }
        if self.valid is not None:
            row["free_energy_gap"] = self._gap()
        self.history_.append(row)

    def _gap(self) -> float:
        held_out, seen = (
            apply_in_batches(self.model.rbm.free_energy, rows).mean(dtype=np.float64)
            for rows in (self.valid, self.sample)
        )
        return float(held_out - seen)


class RestrictedBoltzmannMachine:
    """Learns the hidden units of rows ``X : (N, D)``.

    Parameters
    ----------
    visibles : ``gaussian`` for features of mean 0 and deviation 1, ``bernoulli`` for numbers in
        [0, 1]
    settings : its size and training
    seed : of weights, batches and samples

    Attributes
    ----------
    rbm_ : :class:`tfrepro.layers.rbm.Rbm`
    history_ : a row a report: updates so far (``step``), passes over the data so far (``epoch``,
        a fraction), ``reconstruction_error`` (mean square a visible unit, averaged over the
        report's batches) and, with held-out rows, ``free_energy_gap``, nats
    """

    def __init__(self, visibles: str, settings: RbmSettings, seed: int = 0):
        self.visibles = visibles
        self.settings = settings
        self.seed = seed

    def fit(self, X: np.ndarray, valid: np.ndarray | None = None) -> "RestrictedBoltzmannMachine":
        """Train.

        Parameters
        ----------
        X : (N, D), which may lie on disk
        valid : (N', D) held out. The gap is their mean free energy less that of as many rows of X,
            the same all the time: it grows when the machine begins to overfit.

        Raises
        ------
        ValueError
            for an unknown kind, no rows, or values that a Bernoulli machine cannot have
        UserError
            if the weights grow beyond all numbers
        """
        if self.visibles not in KINDS:
            raise ValueError(f"visibles = {self.visibles!r}: must be one of {', '.join(KINDS)}")
        if not len(X) or (valid is not None and not len(valid)):
            raise ValueError("no rows to train upon, or to hold out")
        if self.visibles == "bernoulli" and not (X.min() >= 0 and X.max() <= 1):
            raise ValueError("X: must lie in [0, 1] where visible units are Bernoulli")
        watch = _Watch(X, valid, self.settings, self.seed)
        fresh = ContrastiveDivergence(
            KINDS[self.visibles](self.settings.units, self.seed), self.settings
        )
        fresh.build((None, X.shape[1]))
        network = compiled(
            fresh,
            ScheduledMomentum(self.settings),
            watch.span,
            kind=(self.visibles, self.settings, X.shape[1]),
            owner=self,
        )
        self.rbm_ = network.rbm
        network.fit(
            _feed(_float_batches(X, self.settings.batch, self.seed)),
            steps_per_epoch=watch.span,
            epochs=self.settings.reports,
            shuffle=False,
            verbose=0,
            callbacks=[watch],
        )
        if not np.isfinite(ops.convert_to_numpy(self.rbm_.kernel)).all():
            raise UserError(
                f"learning_rate = {self.settings.learning_rate}: the weights of the "
                f"{self.visibles} machine grew beyond all numbers; use a smaller one"
            )
        self.history_ = pd.DataFrame(watch.history_)
        return self

    def hidden(self, X: np.ndarray) -> np.ndarray:
        """p(h = 1 | v) of rows: (N, D) -> (N, H) float32."""
        return apply_in_batches(self.rbm_, X)

    def visible(self, hidden: np.ndarray) -> np.ndarray:
        """E[v | h] of hidden units or their probabilities: (N, H) -> (N, D) float32."""
        return apply_in_batches(self.rbm_.visible_mean, hidden)


def _float_batches(X: np.ndarray, batch: int, seed: int) -> Iterator[tuple[np.ndarray]]:
    for (rows,) in shuffled_batches(X, batch, seed):
        yield (rows.astype(np.float32, copy=False),)
