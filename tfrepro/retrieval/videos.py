"""An index of videos, made by the trained networks of a cross-modal method.

Found is one modality of a video; asked is with the other, of a video of the index or of
any other whose features are at hand. What is compared are the networks' embeddings, without
the correction for hubs that a method may make after them.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet
from tfrepro.retrieval.index import VectorIndex, build_index

OTHER = {"visual": "acoustic", "acoustic": "visual"}


def build_video_index(
    folder: Path,
    features: FeatureSet,
    model: Path,
    finds: str,
    *,
    approximate: bool = False,
    meta: Mapping[str, Any] | None = None,
) -> VectorIndex:
    """Embed every video of a feature set and index it; memory holds a block of videos.

    Parameters
    ----------
    folder : of the index
    model : folder of networks, see :func:`tfrepro.models.pair_networks.save_networks`
    finds : the modality that is found, ``visual`` or ``acoustic``
    approximate : whether to build the graph for approximate search as well

    Raises UserError if the feature set lacks a modality or has other dimensions than the
    networks, or if there are no networks.
    """
    from tfrepro.models.pair_networks import dimensions, embed_blocks
    from tfrepro.models.saved_networks import load_networks

    networks = load_networks(model)
    expected = dict(zip(OTHER, dimensions(networks), strict=True))
    for name, size in expected.items():
        shape = features.arrays[name].shape if name in features.arrays else "nothing"
        if not len(features) or shape != (len(features), size):
            raise UserError(f"{name}: must be (N, {size}) like the model's, N > 0; found {shape}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        stores: dict[str, np.memmap] = {}
        blocks = embed_blocks(networks, features.arrays["visual"], features.arrays["acoustic"])
        with tqdm(total=len(features), desc="embed", unit="video") as bar:
            for rows, *pair in blocks:
                for name, vectors in zip(OTHER, pair, strict=True):
                    if name not in stores:
                        shape = (len(features), vectors.shape[1])
                        file = Path(scratch) / name
                        stores[name] = np.memmap(file, np.float32, "w+", shape=shape)
                    stores[name][rows] = vectors
                bar.update(len(pair[0]))
        asked = OTHER[finds]
        return build_index(
            folder,
            features.index["id"],
            stores[finds],
            queries=stores[asked],
            approximate=approximate,
            model=model,
            meta={**(meta or {}), "finds": finds, "asked_with": asked, "features": expected},
        )


def encode_queries(index: VectorIndex, X: np.ndarray) -> np.ndarray:
    """Vectors to ask an index with: given as such, or made of features by its model.

    Parameters
    ----------
    X : (Q, d) vectors of the index's dimension, or (Q, D) features of the modality that
        the index is asked with

    Raises UserError if they are neither.
    """
    d = index.vectors.shape[1]
    X = np.atleast_2d(X)
    D = index.meta.get("features", {}).get(index.meta.get("asked_with"))
    if D is None or X.shape[-1] == d:
        return X
    if X.shape[-1] != D:
        raise UserError(
            f"queries of shape {X.shape}: must be (Q, {D}), {index.meta['asked_with']} "
            f"features, or (Q, {d}), vectors of the index"
        )
    from tfrepro.models.pair_networks import embed_alone
    from tfrepro.models.saved_networks import load_networks

    networks = load_networks(index.folder / "model")
    return embed_alone(networks, index.meta["asked_with"], X.astype(np.float32))
