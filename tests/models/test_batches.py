"""Batches: every row once an epoch, in an order that only the seed decides."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.models.batches import shuffled_batches, steps_per_epoch, steps_per_execution


def epochs(rows, batch, seed, count=1):
    """Row numbers in the order of their batches, an array an epoch."""
    stream = shuffled_batches(np.arange(rows), batch, seed)
    steps = steps_per_epoch(rows, batch)
    return [np.concatenate([x for (x,) in islice(stream, steps)]) for _ in range(count)]


@given(rows=st.integers(1, 60), batch=st.integers(1, 70), seed=st.integers(0, 99))
def test_each_epoch_has_every_row_once(rows, batch, seed):
    for order in epochs(rows, batch, seed, count=3):
        np.testing.assert_array_equal(np.sort(order), np.arange(rows))


def test_each_epoch_has_an_order_of_its_own():
    first, second = epochs(50, 8, seed=0, count=2)
    assert (first != second).any()


def test_the_seed_decides_the_order():
    np.testing.assert_array_equal(epochs(50, 8, 1), epochs(50, 8, 1))
    assert (epochs(50, 8, 1)[0] != epochs(50, 8, 2)[0]).any()


def test_the_last_batch_of_an_epoch_may_be_smaller():
    sizes = [len(x) for (x,) in islice(shuffled_batches(np.zeros((10, 3)), 4, 0), 6)]
    assert sizes == [4, 4, 2, 4, 4, 2]
    assert steps_per_epoch(10, 4) == 3


@given(steps=st.integers(1, 5000), most=st.integers(1, 100))
def test_steps_an_execution_divide_the_epoch(steps, most):
    together = steps_per_execution(steps, most)
    assert 1 <= together <= most
    assert steps % together == 0
    assert not any(steps % n == 0 for n in range(together + 1, min(most, steps) + 1))


@pytest.mark.parametrize(("steps", "together"), [(1, 1), (64, 64), (65, 13), (67, 1), (240, 60)])
def test_some_epochs_in_numbers(steps, together):
    assert steps_per_execution(steps) == together
