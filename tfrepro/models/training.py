"""Training on a stream of batches.

The one way in which all models here are trained: batches are made ahead in a thread of
their own while the network is busy with the last ones.
"""

from collections.abc import Iterator
from itertools import chain

import keras

from tfrepro.models.batches import steps_per_execution

AHEAD = 4


def train_network(
    network: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    batches: Iterator[tuple],
    steps: int,
    epochs: int,
) -> dict[str, list[float]]:
    """Train a network that computes its loss itself; what is tracked, a value an epoch.

    Parameters
    ----------
    batches : endless tuples of inputs, or of inputs and targets; their rows may vary in number
    steps : batches in an epoch
    """
    compile_network(network, optimizer, steps)
    return train_compiled(network, batches, steps, epochs)


def compile_network(
    network: keras.Model, optimizer: keras.optimizers.Optimizer, steps: int
) -> None:
    """Prepare to train in epochs of so many steps.

    Nearly all of the time goes into matrix products. With TensorFlow on the CPU, XLA does them
    no faster, and what is between them slower; JAX without it would run no graph at all.
    """
    network.compile(
        optimizer=optimizer,
        jit_compile=keras.config.backend() == "jax",
        steps_per_execution=steps_per_execution(steps),
    )


def train_compiled(
    network: keras.Model, batches: Iterator[tuple], steps: int, epochs: int
) -> dict[str, list[float]]:
    """:func:`train_network` of a network that is compiled, and maybe trained, already."""
    fitted = network.fit(
        _feed(batches), steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0
    )
    return fitted.history


def _feed(batches: Iterator[tuple]):
    """What ``fit`` is given: with TensorFlow, a dataset that does not tune itself.

    Keras would make one that does. Its tuner sleeps twice as long each time, and when the
    training ends TensorFlow may wait for it to wake: for five seconds after five, and for a
    minute after a few minutes.
    """
    if keras.config.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    first = next(batches)
    options = tf.data.Options()
    options.autotune.enabled = False
    return (
        tf.data.Dataset.from_generator(
            lambda: chain([first], batches),
            output_signature=tf.nest.map_structure(
                lambda x: tf.TensorSpec((None, *x.shape[1:]), x.dtype), first
            ),
        )
        .prefetch(AHEAD)
        .with_options(options)
    )
