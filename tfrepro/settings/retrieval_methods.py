"""Hyper-parameters of the methods of cross-modal retrieval, as ``params.yaml`` gives them."""

from typing import Annotated

from pydantic import Field, model_validator

from tfrepro.settings.base import Section

Units = tuple[Annotated[int, Field(ge=1)], ...]


class RandomVectors(Section):
    """Chance; see :class:`tfrepro.baselines.cross_modal.RandomEmbedding`."""

    dimensions: int = Field(ge=1)


class RidgeRegression(Section):
    """See :class:`tfrepro.baselines.cross_modal.RidgeEmbedding`."""

    visual_ridge: float = Field(gt=0)
    acoustic_ridge: float = Field(gt=0)


class Cca(Section):
    """See :class:`tfrepro.baselines.cross_modal.CcaEmbedding`."""

    components: int = Field(ge=1)
    visual_ridge: float = Field(gt=0)
    acoustic_ridge: float = Field(gt=0)


class UnlabelledCrossModal(Section):
    """The paper's model without its labels, λ = 0.

    See :class:`tfrepro.models.crossmodal.CrossModalEmbedding`.
    """

    classes: int = Field(ge=1)
    visual_units: Units = Field(min_length=1)
    acoustic_units: Units = Field(min_length=1)
    margin: float = Field(ge=0, lt=1)
    negatives: float = Field(ge=0, le=1)
    weight_decay: float = Field(ge=0)
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=2)
    steps: int = Field(ge=1)

    @model_validator(mode="after")
    def _one_space(self) -> "UnlabelledCrossModal":
        if self.visual_units[-1] != self.acoustic_units[-1]:
            raise ValueError(
                f"the towers end in {self.visual_units[-1]} and {self.acoustic_units[-1]} units: "
                "both must end in as many"
            )
        return self


class CrossModal(UnlabelledCrossModal):
    """The paper's model; see :class:`tfrepro.models.crossmodal.CrossModalEmbedding`."""

    label_weight: float = Field(ge=0)
    label_start: int = Field(ge=0)


class Contrastive(Section):
    """See :class:`tfrepro.models.contrastive.ContrastiveEmbedding`."""

    visual_hidden: Units
    acoustic_hidden: Units
    dimensions: int = Field(ge=1)
    visual_input_dropout: float = Field(ge=0, lt=1)
    visual_dropout: float = Field(ge=0, lt=1)
    acoustic_dropout: float = Field(ge=0, lt=1)
    mixing: float = Field(ge=0, le=0.5)
    temperature: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    batch: int = Field(ge=2)
    steps: int = Field(ge=1)
    members: int = Field(ge=1)
    label_weight: float = Field(ge=0)
    hub_scale: float = Field(ge=0)
