"""What a modality, the host, has in common with the others, its guests, and what it has alone.

Conventions
-----------
B videos in a batch. h : (B, D_h) of the host, g : (B, D_g) of its guests, side by side. Either is
o. s_o : (B, D_o) relation scores of its features, ξ_o a threshold of them; γ_o and δ_o weigh what
is consistent, β_o = o ⊗ γ_o, and what is complementary, α_o = o ⊗ δ_o. A host is represented by
[α_h, β̃, α_g] with β̃ = ReLU(W_β [β_h, β_g]).

As printed, scores are a softmax over up to 2,248 features, so about 1/D_o each. Then 50 (s − ξ) is
about 0, γ about s / 2, and δ about 1: hardly anything is consistent, and the complementary
parts are the features as they are. The other normalisations of the scores give the gate room to
open and close.

Source: NMCL, section 3.2, Eqs. 4 to 13.
"""

from typing import NamedTuple

import keras
from keras import ops

from tfrepro.layers.split_dense import SplitDense

STEEPNESS = 50.0  # w
NORMALISATIONS = ("softmax", "scaled-softmax", "sigmoid")
COMPLEMENTS = ("printed", "smooth")
GATES = ("learned", "frozen", "removed")
DIVERGENCES = ("kl", "jeffreys")


def normalised(scores, normalisation: str):
    """Relation scores of what the score layer gives: (B, D) -> (B, D).

    Parameters
    ----------
    normalisation : ``softmax``, whose mean is 1/D; ``scaled-softmax``, D times that, whose mean
        is 1; or ``sigmoid``, each feature by itself, in (0, 1)
    """
    if normalisation == "sigmoid":
        return ops.sigmoid(scores)
    share = ops.softmax(scores, axis=-1)
    return share if normalisation == "softmax" else share * scores.shape[-1]


def neutral_threshold(size: int, normalisation: str) -> float:
    """The score of each of ``size`` features when all are related alike; ξ starts there."""
    return {"softmax": 1 / size, "scaled-softmax": 1.0, "sigmoid": 0.5}[normalisation]


def gate_weights(scores, threshold, complement: str):
    """γ and δ of relation scores: (B, D) each.

    Parameters
    ----------
    scores : s, (B, D)
    threshold : ξ
    complement : ``printed``, δ = 1 − γ (Eq. 8), negative where s is above 1; or ``smooth``,
        δ = (1 − s) (1 − σ(w (s − ξ))), which is Eq. 7 with a sigmoid for its step
    """
    above = ops.sigmoid(STEEPNESS * (scores - threshold))
    consistent = scores * above
    if complement == "printed":
        return consistent, 1 - consistent
    return consistent, (1 - scores) * (1 - above)


def divergence(log_p, log_q, kind: str):
    """How far the distributions of two consistent parts are apart: (B, K), (B, K) -> (B,).

    Parameters
    ----------
    log_p, log_q : log probabilities by the host's and by the guests' part
    kind : ``kl``, Σ_k p (log p − log q); or ``jeffreys``, that and the reverse

    Neither is ever below 0. Eq. 13 prints Σ_k q log p − p log q instead, which is no divergence
    and has no lower bound.
    """
    p = ops.exp(log_p)
    weight = p if kind == "kl" else p - ops.exp(log_q)
    return ops.sum(weight * (log_p - log_q), axis=-1)


class Parts(NamedTuple):
    """What :class:`Cooperation` takes a host and its guests apart into.

    Attributes
    ----------
    alpha_host, beta_host, scores_host : α_h, β_h, s_h, (B, D_h)
    alpha_guest, beta_guest, scores_guest : α_g, β_g, s_g, (B, D_g)
    """

    alpha_host: object
    beta_host: object
    scores_host: object
    alpha_guest: object
    beta_guest: object
    scores_guest: object


@keras.saving.register_keras_serializable("tfrepro")
class RelationGate(keras.layers.Layer):
    """α, β and s of features, from these and the other side's: three times (B, D_o).

    Parameters
    ----------
    normalisation : of the scores, see :func:`normalised`
    complement : see :func:`gate_weights`
    hidden : units of a ReLU layer before the scores; 0 for none, as in Eq. 4. The paper's text
        has one of 256
    seed : of the weights, Glorot uniform
    """

    def __init__(
        self,
        normalisation: str = "softmax",
        complement: str = "printed",
        hidden: int = 0,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        _one_of("normalisation", normalisation, NORMALISATIONS)
        _one_of("complement", complement, COMPLEMENTS)
        self.normalisation = normalisation
        self.complement = complement
        self.hidden = hidden
        self.seed = seed
        self.hidden_layer = SplitDense(
            hidden, seed=seed + 1, name="hidden", trainable=self.trainable
        )

    def build(self, shape, other_shape):
        size, inputs = shape[-1], [shape, other_shape]
        if self.hidden:
            self.hidden_layer.build(inputs)
            inputs = [(None, self.hidden)]
        self.score_layer = SplitDense(size, seed=self.seed, name="scores", trainable=self.trainable)
        self.score_layer.build(inputs)
        self.threshold = self.add_weight(
            name="threshold",
            shape=(),
            initializer=keras.initializers.Constant(neutral_threshold(size, self.normalisation)),
            dtype="float32",
            autocast=False,
            trainable=self.trainable,
        )
        self.built = True

    def call(self, x, other):
        inputs = [x, other]
        if self.hidden:
            inputs = [ops.relu(self.hidden_layer(inputs))]
        # Lower precision would not tell δ from 1.
        s = normalised(ops.cast(self.score_layer(inputs), "float32"), self.normalisation)
        consistent, complementary = gate_weights(s, self.threshold, self.complement)
        return x * ops.cast(complementary, x.dtype), x * ops.cast(consistent, x.dtype), s

    def get_config(self):
        return {
            **super().get_config(),
            "normalisation": self.normalisation,
            "complement": self.complement,
            "hidden": self.hidden,
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable("tfrepro")
class Cooperation(keras.layers.Layer):
    """A host and its guests, taken apart: (B, D_h), (B, D_g) -> :class:`Parts`.

    Parameters
    ----------
    gate : ``learned``; ``frozen``, whose scores and thresholds stay as they start; or
        ``removed``, γ = δ = 1, without scores: both parts of all features are the features
    normalisation, complement, hidden : see :class:`RelationGate`
    seed : of the weights
    """

    def __init__(
        self,
        gate: str = "learned",
        normalisation: str = "softmax",
        complement: str = "printed",
        hidden: int = 0,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        _one_of("gate", gate, GATES)
        self.gate = gate
        self.normalisation = normalisation
        self.complement = complement
        self.hidden = hidden
        self.seed = seed
        self.gates = []
        if gate != "removed":
            self.gates = [
                RelationGate(
                    normalisation,
                    complement,
                    hidden,
                    seed=10 * seed + 2 * number,
                    name=side,
                    trainable=gate == "learned",
                )
                for number, side in enumerate(("host", "guest"))
            ]

    def build(self, host_shape, guest_shape):
        shapes = (host_shape, guest_shape)
        for gate, order in zip(self.gates, (shapes, shapes[::-1]), strict=False):
            gate.build(*order)
        self.built = True

    def call(self, host, guest):
        if not self.gates:
            return Parts(host, host, None, guest, guest, None)
        of_host, of_guest = self.gates
        return Parts(*of_host(host, guest), *of_guest(guest, host))

    def get_config(self):
        return {
            **super().get_config(),
            "gate": self.gate,
            "normalisation": self.normalisation,
            "complement": self.complement,
            "hidden": self.hidden,
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable("tfrepro")
class EnhancedConsistency(keras.layers.Layer):
    """β̃ = ReLU(W [β_1, β_2, ...]): several (B, D) -> (B, H).

    Parameters
    ----------
    units : H
    dropout : of β̃, in [0, 1)
    seed : of the weights and the dropout

    Source: NMCL, Eq. 10.
    """

    def __init__(self, units: int = 256, dropout: float = 0.0, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dropout = dropout
        self.seed = seed
        self.dense = SplitDense(units, seed=seed, name="dense")
        self.dropping = keras.layers.Dropout(dropout, seed=seed)

    def build(self, input_shape):
        self.dense.build(input_shape)
        self.built = True

    def call(self, parts, training: bool = False):
        return self.dropping(ops.relu(self.dense(parts)), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "dropout": self.dropout,
            "seed": self.seed,
        }


def augmented(parts: Parts, consistent):
    """x̂ = [α_h, β̃, α_g], Eq. 11: (B, D_h + H + D_g)."""
    return ops.concatenate([parts.alpha_host, consistent, parts.alpha_guest], axis=1)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} = {value!r}: must be one of {', '.join(allowed)}")
