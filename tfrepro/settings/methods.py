"""Hyper-parameters of the methods, as ``params.yaml`` gives them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tfrepro.settings.base import Section


class Softmax(Section):
    """A softmax classifier.

    Attributes
    ----------
    C : inverse strength of the squared penalty on its weights
    """

    C: float = Field(gt=0)


class Autoencoder(Section):
    """A stacked denoising autoencoder; see :mod:`tfrepro.models.autoencoder`."""

    preset: Literal["theano", "fast"]
    layers: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    corruption: tuple[Annotated[float, Field(ge=0, lt=1)], ...] = Field(min_length=1)
    compression: Literal["none", "log"]

    @model_validator(mode="after")
    def _one_corruption_a_layer(self) -> "Autoencoder":
        if len(self.corruption) != len(self.layers):
            raise ValueError(
                f"corruption holds {len(self.corruption)} probabilities: "
                f"must hold one for each of the {len(self.layers)} layers"
            )
        return self


class SdaSoftmax(Softmax):
    """A softmax classifier on the code of a stacked denoising autoencoder."""

    autoencoder: Autoencoder


class PretrainedSdaSoftmax(Softmax):
    """A softmax classifier on the code of an autoencoder that was trained before.

    Attributes
    ----------
    encoder : file ``encoder.keras``
    """

    encoder: Path


class PcaSoftmax(Softmax):
    """A softmax classifier on principal components."""

    components: int = Field(ge=1)
