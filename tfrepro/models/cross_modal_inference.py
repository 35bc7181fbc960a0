"""One modality from the other, by the shared machine of a deep belief network.

The query's deep representation stays as it is, the other modality's starts at 0.5 throughout, and
hidden units h and missing units m are computed from each other in turn. What m has become goes
down the other modality's stack, which gives features to compare with those of a collection.

Mean field keeps probabilities and settles on one answer. Gibbs sampling draws zeros and ones, and
the answer is the mean of P(m | h) over the last steps.

Conventions
-----------
The shared machine's V visible units are a block for each modality; M rows.

Source: musicvideo, section 3.2.2, which samples and does not say for how long; mean field for 10
steps follows N. Srivastava and R. Salakhutdinov, ICML 2012 workshop.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from tfrepro.layers.rbm import BernoulliRbm, draw
from tfrepro.models.autoencoder import apply_in_batches
from tfrepro.models.dbn import MODALITIES, MultimodalDbn

STEPS = {"mean-field": 10, "gibbs": 50}
_START = 0.5


def mean_field(rbm: BernoulliRbm, visible, missing: slice, steps: int = STEPS["mean-field"]):
    """Fill in missing visible units: h = P(h = 1 | v), m = P(m = 1 | h), in turn.

    Parameters
    ----------
    visible : (M, V); what stands for the missing units is not looked at
    missing : which they are
    steps : of both

    Returns
    -------
    (M, V), in which only the missing units differ
    """
    hidden_input, probability = _conditionals(rbm, visible, missing)
    m = _start(visible, missing)
    for _ in range(steps):
        m = probability(ops.sigmoid(hidden_input(m)))
    return _filled(visible, missing, m)


def gibbs(
    rbm: BernoulliRbm,
    visible,
    missing: slice,
    steps: int = STEPS["gibbs"],
    last: int = 10,
    seed: int = 0,
):
    """Fill in missing visible units with the mean of P(m = 1 | h) over the last of some steps.

    Parameters
    ----------
    visible, missing, steps : as for :func:`mean_field`
    last : steps that count
    seed : of what is drawn

    Returns
    -------
    (M, V), in which only the missing units differ

    Raises ValueError if more steps count than there are.
    """
    if not 1 <= last <= steps:
        raise ValueError(f"last = {last}: must be from 1 to the number of steps, {steps}")
    hidden_input, probability = _conditionals(rbm, visible, missing)
    stream = keras.random.SeedGenerator(seed)
    m, total = _start(visible, missing), 0.0
    for step in range(steps):
        p = probability(draw(ops.sigmoid(hidden_input(m)), stream))
        m = draw(p, stream)
        if step >= steps - last:
            total = total + p
    return _filled(visible, missing, total / last)


class CrossModalInference:
    """What one modality says of the other, in a trained network.

    Parameters
    ----------
    dbn : trained
    method : ``mean-field`` or ``gibbs``
    steps : None for 10 of mean field, 50 of Gibbs sampling
    last : of the Gibbs steps, those that count
    seed : of Gibbs sampling

    Raises ValueError for an unknown method.
    """

    def __init__(
        self,
        dbn: MultimodalDbn,
        method: str = "mean-field",
        steps: int | None = None,
        last: int = 10,
        seed: int = 0,
    ):
        if method not in STEPS:
            raise ValueError(f"method = {method!r}: must be one of {', '.join(STEPS)}")
        self.dbn = dbn
        self.method = method
        self.steps = steps
        self.last = last
        self.seed = seed

    def features(self, query: str, X: np.ndarray) -> np.ndarray:
        """Features of the other modality: (M, D_query) -> (M, D_other), standardised as it is.

        query : ``visual`` or ``acoustic``, what X is
        """
        return self.dbn.features(other(query), self.deep(query, self.dbn.deep(query, X)))

    def deep(self, query: str, deep: np.ndarray, level: int = 1) -> np.ndarray:
        """The other modality's deep representation: (M, n H_query) -> (M, n H_other) on level n."""
        made = self.dbn.levels_[level]
        missing = made.blocks_[other(query)]
        visible = np.full((len(deep), made.machine_.rbm_.kernel.shape[0]), _START, np.float32)
        visible[:, made.blocks_[query]] = np.reshape(deep, (len(deep), -1))
        return apply_in_batches(self._fill_in(made.machine_.rbm_, missing), visible)[:, missing]

    def _fill_in(self, rbm: BernoulliRbm, missing: slice) -> Callable:
        steps = STEPS[self.method] if self.steps is None else self.steps
        if self.method == "mean-field":
            return lambda visible: mean_field(rbm, visible, missing, steps)
        return lambda visible: gibbs(rbm, visible, missing, steps, self.last, self.seed)


def other(modality: str) -> str:
    """``acoustic`` for ``visual``, and the other way round."""
    if modality not in MODALITIES:
        raise ValueError(f"modality = {modality!r}: must be one of {', '.join(MODALITIES)}")
    return MODALITIES[1 - MODALITIES.index(modality)]


def _conditionals(rbm: BernoulliRbm, visible, missing: slice) -> tuple[Callable, Callable]:
    """Log odds of h given m, and the probability of m given h; what is known counts once."""
    W = rbm.kernel[missing]
    known = rbm.hidden_input(_filled(visible, missing, ops.zeros_like(visible[:, missing])))
    bias = rbm.visible_bias[missing]
    return (
        lambda m: known + ops.matmul(m, W),
        lambda h: ops.sigmoid(ops.matmul(h, ops.transpose(W)) + bias),
    )


def _start(visible, missing: slice):
    return ops.full_like(visible[:, missing], _START)


def _filled(visible, missing: slice, m):
    return ops.concatenate([visible[:, : missing.start], m, visible[:, missing.stop :]], axis=1)
