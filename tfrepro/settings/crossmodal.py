"""Hyper-parameters of the cross-modal methods, as ``params.yaml`` gives them."""

from pydantic import Field, model_validator

from tfrepro.settings.base import Section


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


class CrossModal(Section):
    """The paper's model; see :class:`tfrepro.models.crossmodal.CrossModalEmbedding`."""

    classes: int = Field(ge=1)
    visual_units: tuple[int, ...] = Field(min_length=1)
    acoustic_units: tuple[int, ...] = Field(min_length=1)
    joint_length: bool
    margin: float = Field(ge=0, lt=1)
    negatives: float = Field(ge=0, le=1)
    label_weight: float = Field(ge=0)
    label_start: int = Field(ge=0)
    weight_decay: float = Field(ge=0)
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=2)
    epochs: int = Field(ge=1)

    @model_validator(mode="after")
    def _one_space(self) -> "CrossModal":
        if self.visual_units[-1] != self.acoustic_units[-1]:
            raise ValueError(
                f"the towers end in {self.visual_units[-1]} and {self.acoustic_units[-1]} units: "
                "both must end in as many"
            )
        return self


class Contrastive(Section):
    """See :class:`tfrepro.models.contrastive.ContrastiveEmbedding`."""

    visual_hidden: tuple[int, ...]
    acoustic_hidden: tuple[int, ...]
    dimensions: int = Field(ge=1)
    visual_input_dropout: float = Field(ge=0, lt=1)
    visual_dropout: float = Field(ge=0, lt=1)
    acoustic_dropout: float = Field(ge=0, lt=1)
    mixing: float = Field(ge=0, le=0.5)
    temperature: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    batch: int = Field(ge=2)
    epochs: int = Field(ge=1)
    members: int = Field(ge=1)
