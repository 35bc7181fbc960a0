"""Training and held-out rows of a set that was split once into three parts."""

import numpy as np
import pandas as pd

from tfrepro.errors import UserError


def held_out_rows(split: pd.Series, held_out: str) -> tuple[np.ndarray, np.ndarray]:
    """The rows to train on and the rows to be asked about.

    Parameters
    ----------
    split : (N,) ``train``, ``valid`` or ``test``
    held_out : ``test``: train on everything else; ``valid``: train on ``train`` alone,
        and leave ``test`` unseen, which is how to choose hyper-parameters

    Raises UserError if a part is empty.
    """
    asked = split == held_out
    trained = split != "test" if held_out == "test" else split == "train"
    for name, rows in (("train", trained), (held_out, asked)):
        if not rows.any():
            raise UserError(f"held_out = {held_out}: no row of the set is in the part {name}")
    return np.flatnonzero(trained), np.flatnonzero(asked)
