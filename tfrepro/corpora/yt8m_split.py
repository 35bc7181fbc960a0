"""Which videos are held out."""

import hashlib
from collections.abc import Sequence

import numpy as np

from tfrepro.errors import UserError


def split_videos(ids: Sequence[str], *, test: int, valid_share: float, seed: int) -> np.ndarray:
    """``train``, ``valid`` or ``test`` for each video: (N,) strings.

    Videos are put in the order of the SHA-256 of ``<seed>:<id>``. The first
    ``test`` are held out, the next ``valid_share`` of the others are for
    validation. So it depends on the ids alone, not on the order of shards or on
    a random generator's version, and a few videos more or less move few others.

    Raises UserError if nothing is left to train on.
    """
    valid = round(valid_share * (len(ids) - test))
    if len(ids) - test - valid < 1:
        raise UserError(
            f"split.test = {test}: leaves nothing to train on, there are {len(ids)} videos"
        )
    keys = [hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in ids]
    order = sorted(range(len(ids)), key=keys.__getitem__)
    parts = np.full(len(ids), "train", dtype=object)
    parts[order[:test]] = "test"
    parts[order[test : test + valid]] = "valid"
    return parts
