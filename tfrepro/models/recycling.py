"""Networks that serve again.

To trace the graph of a small recurrent network takes longer than to train it. Methods that are
fitted once for every draw and every initialisation have the same graph each time, so a network
whose method is gone serves the next one of its kind, with that one's initial weights.
"""

import gc
import weakref
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
from keras import ops

from tfrepro.models.early_stopping import BestEpoch
from tfrepro.models.training import _feed, compile_network


@dataclass
class _Kept:
    """A compiled network, the state its optimizer starts from, and whom it serves."""

    kind: Hashable
    network: keras.Model
    optimizer_start: list[np.ndarray]
    owner: weakref.ref


# One: a stage fits all of one kind before the next, and graphs are large.
_kept: _Kept | None = None


def compiled(
    fresh: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    steps: int,
    *,
    kind: Hashable,
    owner: Any,
) -> keras.Model:
    """``fresh``, ready to train in epochs of so many steps, or its like with its variables.

    Parameters
    ----------
    fresh : with its weights made
    kind : whatever the graph and the optimizer depend on besides the shapes of the weights
    owner : whom the network is for; as long as it lives, the network serves nobody else
    """
    global _kept
    kind = (kind, steps, keras.config.dtype_policy().name)
    if _kept is not None and _kept.kind == kind and _is_free(_kept):
        _assign(_kept.network.variables, fresh.variables)
        _assign(_kept.network.optimizer.variables, _kept.optimizer_start)
        _kept.owner = weakref.ref(owner)
        return _kept.network
    compile_network(fresh, optimizer, steps)
    fresh.optimizer.build(fresh.trainable_variables)
    start = [ops.convert_to_numpy(variable) for variable in fresh.optimizer.variables]
    _kept = _Kept(kind, fresh, start, weakref.ref(owner))
    return fresh


def train_watched(
    network: keras.Model,
    batches: Iterator[tuple],
    steps: int,
    epochs: int,
    best: BestEpoch | None,
) -> pd.DataFrame:
    """Train a compiled network, watched by ``best`` where there is one.

    Parameters
    ----------
    batches : endless tuples of inputs and targets
    steps : batches in an epoch
    epochs : the most there are
    best : None for all epochs, and the last weights

    Returns
    -------
    A row an epoch: ``epoch`` (1, 2, ...), ``loss`` and whatever else was tracked or scored.
    """
    fitted = network.fit(
        _feed(batches),
        steps_per_epoch=steps,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[best] if best else [],
    )
    if best:
        return pd.DataFrame(best.history_)
    return pd.DataFrame({"epoch": range(1, epochs + 1), **fitted.history})


def _is_free(kept: _Kept) -> bool:
    if kept.owner() is not None:
        # What feeds a network refers to its method, and goes with the next collection only.
        gc.collect()
    return kept.owner() is None


def _assign(variables: Iterable, values: Iterable) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
