"""Hyper-parameters of the methods that estimate a venue, as ``params.yaml`` gives them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tfrepro.features.scaling import Kind
from tfrepro.settings.base import Section

Share = Annotated[float, Field(ge=0, lt=1)]


class Majority(Section):
    """The commonest class: there is nothing to set."""


class Logistic(Section):
    """Multinomial logistic regression; see :class:`tfrepro.baselines.probe.LinearProbe`.

    Attributes
    ----------
    Cs : inverse penalties, chosen among by cross-validation within the training part
    """

    Cs: tuple[Annotated[float, Field(gt=0)], ...] = Field(min_length=1)


class EarlyFusion(Section):
    """See :class:`tfrepro.models.early_fusion.EarlyFusion`."""

    units: int = Field(ge=1)
    dropout: Share
    loss: Literal["squared", "cross-entropy"]
    reduction: Literal["sum", "mean"]
    scaling: Kind
    init_std: Annotated[float, Field(gt=0)] | None
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=2)
    epochs: int = Field(ge=1)
    patience: Annotated[int, Field(ge=1)] | None


class Dare(EarlyFusion):
    """See :class:`tfrepro.models.dare.Dare`.

    Attributes
    ----------
    sounds : folder of the external sounds; the stage knows it, ``params.yaml`` does not
    """

    concepts: Annotated[int, Field(ge=0)] | None
    acoustic_units: int = Field(ge=1)
    textual_units: int = Field(ge=1)
    partners: int = Field(ge=1)
    same: int = Field(ge=1)
    other: int = Field(ge=1)
    steps: Literal["alternating", "joint"]
    sounds: Path | None = None


class Dictionary(Section):
    """A multimodal dictionary learned without labels, and a classifier of its codes.

    Attributes
    ----------
    atoms_per_class : atoms of the dictionary for each class; never more than training videos
    sparsity : λ, of inputs of length one
    ridge : λ₂
    weight_decay : ν, of the classifier
    epochs : of learning the dictionary without labels
    batch : videos in a mini-batch
    iterations : the most that finding a code may take
    tolerance : how exact codes are, as part of λ; below 1e-5 float32 never gets there
    """

    atoms_per_class: int = Field(ge=1)
    sparsity: float = Field(gt=0)
    ridge: float = Field(ge=0)
    weight_decay: float = Field(ge=0)
    epochs: int = Field(ge=1)
    batch: int = Field(ge=1)
    iterations: int = Field(ge=1)
    tolerance: float = Field(gt=0)


class TaskDrivenDictionary(Dictionary):
    """A dictionary and its classifier, then tuned together.

    Attributes
    ----------
    rate : ρ, of tuning
    tuning_epochs : of tuning
    """

    rate: float = Field(gt=0)
    tuning_epochs: int = Field(ge=1)


class Trumann(Section):
    """Tree-guided multi-task multi-modal learning; see :mod:`tfrepro.baselines.trumann`.

    Attributes
    ----------
    latent : K, dimensions of the space that the modalities share
    agreement, ridge, tree : λ1, λ2, λ3; against sums over videos, so small sets need smaller ones
    iterations : the most there are
    least_change : of the objective; one that changes it by less is the last
    weights_of_nodes : ``global``, or ``per-task`` as in the released code
    scaling : of the features; the released code has ``none``
    tree_folder : of the released tree of VENUE-188; null for two levels by the column ``parent``
    """

    latent: int = Field(ge=1)
    agreement: float = Field(gt=0)
    ridge: float = Field(gt=0)
    tree: float = Field(gt=0)
    iterations: int = Field(ge=1)
    least_change: float = Field(ge=0)
    weights_of_nodes: Literal["global", "per-task"]
    scaling: Kind
    tree_folder: Path | None
