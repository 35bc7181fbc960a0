"""Hyper-parameters of NMCL and the rivals that are its own, as ``params.yaml`` gives them."""

from typing import Annotated, Literal

from pydantic import Field

from tfrepro.features.scaling import Kind
from tfrepro.settings.base import Section
from tfrepro.settings.venue_methods import Share


class LateFusion(Section):
    """See :class:`tfrepro.models.fusion_baselines.LateFusion`."""

    units: int = Field(ge=1)
    dropout: Share
    scaling: Kind
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=2)
    epochs: int = Field(ge=1)
    patience: Annotated[int, Field(ge=1)] | None


class AttentionFusion(LateFusion):
    """See :class:`tfrepro.models.fusion_baselines.EarlyAttention` and ``LateAttention``.

    Attributes
    ----------
    initial : of the attention scores: ``ones``, all alike, or ``glorot``, as printed
    batchwise : dropout of whole hidden units for a batch, or of numbers one by one
    at_once : classes whose weighed features are held at a time; null lets the layer choose
    """

    initial: Literal["ones", "glorot"]
    batchwise: bool
    at_once: Annotated[int, Field(ge=1)] | None


class Nmcl(AttentionFusion):
    """See :class:`tfrepro.models.nmcl.Nmcl`.

    Attributes
    ----------
    normalisation : of relation scores; ``softmax`` as printed
    complement : weight of the complementary part; ``printed`` is 1 - γ
    hidden : units before the relation scores; 0 for none
    divergence : of the two consistent parts' classes
    divergence_weight : beside the cross entropy; 0 for none
    shared_vectors : whether all modalities have the same class vectors
    """

    normalisation: Literal["softmax", "scaled-softmax", "sigmoid"]
    complement: Literal["printed", "smooth"]
    hidden: int = Field(ge=0)
    divergence: Literal["kl", "jeffreys"]
    divergence_weight: float = Field(ge=0)
    shared_vectors: bool
