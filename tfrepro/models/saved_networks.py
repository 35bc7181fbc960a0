"""Reading the networks that a cross-modal method has left on disk."""

from pathlib import Path

import keras

# Keras finds the classes of a file by the names that these modules register.
import tfrepro.models.contrastive
import tfrepro.models.crossmodal  # noqa: F401
from tfrepro.errors import UserError


def load_networks(folder: Path) -> list[keras.Model]:
    """The networks of :func:`tfrepro.models.pair_networks.save_networks`, in order.

    They are loaded in safe mode, without their optimisers. Raises UserError if there is none.
    """
    files = sorted(folder.glob("network-*.keras"), key=lambda file: (len(file.name), file.name))
    if not files:
        raise UserError(f"{folder}: holds no network-1.keras; not a cross-modal model")
    return [keras.models.load_model(file, compile=False, safe_mode=True) for file in files]
