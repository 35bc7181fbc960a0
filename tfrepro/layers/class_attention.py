"""Attention of each class on the features, and a representation of the video for each class.

A class k weighs the features by ω_k, and one dense layer, the same for all classes, represents
what is left: θ_k = ReLU(Wᵀ (ω_k ⊗ x)). The class is scored from its own representation,
z_k · θ_k.

Conventions
-----------
B videos in a batch, F features, K classes, H hidden units. x : (B, F); Ω : (F, K), a column a
class; W : (F, H); z : (K, H). Representations lie class by class, θ : (K, B, H).

Memory and time
---------------
Multiplied out, the weighed features ω_k ⊗ x are (K, B, F) numbers, ten times those of θ at the
paper's sizes, and their gradient as many again. Here those of a few classes at a time are made
and forgotten, and made again for the gradient, which keeps θ alone. Nearly all of the time goes
into three matrix products of K B F H multiplications each, with either form; what saves time is
to leave out hidden units that a dropout drops anyway.

Source: NMCL, section 3.3, Eqs. 15 to 17. As printed, Ω has D_m rows and a class a row of it; its
rows are the features that it weighs, and a class has a column.
"""

import keras
from keras import ops

from tfrepro.layers.towers import glorot

INITIAL = ("ones", "glorot")


def class_representations(x, scores, kernel, at_once: int):
    """θ of every class: (K, B, H).

    Parameters
    ----------
    x : (B, F)
    scores : Ω, (F, K)
    kernel : W, (F, H)
    at_once : the most classes whose weighed features are held at a time; the largest divisor
        of K up to it is taken
    """
    F, K = scores.shape
    size = max(n for n in range(1, at_once + 1) if K % n == 0)
    columns = ops.reshape(ops.transpose(scores), (K // size, size, 1, F))
    # With TensorFlow a function with a gradient of its own takes no variable.
    theta = _represent(x, columns, ops.copy(kernel))
    return ops.reshape(theta, (K, -1, kernel.shape[1]))


@ops.custom_gradient
def _represent(x, columns, kernel):
    """θ : (S, c B, H) by S steps, for columns : (S, c, 1, F) of c classes each."""
    steps, size, _, F = columns.shape

    def represent(column):
        return ops.relu(ops.matmul(_weigh(x, column), kernel))

    theta = ops.map(represent, columns)

    def gradient(upstream):
        # Sums of many steps would be rounded in half precision.
        total = keras.backend.result_type(x.dtype, "float32")

        def step(number, sums):
            dx, dcolumns, dkernel = sums
            column = columns[number]
            dz = ops.where(theta[number] > 0, upstream[number], 0)
            dpsi = ops.reshape(ops.matmul(dz, back), (size, -1, F))
            dcolumn = ops.sum(ops.cast(dpsi * x, total), axis=1, keepdims=True)
            return (
                dx + ops.sum(ops.cast(dpsi * column, total), axis=0),
                ops.where(here == number, dcolumn, dcolumns),
                dkernel + ops.cast(ops.matmul(ops.transpose(_weigh(x, column)), dz), total),
            )

        back = ops.transpose(kernel)
        here = ops.reshape(ops.arange(steps), (steps, 1, 1, 1))
        start = tuple(ops.zeros_like(of_one, dtype=total) for of_one in (x, columns, kernel))
        sums = ops.fori_loop(0, steps, step, start)
        return tuple(ops.cast(of_one, x.dtype) for of_one in sums)

    return theta, gradient


def _weigh(x, column):
    """The features as some classes weigh them: (B, F), (c, 1, F) -> (c B, F)."""
    return ops.reshape(x * column, (-1, x.shape[1]))


@keras.saving.register_keras_serializable("tfrepro")
class ClassAttention(keras.layers.Layer):
    """θ of the hidden units that are kept, and which these are: (B, F) -> (K, B, n), (n,).

    Batchwise dropout drops hidden units for a whole batch, in every class, always the same number
    of them: they are not computed at all, and with half of them nearly half of the time is saved.
    The next weights are for all units: see :func:`class_logits` and :func:`units_of`. Where all
    units are kept, the second output is None.

    Parameters
    ----------
    classes : K
    units : H
    attend : whether there is any attention; without it every class minds every feature alike
        for good, and θ is the same for all, (1, B, n): a perceptron with one hidden layer
    initial : of Ω: ``ones``, every class minds every feature alike, or ``glorot``, as the paper
        says of all weights
    dropout : share of the hidden units, in [0, 1)
    batchwise : whether whole units are dropped for a batch, or numbers one by one, for every
        video and class
    at_once : classes whose weighed features are held at a time; None for as many as make them
        an eighth of θ. More suit an accelerator
    seed : of the weights, Glorot uniform, and of the dropout

    Source: NMCL, section 3.3; B. Graham et al., Efficient batchwise dropout training using
    submatrices, 2015.
    """

    def __init__(
        self,
        classes: int,
        units: int = 256,
        *,
        attend: bool = True,
        initial: str = "ones",
        dropout: float = 0.0,
        batchwise: bool = True,
        at_once: int | None = None,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if initial not in INITIAL:
            raise ValueError(f"initial = {initial!r}: must be {' or '.join(INITIAL)}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout = {dropout}: must lie in [0, 1)")
        self.classes = classes
        self.units = units
        self.attend = attend
        self.initial = initial
        self.dropout = dropout
        self.batchwise = batchwise
        self.at_once = at_once
        self.seed = seed
        self._dropping = keras.layers.Dropout(0.0 if batchwise else dropout, seed=seed)
        self._stream = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        F = input_shape[-1]
        if self.attend:
            self.scores = self.add_weight(
                name="scores",
                shape=(F, self.classes),
                initializer="ones" if self.initial == "ones" else glorot(self.seed, 0),
            )
        self.kernel = self.add_weight(
            name="kernel", shape=(F, self.units), initializer=glorot(self.seed, 1)
        )
        self.built = True

    def call(self, x, training: bool = False):
        kept = self._kept() if training and self.dropout and self.batchwise else None
        kernel = self.kernel if kept is None else ops.take(self.kernel, kept, axis=1)
        if not self.attend:
            theta = ops.expand_dims(ops.relu(ops.matmul(x, kernel)), axis=0)
        else:
            theta = class_representations(x, self.scores, kernel, self._at_once(x.shape[1]))
        return self._dropping(theta, training=training), kept

    def _kept(self):
        count = max(1, round(self.units * (1 - self.dropout)))
        return keras.random.shuffle(ops.arange(self.units), seed=self._stream)[:count]

    def _at_once(self, F: int) -> int:
        most = self.at_once or self.classes * self.units // (8 * F)
        return min(max(1, most), self.classes)

    def get_config(self):
        return {
            **super().get_config(),
            "classes": self.classes,
            "units": self.units,
            "attend": self.attend,
            "initial": self.initial,
            "dropout": self.dropout,
            "batchwise": self.batchwise,
            "at_once": self.at_once,
            "seed": self.seed,
        }


def class_logits(theta, kept, vectors):
    """z_k · θ_k: (K, B, n) or (1, B, n), (n,), (K, H) -> (B, K).

    theta, kept : what :class:`ClassAttention` gives
    """
    vectors = units_of(vectors, kept, axis=1)
    products = ops.matmul(theta, ops.expand_dims(vectors, axis=2))
    return ops.transpose(ops.squeeze(products, axis=2))


def units_of(weights, kept, axis: int):
    """The part of weights that is for the units kept, scaled up to stand for that of all.

    weights : with all H units along ``axis``; they come next after θ
    kept : (n,) int, or None for all
    """
    weights = ops.convert_to_tensor(weights)
    if kept is None:
        return weights
    scale = weights.shape[axis] / kept.shape[0]
    return ops.take(weights, kept, axis=axis) * ops.cast(scale, weights.dtype)
