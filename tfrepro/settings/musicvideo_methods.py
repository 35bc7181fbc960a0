"""Hyper-parameters of the networks and baselines of music videos, as ``params.yaml`` gives them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section

Units = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
REPORTS = 10


class Machine(Section):
    """A restricted Boltzmann machine; see :class:`tfrepro.models.rbm.RbmSettings`."""

    units: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    steps: int = Field(ge=1)
    batch: int = Field(ge=1)
    decay_steps: int = Field(ge=1)
    momentum: tuple[Share, Share]
    momentum_steps: int = Field(ge=1)
    weight_decay: float = Field(ge=0)
    gibbs_steps: int = Field(ge=1)
    step_up: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]] | None
    sparsity_target: Annotated[float, Field(gt=0, lt=1)] | None
    sparsity_cost: float = Field(ge=0)

    @model_validator(mode="after")
    def _reports_come_out_even(self) -> "Machine":
        if self.steps % REPORTS:
            raise ValueError(f"steps = {self.steps}: must be a multiple of {REPORTS}")
        return self


Stack = Annotated[tuple[Machine, ...], Field(min_length=1)]


class Machines(Section):
    """A belief network; see :class:`tfrepro.models.dbn.MultimodalDbn`.

    Attributes
    ----------
    visual, acoustic : machines of each modality, lowest first
    shared : on both, on every level
    """

    visual: Stack
    acoustic: Stack
    shared: Machine


class Tuning(Section):
    """See :class:`tfrepro.models.unrolled_dbn.UnrolledDbn`."""

    missing: float = Field(ge=0, le=1)
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=1)
    epochs: int = Field(ge=0)


class TunedMachines(Machines):
    """A belief network that is tuned; see :class:`tfrepro.models.unrolled_levels.TunedDbn`."""

    tuning: Tuning


class AutoencoderTraining(Tuning):
    """See :class:`tfrepro.models.bimodal_autoencoder.BimodalAutoencoder`."""

    corruption: Share
    pretraining_epochs: int = Field(ge=1)


class Layers(Section):
    """See :class:`tfrepro.models.unrolled_levels.MultimodalAutoencoder`."""

    visual: Units
    acoustic: Units
    shared: int = Field(ge=1)
    training: AutoencoderTraining


class CommonSpace(Section):
    """See :class:`tfrepro.baselines.music_video.CcaSpace`."""

    components: int = Field(ge=1)
    ridge: float = Field(gt=0)
    variance: float = Field(gt=0, lt=1)
    most: int = Field(ge=1)


class DeepCommonSpace(CommonSpace):
    """See :class:`tfrepro.models.music_video_search.DeepCca`."""

    visual: Stack
    acoustic: Stack


Distance = Literal["angle", "euclidean"]


class MeanField(Section):
    """See :class:`tfrepro.models.music_video_search.SharedDbn`."""

    network: Machines
    distance: Distance
    steps: int = Field(ge=1)


class Gibbs(MeanField):
    """The same by sampling."""

    last: int = Field(ge=1)

    @model_validator(mode="after")
    def _last_are_there(self) -> "Gibbs":
        if self.last > self.steps:
            raise ValueError(f"last = {self.last}: must be at most steps = {self.steps}")
        return self


class TunedSearch(Section):
    """See :class:`tfrepro.models.music_video_search.ReconstructionSearch`."""

    network: TunedMachines
    distance: Distance


class AutoencoderSearch(Section):
    """See :class:`tfrepro.models.music_video_search.ReconstructionSearch`."""

    network: Layers
    distance: Distance


class FeedForward(Section):
    """See :class:`tfrepro.models.level_classifier.FeedForwardClassifier`."""

    hidden: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=1)
    penalty: float = Field(ge=0)
    held_out: Annotated[float, Field(gt=0, lt=1)] | None
    epochs: int = Field(ge=1)
    patience: Annotated[int, Field(ge=1)] | None


class InitialStyles(Section):
    """See :class:`tfrepro.models.music_video_styles.InitialStyles`."""

    classifier: FeedForward
    kernel: Literal["linear", "rbf"]
    C: float = Field(gt=0)


class _SharedStyles(Section):
    levels: Units
    classifier: FeedForward
    fusion: FeedForward

    @model_validator(mode="after")
    def _levels_rise_from_one(self) -> "_SharedStyles":
        if self.levels[0] != 1 or list(self.levels) != sorted(set(self.levels)):
            raise ValueError(f"levels {list(self.levels)}: must rise from 1")
        return self


class DbnStyles(_SharedStyles):
    """See :class:`tfrepro.models.music_video_styles.SharedStyles`."""

    network: Machines


class TunedDbnStyles(_SharedStyles):
    """The same."""

    network: TunedMachines


class AutoencoderStyles(_SharedStyles):
    """The same."""

    network: Layers
