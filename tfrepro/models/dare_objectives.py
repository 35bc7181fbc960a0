"""DARE's three objectives, each a network that computes its loss and shares its weights.

Conventions
-----------
B clips, pairs or videos in a batch, K' concepts. As printed, J1 is a mean over clips, and J2
and J3 are sums. The difference is not undone by Adagrad, which starts from an accumulator of
0.1: the gradient of a mean squared error of a softmax is far below its root, so steps along
it stay small, while J1's are not; D^a then follows the sounds alone. ``reduction`` of J2 and
J3 may be ``sum`` or ``mean``.

Source: DARE, section 4, Eqs. 1, 5 and 8.
"""

import keras
import numpy as np
from keras import ops

from tfrepro.models.venue_network import VenueNetwork, reduced, venue_loss


def transfer_loss(concepts, predicted, taught):
    """J1: ‖(D^a)ᵀ x̃ − ã‖², the mean over clips.

    The paper's first sum, over videos, is zero: it fits the desired representation a^m of a
    video to D^m x^m, and nothing else says what a^m is at test time.

    Parameters
    ----------
    concepts : ã, (B, K') 1 for each concept that a clip has, else 0
    predicted : (D^a)ᵀ x̃, (B, K')
    taught : (K',) 1 for each concept that is learned from the clips, else 0
    """
    return ops.mean(ops.sum(taught * ops.square(concepts - predicted), axis=-1))


def similarity_loss(gamma, products):
    """J2: −log σ(γ_ij a_i·a_j) of each pair, (B,).

    Parameters
    ----------
    gamma : (B,) +1 for two videos of one class, else -1
    products : (B,) a_i·a_j
    """
    return ops.softplus(-gamma * products)


@keras.saving.register_keras_serializable("tfrepro")
class SoundTransfer(keras.Model):
    """J1. Inputs x̃ : (B, D_a), targets ã : (B, K')."""

    def __init__(self, mapping: keras.layers.Layer, taught: np.ndarray):
        super().__init__()
        self.mapping = mapping
        self.taught = ops.convert_to_tensor(np.asarray(taught, np.float32))
        self.built = True

    def call(self, inputs):
        return ops.cast(self.mapping(inputs), "float32")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return transfer_loss(y, y_pred, self.taught)


class VenueSimilarity(keras.Model):
    """J2. Inputs of :meth:`pair_inputs`, targets γ : (B,)."""

    def __init__(self, network: VenueNetwork, reduction: str):
        # In half precision the products of unmapped modalities would be rounded, or overflow.
        super().__init__(autocast=False)
        self.mappings = network.mappings
        self.reduction = reduction
        self.built = True

    def call(self, inputs):
        products = inputs["still"]
        for name, mapping in self.mappings.items():
            left, right = mapping(inputs[f"{name}_left"]), mapping(inputs[f"{name}_right"])
            products += ops.sum(ops.cast(left, "float32") * ops.cast(right, "float32"), axis=-1)
        return products

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return reduced(similarity_loss(y, y_pred), self.reduction)

    def pair_inputs(self, left: dict, right: dict) -> dict[str, np.ndarray]:
        """Inputs for the pairs of ``left`` and ``right``, modality -> (B, D).

        The part of a_i·a_j from modalities that are not mapped is no function of the weights:
        ``still`` : (B,).
        """
        alike = [name for name in left if name not in self.mappings]
        still = sum(np.einsum("bd,bd->b", left[name], right[name]) for name in alike)
        inputs = {"still": np.broadcast_to(np.float32(still), len(next(iter(left.values()))))}
        for name in self.mappings:
            inputs |= {f"{name}_left": left[name], f"{name}_right": right[name]}
        return inputs


class VenueEstimation(keras.Model):
    """J3. Inputs x^m, targets class numbers : (B,)."""

    def __init__(self, network: VenueNetwork, loss: str, reduction: str):
        super().__init__()
        self.network = network
        self.kind = loss
        self.reduction = reduction
        self.built = True

    def call(self, inputs, training=False):
        return self.network(inputs, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return reduced(venue_loss(self.kind, y, y_pred), self.reduction)


class JointObjective(keras.Model):
    """J = J1 + J2 + J3 in one step, of those objectives that there are.

    Inputs and targets are name -> inputs and targets of the objective ``name``.
    """

    def __init__(self, objectives: dict[str, keras.Model]):
        super().__init__()
        self.objectives = objectives
        self.built = True

    def call(self, inputs, training=False):
        outputs = {}
        for name, objective in self.objectives.items():
            # Only the estimation knows of dropout.
            how = {"training": training} if isinstance(objective, VenueEstimation) else {}
            outputs[name] = objective(inputs[name], **how)
        return outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return sum(
            objective.compute_loss(y=y[name], y_pred=y_pred[name])
            for name, objective in self.objectives.items()
        )
