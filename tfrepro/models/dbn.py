"""Deep belief networks of two modalities, and shared representations on top of them.

Each modality has a stack of restricted Boltzmann machines, the lowest with Gaussian visible units
for its standardised features; the probabilities of one machine's hidden units are what the next
one learns from, and those of the highest are the modality's deep representation. A shared machine
learns from both deep representations side by side. For a longer time scale, the deep
representations of n adjacent segments take the place of one segment's, and a shared machine of
their own is on top of them; the stacks are the same on all levels.

Conventions
-----------
Modalities ``visual`` and ``acoustic``, in this order wherever they are side by side. N segments,
features (N, D_v) and (N, D_a) of mean 0 and deviation 1, deep representations (N, H_v) and
(N, H_a) in (0, 1). On level n a row is M units' n segments in the order of time, (M, n, H) or
(M, n H); a shared machine thus has n (H_v + H_a) visible units. Level 1 is the segments.

Source: musicvideo, sections 3.1 to 3.3; the sizes, which the paper does not give, and the training
follow N. Srivastava and R. Salakhutdinov, ICML 2012 workshop.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tfrepro.models.rbm import RbmSettings, RestrictedBoltzmannMachine

VISUAL = (
    RbmSettings(2048, 1e-3, steps=100_000, sparsity_target=0.2, sparsity_cost=0.1),
    RbmSettings(1024, 0.05, steps=200_000, sparsity_target=0.1, sparsity_cost=0.01),
)
ACOUSTIC = (
    RbmSettings(1024, 1e-3, steps=100_000, sparsity_target=0.2, sparsity_cost=0.1),
    RbmSettings(1024, 0.01, steps=200_000, sparsity_target=0.1, sparsity_cost=0.01),
)
SHARED = RbmSettings(2048, 0.01, steps=200_000, momentum_steps=5_000, weight_decay=1e-4)

MODALITIES = ("visual", "acoustic")


class DeepBeliefNetwork:
    """Stacked machines, each trained on what the one below makes of its rows ``X : (N, D)``.

    Parameters
    ----------
    layers : of each machine, lowest first; that one has Gaussian visible units
    seed : of weights, batches and samples; a machine's is ``10 * seed`` and its depth, 1, 2, ...

    Attributes
    ----------
    machines_ : :class:`RestrictedBoltzmannMachine`, lowest first
    history_ : theirs, one after the other, with their depth as ``layer``
    """

    def __init__(self, layers: Sequence[RbmSettings], seed: int = 0):
        self.layers = layers
        self.seed = seed

    def fit(self, X: np.ndarray, valid: np.ndarray | None = None) -> "DeepBeliefNetwork":
        """Train upon (N, D), and watch on (N', D) where given; raises as a machine does."""
        if not self.layers:
            raise ValueError("layers: must name the settings of one machine at least")
        self.machines_, histories = [], []
        for depth, settings in enumerate(self.layers, 1):
            visibles = "gaussian" if depth == 1 else "bernoulli"
            machine = RestrictedBoltzmannMachine(visibles, settings, 10 * self.seed + depth)
            self.machines_.append(machine.fit(X, valid))
            histories.append(machine.history_.assign(layer=depth))
            if depth < len(self.layers):
                X = machine.hidden(X)
                valid = None if valid is None else machine.hidden(valid)
        self.history_ = pd.concat(histories, ignore_index=True)
        return self

    def deep(self, X: np.ndarray) -> np.ndarray:
        """Probabilities of the highest hidden units: (N, D) -> (N, H) float32."""
        for machine in self.machines_:
            X = machine.hidden(X)
        return X

    def features(self, deep: np.ndarray) -> np.ndarray:
        """The way down again, by expected values: (N, H) -> (N, D) float32."""
        for machine in reversed(self.machines_):
            deep = machine.visible(deep)
        return deep


class SharedRepresentation:
    """A machine on the deep representations of both modalities, of one segment or of several.

    Parameters
    ----------
    settings : of the machine
    seed : of weights, batches and samples

    Attributes
    ----------
    machine_ : :class:`RestrictedBoltzmannMachine`
    blocks_ : modality -> its visible units, a slice
    """

    def __init__(self, settings: RbmSettings, seed: int = 0):
        self.settings = settings
        self.seed = seed

    def fit(
        self,
        visual: np.ndarray,
        acoustic: np.ndarray,
        valid: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> "SharedRepresentation":
        """Train upon deep representations (M, n H_v) and (M, n H_a), or (M, n, H_v) and so on.

        valid : the same of held-out rows

        Raises ValueError if the two have different rows; else as a machine does.
        """
        joined = side_by_side(visual, acoustic)
        edge = int(np.prod(visual.shape[1:]))
        self.blocks_ = {"visual": slice(0, edge), "acoustic": slice(edge, joined.shape[1])}
        self.machine_ = RestrictedBoltzmannMachine("bernoulli", self.settings, self.seed)
        self.machine_.fit(joined, None if valid is None else side_by_side(*valid))
        return self

    def shared(self, visual: np.ndarray, acoustic: np.ndarray) -> np.ndarray:
        """The shared representation of deep ones: (M, H) float32 in (0, 1)."""
        return self.machine_.hidden(side_by_side(visual, acoustic))


class MultimodalDbn:
    """The paper's model: a stack for each modality, and a shared machine for each level.

    Parameters
    ----------
    visual, acoustic : settings of each modality's machines, lowest first
    shared : settings of the shared machine of every level
    seed : of everything; no two machines have the same

    Attributes
    ----------
    stacks_ : modality -> :class:`DeepBeliefNetwork`
    levels_ : n -> :class:`SharedRepresentation`
    """

    def __init__(
        self,
        visual: Sequence[RbmSettings] = VISUAL,
        acoustic: Sequence[RbmSettings] = ACOUSTIC,
        shared: RbmSettings = SHARED,
        seed: int = 0,
    ):
        self.visual = visual
        self.acoustic = acoustic
        self.shared_settings = shared
        self.seed = seed

    def fit(
        self,
        X_v: np.ndarray,
        X_a: np.ndarray,
        valid: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> "MultimodalDbn":
        """Train both stacks and the shared machine of level 1.

        Parameters
        ----------
        X_v, X_a : (N, D_v), (N, D_a) standardised features; row i of both is one segment
        valid : the same of held-out segments, on which training is watched

        Raises
        ------
        ValueError, UserError
            as :class:`RestrictedBoltzmannMachine`, or if the two have different rows
        """
        _check_rows(X_v, X_a)
        held_out = (None, None) if valid is None else valid
        self.stacks_ = {
            name: DeepBeliefNetwork(layers, 10 * self.seed + number).fit(X, X_valid)
            for number, (name, layers, X, X_valid) in enumerate(
                zip(MODALITIES, (self.visual, self.acoustic), (X_v, X_a), held_out, strict=True)
            )
        }
        self.levels_ = {}
        deep_valid = None if valid is None else self._deep_of_both(*valid)
        return self.fit_level(1, *self._deep_of_both(X_v, X_a), deep_valid)

    def fit_level(
        self,
        level: int,
        visual: np.ndarray,
        acoustic: np.ndarray,
        valid: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> "MultimodalDbn":
        """Train the shared machine of a level n upon deep representations of n segments each.

        visual, acoustic : (M, n H_v) and (M, n H_a), or (M, n, H_v) and (M, n, H_a)
        """
        # The stacks' machines have 100 seed + 1 and so on, and 100 seed + 11.
        made = SharedRepresentation(self.shared_settings, 100 * self.seed + 20 + level)
        self.levels_[level] = made.fit(visual, acoustic, valid)
        return self

    def deep(self, modality: str, X: np.ndarray) -> np.ndarray:
        """The deep representation of a modality's features: (N, D_m) -> (N, H_m)."""
        return self.stacks_[modality].deep(X)

    def features(self, modality: str, deep: np.ndarray) -> np.ndarray:
        """The features that a deep representation stands for: (N, H_m) -> (N, D_m)."""
        return self.stacks_[modality].features(deep)

    def shared(self, X_v: np.ndarray, X_a: np.ndarray) -> np.ndarray:
        """The shared representation of segments' features: (N, D_v), (N, D_a) -> (N, H)."""
        return self.shared_of(1, *self._deep_of_both(X_v, X_a))

    def shared_of(self, level: int, visual: np.ndarray, acoustic: np.ndarray) -> np.ndarray:
        """The shared representation of a level's deep ones, shaped as for :meth:`fit_level`."""
        return self.levels_[level].shared(visual, acoustic)

    @property
    def history_(self) -> pd.DataFrame:
        """Of all machines: ``layer`` (``visual 1``, ..., ``shared 1`` for level 1) and theirs."""
        stacks = [
            stack.history_.assign(layer=f"{name} " + stack.history_["layer"].astype(str))
            for name, stack in self.stacks_.items()
        ]
        levels = [
            made.machine_.history_.assign(layer=f"shared {level}")
            for level, made in self.levels_.items()
        ]
        return pd.concat([*stacks, *levels], ignore_index=True)

    def _deep_of_both(self, X_v: np.ndarray, X_a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.deep("visual", X_v), self.deep("acoustic", X_a)


def side_by_side(visual: np.ndarray, acoustic: np.ndarray) -> np.ndarray:
    """All of a row's numbers, the visual ones first: (M, ...), (M, ...) -> (M, V) float32."""
    _check_rows(visual, acoustic)
    rows = len(visual)
    both = [np.reshape(deep, (rows, int(np.prod(deep.shape[1:])))) for deep in (visual, acoustic)]
    return np.concatenate(both, axis=1, dtype=np.float32, casting="same_kind")


def _check_rows(visual: np.ndarray, acoustic: np.ndarray) -> None:
    if len(visual) != len(acoustic):
        raise ValueError(f"{len(visual)} visual rows, but {len(acoustic)} acoustic ones")
