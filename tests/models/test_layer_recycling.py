"""Networks of layers that serve again: nothing of one training may reach the next."""

import gc
from dataclasses import replace

import numpy as np
import pytest

from tfrepro.models import layer_recycling
from tfrepro.models.bimodal_autoencoder import BimodalAutoencoder
from tfrepro.models.dbn import MultimodalDbn
from tfrepro.models.rbm import RbmSettings
from tfrepro.models.unrolled_levels import TunedDbn

# Both modalities have layers alike, so that several networks of a kind are in use at once.
MACHINE = RbmSettings(6, 0.02, steps=10, batch=8, sparsity_target=0.2, sparsity_cost=0.1)
SHARED = replace(MACHINE, step_up=(5, 100))  # whose graph changes on the way
STACK = (MACHINE, MACHINE)
TUNING = {"missing": 0.5, "learning_rate": 0.01, "batch": 8, "epochs": 3}
MAKERS = {
    "dbn": lambda seed: MultimodalDbn(STACK, STACK, SHARED, seed),
    "dbn-tuned": lambda seed: TunedDbn(STACK, STACK, SHARED, TUNING, seed),
    "autoencoder": lambda seed: BimodalAutoencoder(
        (6, 6), (6, 6), 6, **TUNING, pretraining_epochs=3, seed=seed
    ),
}


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch):
    monkeypatch.setattr(layer_recycling, "_kept", {})


def rows(seed):
    X = np.random.default_rng(seed).standard_normal((24, 10)).astype(np.float32)
    return X[:, :5], X[:, 5:]


def count():
    return sum(map(len, layer_recycling._kept.values()))


def answers(model):
    deep = [model.deep(name, X) for name, X in zip(("visual", "acoustic"), rows(9), strict=True)]
    return np.concatenate(deep, axis=1)


@pytest.mark.parametrize("kind", MAKERS)
def test_networks_that_serve_again_train_as_fresh_ones(kind, monkeypatch):
    make = MAKERS[kind]
    alone = answers(make(2).fit(*rows(2)))
    monkeypatch.setattr(layer_recycling, "_kept", {})
    first = make(1).fit(*rows(1))
    kept = answers(first)
    beside = make(2).fit(*rows(2))
    np.testing.assert_array_equal(answers(beside), alone)
    np.testing.assert_array_equal(answers(first), kept)
    networks = count()
    del first, beside
    gc.collect()
    again = make(2).fit(*rows(2))
    np.testing.assert_array_equal(answers(again), alone)
    assert count() == networks


def test_networks_of_a_kind_are_as_many_as_were_in_use_at_once():
    for seed in range(3):
        MultimodalDbn(STACK, STACK, SHARED, seed).fit(*rows(seed))
    # Of five machines the lowest of both modalities are alike, as are those upon them.
    assert sorted(map(len, layer_recycling._kept.values())) == [1, 2, 2]
