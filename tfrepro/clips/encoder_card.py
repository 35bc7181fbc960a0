"""What the card of a published acoustic autoencoder says."""

from tfrepro.clips.card import About

_LOAD = """\
from pathlib import Path
from tfrepro.models.autoencoder import load_encoder

encoder = load_encoder(Path("{folder}/encoder.keras"))
codes = encoder(X)  # (N, 1104), of tfrepro.features.acoustic, its four blocks side by side"""


def about_encoder(corpus: str) -> About:
    """What the card of the autoencoder of a corpus' sounds says."""
    folder = f"data/models/venue/{corpus}/acoustic-autoencoder"
    return About(
        title=f"The acoustic autoencoder of the sounds of {corpus}",
        paper="the acoustic feature of DARE, NMCL and EASTERN's rivals: a stacked denoising "
        "autoencoder",
        does="The 1,104-D acoustic vector of a sound to a code of its last layer, and back.",
        use="To make acoustic features like those that the models of venues beside it take.",
        limits=(
            "A code is of the mean and the loudest of a sound: when something is heard in it plays "
            "no part.",
            "It was trained on few sounds; codes of others may be all alike.",
        ),
        load=_LOAD.format(folder=folder),
        command=f"tfrepro predict data/models/venue/{corpus}/dare clip.mp4  # has it within",
    )
