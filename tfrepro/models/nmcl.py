"""NMCL: each modality as a host takes what is consistent, and what is new, from its guests.

For every host m the cooperative net splits h and g, its guests side by side, into consistent and
complementary parts and makes x̂^m = [α_h, β̃, α_g] of them; the attention net answers with
softmax_k(z_k · θ_k^m). The answers' mean is the result. The loss is its cross entropy and, for
each host, the divergence of the classes by the host's and the guests' consistent part.

With a visual vector of 2,048, an acoustic of 200 and a textual of 100 numbers, x̂ has 2,604 for
every host.

Conventions
-----------
B videos in a batch, hosts m, D_h of a host and D_g of its guests, K classes; see
:mod:`tfrepro.layers.cooperation` and :mod:`tfrepro.layers.class_attention`.

Source: Y. Wei et al., Neural Multimodal Cooperative Learning Towards Micro-video Understanding,
section 3. What is not as printed: the divergence, see
:func:`~tfrepro.layers.cooperation.divergence`, and Ω, see :mod:`~tfrepro.layers.class_attention`.
What the paper leaves open: one host alone has an attention net on its features as they are, two
are each other's guest; thresholds start where all features are related alike.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from tfrepro.features.feature_set import FeatureSet
from tfrepro.layers.class_attention import ClassAttention, class_logits
from tfrepro.layers.cooperation import (
    DIVERGENCES,
    Cooperation,
    EnhancedConsistency,
    Parts,
    augmented,
    divergence,
)
from tfrepro.layers.towers import glorot
from tfrepro.models.early_fusion import one_of
from tfrepro.models.fusion_baselines import UNITS, FusionClassifier, FusionNetwork, layer_seed

VARIANTS = (None, 1, 2, 3, 4)
CONSISTENT, COMPLEMENTARY = "consistent", "complementary"


class NmclNetwork(FusionNetwork):
    """The log probabilities of NMCL's answers, or of a variant's.

    Parameters
    ----------
    variant, units, divergence, divergence_weight, shared_vectors, dropout, seed : see
        :class:`Nmcl`
    cooperation, attention : arguments of :class:`~tfrepro.layers.cooperation.Cooperation` and of
        :class:`~tfrepro.layers.class_attention.ClassAttention`
    """

    def __init__(
        self,
        dimensions: Mapping[str, int],
        classes: int,
        *,
        variant: int | None,
        units: int,
        divergence: str,
        divergence_weight: float,
        shared_vectors: bool,
        dropout: float,
        seed: int,
        cooperation: Mapping[str, Any],
        attention: Mapping[str, Any],
    ):
        super().__init__(dimensions)
        self.variant = variant
        self.divergence = divergence
        self.divergence_weight = divergence_weight
        self.hosts = tuple(dimensions) if len(dimensions) > 1 else ()
        self.answers = self._answers()
        self.cooperations, self.heads, self.enhancements = {}, {}, {}
        for name in self.hosts:
            self.cooperations[name] = Cooperation(
                **cooperation, seed=layer_seed(seed, name), name=f"{name}_cooperation"
            )
        for name in self.hosts if divergence_weight else ():
            # U of Eq. 12; lower precision would round the divergence away.
            self.heads[name] = {
                side: keras.layers.Dense(
                    classes,
                    kernel_initializer=glorot(layer_seed(seed, name, 1), number),
                    dtype="float32",
                    name=f"{name}_{side}_head",
                )
                for number, side in enumerate(("host", "guest"))
            }
        for name in self._enhanced():
            self.enhancements[name] = EnhancedConsistency(
                units,
                dropout,
                seed=10 * layer_seed(seed, _modality(name), 2),
                name=f"{name}_enhancement",
            )
        self.attentions, self.vectors = {}, {}
        for name in self.answers:
            of_one = layer_seed(seed, _modality(name), 4 if name == COMPLEMENTARY else 3)
            self.attentions[name] = ClassAttention(
                classes,
                units,
                **attention,
                dropout=dropout,
                seed=of_one,
                name=f"{name}_attention",
            )
            if not shared_vectors:
                self.vectors[name] = self._class_vectors(classes, units, of_one, name)
        if shared_vectors:
            one = self._class_vectors(classes, units, layer_seed(seed), "shared")
            self.vectors = dict.fromkeys(self.answers, one)

    def _class_vectors(self, classes: int, units: int, seed: int, name: str):
        """z : (K, H)."""
        return self.add_weight(
            name=f"{name}_vectors", shape=(classes, units), initializer=glorot(seed, 10)
        )

    def _answers(self) -> tuple[str, ...]:
        if not self.hosts:
            return tuple(self.dimensions)
        of_variants = {3: (CONSISTENT, *self.hosts), 4: (CONSISTENT, COMPLEMENTARY)}
        return of_variants.get(self.variant, self.hosts)

    def _enhanced(self) -> tuple[str, ...]:
        """What there is a β̃ for."""
        if not self.hosts or self.variant in (1, 4):
            return ()
        return (CONSISTENT,) if self.variant == 3 else self.hosts

    def logits(self, inputs, training):
        vectors = self._represent(inputs, training)
        return {
            name: class_logits(
                *self.attentions[name](vectors[name], training=training), self.vectors[name]
            )
            for name in self.answers
        }

    def take_apart(self, inputs: Mapping) -> dict[str, Parts]:
        """What every host has alone, and in common with its guests."""
        parts = {}
        for name in self.hosts:
            guests = [inputs[guest] for guest in self.hosts if guest != name]
            parts[name] = self.cooperations[name](inputs[name], ops.concatenate(guests, axis=1))
        return parts

    def _represent(self, inputs: Mapping, training: bool) -> dict:
        """What each answer is made from: its name -> (B, F)."""
        if not self.hosts:
            return inputs
        parts = self.take_apart(inputs)
        if self.heads:
            self.add_loss(self.divergence_weight * self._disagreement(parts))
        if self.variant == 3:
            consistent = self.enhancements[CONSISTENT](
                [of_one.beta_host for of_one in parts.values()], training=training
            )
            alone = {name: of_one.alpha_host for name, of_one in parts.items()}
            return {CONSISTENT: consistent, **alone}
        if self.variant == 4:
            pairs = parts.values()
            alpha = [part for one in pairs for part in (one.alpha_host, one.alpha_guest)]
            beta = [part for one in pairs for part in (one.beta_host, one.beta_guest)]
            return {
                CONSISTENT: ops.concatenate(beta, axis=1),
                COMPLEMENTARY: ops.concatenate(alpha, axis=1),
            }
        if self.variant == 1:
            return {name: augmented(one, one.beta_host) for name, one in parts.items()}
        enhanced = {
            name: self.enhancements[name]([one.beta_host, one.beta_guest], training=training)
            for name, one in parts.items()
        }
        if self.variant == 2:
            return enhanced
        return {name: augmented(one, enhanced[name]) for name, one in parts.items()}

    def _disagreement(self, parts: Mapping[str, Parts]):
        """The mean divergence of a video, summed over hosts, Eq. 14: ()."""
        of_hosts = []
        for name, one in parts.items():
            log_p, log_q = (
                ops.log_softmax(self.heads[name][side](beta), axis=-1)
                for side, beta in (("host", one.beta_host), ("guest", one.beta_guest))
            )
            of_hosts.append(ops.mean(divergence(log_p, log_q, self.divergence)))
        return sum(of_hosts[1:], of_hosts[0])


def _modality(answer: str) -> str | None:
    """The modality that an answer is of, None for those of all."""
    return None if answer in (CONSISTENT, COMPLEMENTARY) else answer


class Nmcl(FusionClassifier):
    """A method of the registry.

    Parameters
    ----------
    variant : None for NMCL, or one of Table 5's variants.
        1: no β̃, x̂ = [α_h, β_h, α_g]; β_g has its part in the divergence alone.
        2: x̂ = β̃.
        3: one β̃ of all β_h; it answers, and so does each host's α_h.
        4: all β side by side answer, and so do all α, those of hosts and of guests.
    units : of β̃ and of each class's representation
    gate, normalisation, complement, hidden : of the cooperative nets, see
        :class:`~tfrepro.layers.cooperation.Cooperation`
    divergence : ``kl`` or ``jeffreys``
    divergence_weight : what it counts for beside the cross entropy; 0 leaves it out
    shared_vectors : whether all answers have the same z, as printed
    attend, initial, batchwise, at_once : of the attention nets, see
        :class:`~tfrepro.layers.class_attention.ClassAttention`
    training : arguments of :class:`~tfrepro.models.fusion_baselines.FusionClassifier`

    With one modality there is an attention net on its features alone, in every variant.
    """

    def __init__(
        self,
        *,
        variant: int | None = None,
        units: int = UNITS,
        gate: str = "learned",
        normalisation: str = "softmax",
        complement: str = "printed",
        hidden: int = 0,
        divergence: str = "kl",
        divergence_weight: float = 1.0,
        shared_vectors: bool = True,
        attend: bool = True,
        initial: str = "ones",
        batchwise: bool = True,
        at_once: int | None = None,
        **training,
    ):
        super().__init__(**training)
        self.variant = variant
        self.units = units
        self.gate = gate
        self.normalisation = normalisation
        self.complement = complement
        self.hidden = hidden
        self.divergence = divergence
        self.divergence_weight = divergence_weight
        self.shared_vectors = shared_vectors
        self.attend = attend
        self.initial = initial
        self.batchwise = batchwise
        self.at_once = at_once

    def make_network(self, dimensions: Mapping[str, int], classes: int) -> NmclNetwork:
        if self.variant not in VARIANTS:
            raise ValueError(f"variant = {self.variant!r}: must be None, 1, 2, 3 or 4")
        one_of("divergence", self.divergence, DIVERGENCES)
        return NmclNetwork(
            dimensions,
            classes,
            variant=self.variant,
            units=self.units,
            divergence=self.divergence,
            divergence_weight=self.divergence_weight,
            shared_vectors=self.shared_vectors,
            dropout=self.dropout,
            seed=self.seed,
            cooperation={
                "gate": self.gate,
                "normalisation": self.normalisation,
                "complement": self.complement,
                "hidden": self.hidden,
            },
            attention={
                "attend": self.attend,
                "initial": self.initial,
                "batchwise": self.batchwise,
                "at_once": self.at_once,
            },
        )

    def relation_scores(self, test: FeatureSet) -> dict[str, np.ndarray]:
        """s_h, how much each feature of a host has to do with its guests: host -> (N, D_h).

        Raises ValueError if there are no scores: of one modality, or with the gate removed.
        """
        network, arrays = self.network_, self._scaled(test)
        if not network.hosts or self.gate == "removed":
            raise ValueError("no relation scores: they need a guest, and a gate")
        blocks = {name: [] for name in network.hosts}
        for start in range(0, max(len(test), 1), self.batch):
            rows = slice(start, start + self.batch)
            parts = network.take_apart({name: array[rows] for name, array in arrays.items()})
            for name, one in parts.items():
                blocks[name].append(ops.convert_to_numpy(one.scores_host))
        return {name: np.concatenate(of_host) for name, of_host in blocks.items()}

    @property
    def attention_(self) -> dict[str, np.ndarray]:
        """Ω, what each class makes of each feature of x̂: answer -> (F, K).

        The first D_h rows belong to the host's own features, but in variant 2, whose x̂ has none
        of them, and in those answers of 3 and 4 that are of no host. Raises ValueError if there
        is no attention.
        """
        if not self.attend:
            raise ValueError("attend = False: there are no attention scores")
        nets = self.network_.attentions
        return {name: ops.convert_to_numpy(nets[name].scores) for name in self.answers_}
