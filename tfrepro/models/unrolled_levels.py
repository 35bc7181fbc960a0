"""Networks trained by back-propagation, with the time scales of a multimodal belief network.

Both are used as :class:`tfrepro.models.dbn.MultimodalDbn` is: ``fit`` on segments, then
``fit_level`` on deep representations of n adjacent ones, side by side, (M, n H_v) and (M, n H_a).
Besides, they put one modality back from the other.

Source: musicvideo, sections 3.1 to 3.3; J. Ngiam et al., ICML 2011, section 3.3.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tfrepro.models.autoencoder import apply_in_batches
from tfrepro.models.bimodal_autoencoder import BimodalAutoencoder
from tfrepro.models.dbn import MultimodalDbn, SharedRepresentation, side_by_side
from tfrepro.models.rbm import RbmSettings
from tfrepro.models.unrolled_dbn import LayerWeights, UnrolledDbn, UnrolledModel


class Shared(Protocol):
    """What makes one representation of two deep ones."""

    def shared(self, visual: np.ndarray, acoustic: np.ndarray) -> np.ndarray:
        """(M, n H_v), (M, n H_a) -> (M, H)."""
        ...


class UnrolledLevels:
    """What both kinds have in common.

    Attributes
    ----------
    model_ : of the segments
    levels_ : n > 1 -> what makes the level's shared representation
    """

    model_: UnrolledModel
    levels_: dict[int, Shared]

    def deep(self, modality: str, X: np.ndarray) -> np.ndarray:
        """The deep representation of a modality's features: (N, D_m) -> (N, H_m)."""
        return self.model_.deep(modality, X)

    def shared_of(self, level: int, visual: np.ndarray, acoustic: np.ndarray) -> np.ndarray:
        """The shared representation of a level's deep ones: (M, n H_v), (M, n H_a) -> (M, H)."""
        if level == 1:
            return apply_in_batches(self.model_.network_.fuse, side_by_side(visual, acoustic))
        return self.levels_[level].shared(visual, acoustic)

    def reconstruct(self, query: str, X: np.ndarray) -> np.ndarray:
        """The features of the other modality: (N, D_query) -> (N, D_other)."""
        return self.model_.reconstruct(query, X)


class TunedDbn(UnrolledLevels):
    """A belief network whose stacks and first shared machine are fine-tuned together.

    The machines of longer time scales learn from the deep representations after that.

    Parameters
    ----------
    visual, acoustic, shared : of :class:`tfrepro.models.dbn.MultimodalDbn`
    tuning : ``missing``, ``learning_rate``, ``batch`` and ``epochs`` of
        :class:`tfrepro.models.unrolled_dbn.UnrolledDbn`
    seed : of everything

    Attributes
    ----------
    history_ : of the machines, and of the fine-tuning as ``layer`` ``all``
    """

    def __init__(
        self,
        visual: Sequence[RbmSettings],
        acoustic: Sequence[RbmSettings],
        shared: RbmSettings,
        tuning: Mapping[str, Any],
        seed: int = 0,
    ):
        self.visual = visual
        self.acoustic = acoustic
        self.shared_settings = shared
        self.tuning = tuning
        self.seed = seed

    def fit(self, X_v: np.ndarray, X_a: np.ndarray) -> "TunedDbn":
        """Train on standardised features (N, D_v) and (N, D_a); row i of both is one segment."""
        dbn = MultimodalDbn(self.visual, self.acoustic, self.shared_settings, self.seed)
        dbn.fit(X_v, X_a)
        stacks = {
            name: [LayerWeights.of(machine.rbm_) for machine in stack.machines_]
            for name, stack in dbn.stacks_.items()
        }
        top = LayerWeights.of(dbn.levels_[1].machine_.rbm_)
        self.model_ = UnrolledDbn(stacks, top, **self.tuning, seed=self.seed).fit(X_v, X_a)
        self.levels_ = {}
        tuned = self.model_.history_.assign(layer="all")
        self.history_ = pd.concat([dbn.history_, tuned], ignore_index=True)
        return self

    def fit_level(self, level: int, visual: np.ndarray, acoustic: np.ndarray) -> "TunedDbn":
        """Train the shared machine of a level upon (M, n H_v) and (M, n H_a)."""
        made = SharedRepresentation(self.shared_settings, 100 * self.seed + 20 + level)
        self.levels_[level] = made.fit(visual, acoustic)
        return self


class MultimodalAutoencoder(UnrolledLevels):
    """Stacked autoencoders of both modalities, and a shared layer for each level.

    Parameters
    ----------
    visual, acoustic, shared : sizes of :class:`tfrepro.models.bimodal_autoencoder
        .BimodalAutoencoder`; the shared layer of every level has one size
    training : its keyword arguments, of every level
    seed : of everything; no two levels have the same

    Attributes
    ----------
    history_ : of the segments' network
    """

    def __init__(
        self,
        visual: Sequence[int],
        acoustic: Sequence[int],
        shared: int,
        training: Mapping[str, Any],
        seed: int = 0,
    ):
        self.visual = visual
        self.acoustic = acoustic
        self.shared_size = shared
        self.training = training
        self.seed = seed

    def fit(self, X_v: np.ndarray, X_a: np.ndarray) -> "MultimodalAutoencoder":
        """Train on standardised features (N, D_v) and (N, D_a); row i of both is one segment."""
        self.model_ = self._make(1, self.visual, self.acoustic).fit(X_v, X_a)
        self.levels_ = {}
        self.history_ = self.model_.history_
        return self

    def fit_level(
        self, level: int, visual: np.ndarray, acoustic: np.ndarray
    ) -> "MultimodalAutoencoder":
        """Train the shared layer of a level upon (M, n H_v) and (M, n H_a)."""
        made = self._make(level, (), (), visible="bernoulli")
        self.levels_[level] = made.fit(visual, acoustic)
        return self

    def _make(
        self, level: int, visual: Sequence[int], acoustic: Sequence[int], **how: Any
    ) -> BimodalAutoencoder:
        return BimodalAutoencoder(
            visual,
            acoustic,
            self.shared_size,
            **self.training,
            **how,
            seed=100 * self.seed + level,
        )
