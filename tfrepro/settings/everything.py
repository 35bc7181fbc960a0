"""The whole of ``params.yaml``, checked before any work starts."""

from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.autoencoder import AcousticAutoencoder
from tfrepro.settings.base import Section
from tfrepro.settings.dare import Dare
from tfrepro.settings.reading import FILE, read_section
from tfrepro.settings.shared import Acoustic, Compute, Sources
from tfrepro.settings.sounds import Sounds


class Settings(Section):
    """Every section of the file."""

    compute: Compute
    sources: Sources
    sounds: Sounds
    acoustic: Acoustic
    autoencoder: AcousticAutoencoder
    dare: Dare


def read_everything(file: Path = FILE) -> Settings:
    """All settings; UserError with a line for each mistake in the file."""
    settings = read_section(Settings, "", file)
    mistakes = []
    for name, values in settings.dare.table2.methods.items():
        try:
            read_hyper_parameters(name, values, prefix="dare.table2.methods", file=str(file))
        except UserError as error:
            mistakes.append(str(error))
    if mistakes:
        raise UserError("\n".join(mistakes))
    return settings
