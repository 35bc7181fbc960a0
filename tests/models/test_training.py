"""Training on a stream of batches."""

import keras
import numpy as np
import pytest

from tfrepro.models.training import train_network


class Counting(keras.Model):
    """Its weight ends as the sum of all rows it was trained on."""

    def __init__(self):
        super().__init__()
        self.total = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        return x

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return -self.total * keras.ops.sum(x)


def rows_of(sizes):
    """Batches of rows 1, 2, 3 ... without end, of sizes that repeat."""
    number = 1
    while True:
        for size in sizes:
            yield (np.arange(number, number + size, dtype=np.float32)[:, None],)
            number += size


@pytest.mark.parametrize(
    ("sizes", "steps", "epochs"), [([4], 3, 2), ([4, 4, 1], 3, 3), ([2], 1, 1)]
)
def test_every_batch_is_used_once_whatever_its_size(sizes, steps, epochs):
    network = Counting()
    history = train_network(network, keras.optimizers.SGD(1.0), rows_of(sizes), steps, epochs)
    rows = sum(sizes) * steps * epochs // len(sizes)
    assert float(network.total) == rows * (rows + 1) / 2
    assert len(history["loss"]) == epochs


def test_a_failing_stream_is_an_error_and_not_the_end_of_the_training():
    def broken():
        yield (np.ones((2, 1), np.float32),)
        raise OSError("no more")

    with pytest.raises(Exception, match="no more"):
        train_network(Counting(), keras.optimizers.SGD(1.0), broken(), 4, 1)
