"""Retrieval of music videos by what a network makes of the other modality.

The network puts back the features of the modality that is asked for, and the candidate with the
nearest features answers best. Features are standardised by the training segments.

The paper does not say how distances are measured. What is put back is a mean of what there may be,
so it varies less than features do. By Euclidean distance the candidates nearest to the mean of all
are then near to every query, and answer all of them; the angle does not know lengths.

Source: musicvideo, sections 3.2.2 and 4.1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from tfrepro.baselines.cross_modal import unit_rows
from tfrepro.baselines.music_video import CcaSpace
from tfrepro.features.embeddings import Direction, Embeddings
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.scaling import Scaling
from tfrepro.models.cross_modal_inference import CrossModalInference
from tfrepro.models.dbn import MODALITIES, DeepBeliefNetwork
from tfrepro.models.music_video_networks import machines_of, make_network

Distance = Literal["angle", "euclidean"]


def by_angle(made: np.ndarray, own: np.ndarray) -> Direction:
    """Vectors of length one, whose dot product is the cosine of the angle; as :func:`nearest`."""
    return Direction(unit_rows(made), unit_rows(own))


def nearest(made: np.ndarray, own: np.ndarray) -> Direction:
    """Vectors whose dot product is 2 m·x - ‖x‖²: a query's nearest candidate has the largest.

    Parameters
    ----------
    made : (N, D) the features m that are expected of each query's answer
    own : (N, D) the features x of each candidate

    Returns
    -------
    (N, D + 1) each
    """
    made, own = (np.asarray(X, np.float32) for X in (made, own))
    squares = np.einsum("nd,nd->n", own, own)[:, None]
    return Direction(
        np.concatenate([2 * made, np.ones_like(squares)], axis=1),
        np.concatenate([own, -squares], axis=1),
    )


DISTANCES: Mapping[Distance, Callable[[np.ndarray, np.ndarray], Direction]] = {
    "angle": by_angle,
    "euclidean": nearest,
}


class ReconstructionSearch:
    """Asks with what a network puts back: an :class:`tfrepro.evaluation.embedder.Embedder`.

    Parameters
    ----------
    kind, network : see :func:`tfrepro.models.music_video_networks.make_network`
    distance : of what is put back and the candidates, by their ``angle`` or ``euclidean``
    seed : of everything

    Attributes
    ----------
    history_ : the network's
    """

    def __init__(
        self, kind: str, network: Mapping[str, Any], distance: Distance = "angle", seed: int = 0
    ):
        self.kind = kind
        self.network = network
        self.distance = distance
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "ReconstructionSearch":
        self.scaling_ = Scaling("standard").fit(train.arrays)
        self.network_ = make_network(self.kind, self.network, self.seed)
        self.network_.fit(*(self._standardised(train, name) for name in MODALITIES))
        self.history_ = self.network_.history_
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """What each modality expects of the other, and the features themselves."""
        V, A = (self._standardised(test, name) for name in MODALITIES)
        measure = DISTANCES[self.distance]
        return Embeddings(
            audio_to_video=measure(self.put_back("acoustic", A), V),
            video_to_audio=measure(self.put_back("visual", V), A),
        )

    def put_back(self, query: str, X: np.ndarray) -> np.ndarray:
        """The features of the other modality, standardised: (N, D_query) -> (N, D_other)."""
        return self.network_.reconstruct(query, X)

    def _standardised(self, features: FeatureSet, modality: str) -> np.ndarray:
        return self.scaling_(modality, features.arrays[modality])


class SharedDbn(ReconstructionSearch):
    """Asks with what a belief network infers through its shared machine.

    Parameters
    ----------
    network : settings of its machines
    inference : ``mean-field``, or ``gibbs`` as in the paper
    steps : of either
    last : Gibbs steps that count
    distance, seed : see :class:`ReconstructionSearch`
    """

    def __init__(
        self,
        network: Mapping[str, Any],
        inference: Literal["mean-field", "gibbs"],
        steps: int,
        last: int = 1,
        distance: Distance = "angle",
        seed: int = 0,
    ):
        super().__init__("dbn", network, distance, seed)
        self.inference = inference
        self.steps = steps
        self.last = last

    def put_back(self, query: str, X: np.ndarray) -> np.ndarray:
        inference = CrossModalInference(
            self.network_, self.inference, self.steps, self.last, self.seed
        )
        return inference.features(query, X)


class DeepCca:
    """Canonical correlation of deep representations.

    Parameters
    ----------
    visual, acoustic : settings of each modality's machines, lowest first
    components, ridge, variance, most : of :class:`tfrepro.baselines.music_video.CcaSpace`
    seed : of everything

    Attributes
    ----------
    history_ : of the machines

    Source: musicvideo, section 4.1, "CCA of deep rep."
    """

    def __init__(
        self,
        visual: Sequence[Mapping[str, Any]],
        acoustic: Sequence[Mapping[str, Any]],
        components: int,
        ridge: float,
        variance: float,
        most: int,
        seed: int = 0,
    ):
        self.visual = visual
        self.acoustic = acoustic
        self.components = components
        self.ridge = ridge
        self.variance = variance
        self.most = most
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "DeepCca":
        self.scaling_ = Scaling("standard").fit(train.arrays)
        self.stacks_, deep, histories = {}, {}, []
        for number, name in enumerate(MODALITIES):
            X = self.scaling_(name, train.arrays[name])
            layers = machines_of(getattr(self, name))
            # The seeds that the stacks of a whole network have.
            stack = DeepBeliefNetwork(layers, 10 * self.seed + number).fit(X)
            self.stacks_[name], deep[name] = stack, stack.deep(X)
            histories.append(
                stack.history_.assign(layer=f"{name} " + stack.history_["layer"].astype(str))
            )
        self.history_ = pd.concat(histories, ignore_index=True)
        # Deep representations have one scale, and units that hardly vary.
        self.space_ = CcaSpace(
            self.components,
            self.ridge,
            self.variance,
            self.most,
            standardise=False,
            seed=self.seed,
        ).fit(deep["visual"], deep["acoustic"])
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """Weighted projections of length one: (N, components)."""
        return Embeddings.in_one_space(*(self._project(test, name) for name in MODALITIES))

    def _project(self, features: FeatureSet, modality: str) -> np.ndarray:
        X = self.scaling_(modality, features.arrays[modality])
        return self.space_.project(modality, self.stacks_[modality].deep(X))
