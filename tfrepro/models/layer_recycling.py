"""Networks of several kinds that serve again in turn.

A stack trains a network for each of its layers, and the next stack as many of the same kinds. To
trace their graphs takes longer than to train small ones. So here a process keeps as many networks
of a kind as ever were in use at once; :mod:`tfrepro.models.recycling` keeps a single one.
"""

import gc
import weakref
from collections.abc import Hashable
from typing import Any

import keras
from keras import ops

from tfrepro.models.recycling import _assign, _Kept
from tfrepro.models.training import compile_network

_kept: dict[Hashable, list[_Kept]] = {}


def compiled(
    fresh: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    steps: int,
    *,
    kind: Hashable,
    owner: Any,
) -> keras.Model:
    """``fresh``, ready to train in epochs of so many steps, or its like with its variables.

    The parameters are those of :func:`tfrepro.models.recycling.compiled`.
    """
    kind = (kind, steps, keras.config.dtype_policy().name)
    like = _kept.setdefault(kind, [])
    if (idle := _idle(like)) is None:
        idle = _prepared(kind, fresh, optimizer, steps, owner)
        like.append(idle)
        return idle.network
    _assign(idle.network.variables, fresh.variables)
    _assign(idle.network.optimizer.variables, idle.optimizer_start)
    idle.owner = weakref.ref(owner)
    return idle.network


def _idle(like: list[_Kept]) -> _Kept | None:
    """One that serves nobody any more."""
    free = next((kept for kept in like if kept.owner() is None), None)
    if free is None and like:
        # What feeds a network refers to its method, and goes with the next collection only.
        gc.collect()
        free = next((kept for kept in like if kept.owner() is None), None)
    return free


def _prepared(
    kind: Hashable,
    network: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    steps: int,
    owner: Any,
) -> _Kept:
    compile_network(network, optimizer, steps)
    network.optimizer.build(network.trainable_variables)
    start = [ops.convert_to_numpy(variable) for variable in network.optimizer.variables]
    return _Kept(kind, network, start, weakref.ref(owner))
