"""Networks that embed a video's image and its sound, (B, D_v), (B, D_a) -> (B, d), (B, d).

What the models that train such networks share: embedding a whole feature set, or one
modality of it, and writing the networks; :mod:`tfrepro.models.saved_networks` reads them.
Several networks are members of one method: their embeddings stand side by side, so that a
dot product is the mean of the members' cosines.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import ops

from tfrepro.errors import UserError
from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet

BLOCK = 1024


def embed_pairs(networks: Sequence, test: FeatureSet) -> Embeddings:
    """The embeddings of each video of a set: (N, members · d), of length one."""
    return Embeddings.in_one_space(
        *embed_arrays(networks, test.arrays["visual"], test.arrays["acoustic"])
    )


def embed_arrays(
    networks: Sequence, visual: np.ndarray, acoustic: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same for (N, D_v) and (N, D_a)."""
    parts = [(v, a) for _, v, a in embed_blocks(networks, visual, acoustic)]
    visual_parts, acoustic_parts = zip(*parts, strict=True)
    return np.concatenate(visual_parts), np.concatenate(acoustic_parts)


def embed_blocks(
    networks: Sequence, visual: np.ndarray, acoustic: np.ndarray
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """The same a block of rows at a time, for arrays larger than memory: rows, both embeddings."""
    share = np.float32(len(networks) ** -0.5)
    for start in range(0, max(1, len(visual)), BLOCK):
        rows = slice(start, start + BLOCK)
        pair = tuple(ops.convert_to_tensor(np.asarray(x[rows])) for x in (visual, acoustic))
        members = [[ops.convert_to_numpy(e) for e in network(pair)] for network in networks]
        v, a = (share * np.concatenate(e, axis=1) for e in zip(*members, strict=True))
        yield rows, v, a


def embed_alone(networks: Sequence, modality: str, X: np.ndarray) -> np.ndarray:
    """The embeddings of one modality without the other: (N, D) -> (N, members · d).

    modality : ``visual`` or ``acoustic``

    Raises UserError if the networks scale a video's image and sound together, or if the
    features have another dimension than the networks were trained on.
    """
    if any(getattr(network, "joint_length", False) for network in networks):
        raise UserError(
            "this model scales a video's image and sound together, so it cannot embed one "
            "without the other: take one trained with crossmodal-apart or contrastive"
        )
    D = dict(zip(("visual", "acoustic"), dimensions(networks), strict=True))
    if X.ndim != 2 or X.shape[1] != D[modality]:
        raise UserError(f"{modality} features of shape {X.shape}: must be (N, {D[modality]})")
    nothing = {name: np.zeros((len(X), size), np.float32) for name, size in D.items()}
    both = embed_arrays(networks, **(nothing | {modality: X}))
    return both[0 if modality == "visual" else 1]


def dimensions(networks: Sequence) -> tuple[int, int]:
    """D_v and D_a of trained networks."""
    visual, acoustic = networks[0].visual_tower, networks[0].acoustic_tower
    return visual.input_shape[-1], acoustic.input_shape[-1]


def save_networks(folder: Path, networks: Sequence[keras.Model]) -> None:
    """Write ``network-1.keras`` ... into a folder that is there or not, and nothing else there."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("network-*.keras"):
        left.unlink()
    for number, network in enumerate(networks, 1):
        network.save(folder / f"network-{number}.keras")
