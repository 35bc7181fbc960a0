"""Settings of the autoencoder that every paper's acoustic feature comes from."""

from pydantic import Field

from tfrepro.settings.base import Section
from tfrepro.settings.methods import Autoencoder


class AcousticAutoencoder(Section):
    """The saved model and its comparison with rivals.

    Attributes
    ----------
    model : how the saved model is trained, on every clip of the corpus
    corruption : masking probability of held-out clips in the comparison
    seed : of the model; fold ``i`` of the comparison uses ``seed + i``
    """

    model: Autoencoder
    corruption: float = Field(ge=0, lt=1)
    seed: int = Field(ge=0)
