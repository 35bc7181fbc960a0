"""Hyper-parameters of EASTERN and the rivals that are its own, as ``params.yaml`` gives them."""

from typing import Annotated

from pydantic import Field

from tfrepro.settings.base import Section
from tfrepro.settings.microvideos import Sizes


class SequenceTraining(Section):
    """See :class:`tfrepro.models.sequence_classifier.SequenceClassifier`."""

    standardise: bool
    learning_rate: float = Field(gt=0)
    batch: int = Field(ge=1)
    epochs: int = Field(ge=1)
    patience: Annotated[int, Field(ge=1)] | None


class Lstms(SequenceTraining):
    """See :class:`tfrepro.models.recurrent.Lstms`.

    Attributes
    ----------
    units : of each modality's LSTM
    """

    units: Sizes


class SequenceDictionary(SequenceTraining):
    """See :class:`tfrepro.models.recurrent.LstmDl` and ``Conv``.

    Attributes
    ----------
    common : n, dimensions of the common space
    atoms : of the dictionary
    """

    common: int = Field(ge=1)
    atoms: int = Field(ge=1)


class Eastern(SequenceDictionary):
    """See :class:`tfrepro.models.eastern.Eastern`.

    Attributes
    ----------
    units : of each modality's LSTM
    """

    units: Sizes


class Tmdl(Section):
    """Class-specific atoms aligned by labels; see :mod:`tfrepro.baselines.dictionary.tmdl`.

    Attributes
    ----------
    atoms_per_class : at most; a class with fewer training videos has as many atoms as videos
    alignment, sparsity, ridge : λ1, λ2, λ3; λ2 is that of standardised features, whose length
        is about the square root of their dimension
    iterations : the most there are
    least_change : of the energy, a mean over videos; an iteration that changes it by less is
        the last
    fista_iterations : the most that codes take in an iteration
    """

    atoms_per_class: int = Field(ge=1)
    alignment: float = Field(gt=0)
    sparsity: float = Field(gt=0)
    ridge: float = Field(gt=0)
    iterations: int = Field(ge=1)
    least_change: float = Field(ge=0)
    fista_iterations: int = Field(ge=1)
