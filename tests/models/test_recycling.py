"""Networks that serve again: nothing of one training may reach the next."""

import gc

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.models import recycling
from tfrepro.models.recurrent import Conv
from tfrepro.models.recycling import compiled


class Owner:
    """Whom a network is for."""


class Network(keras.Model):
    """A linear map with dropout, whose random state is a variable too."""

    def __init__(self, seed):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5, seed=seed)
        self.linear = keras.layers.Dense(
            1, kernel_initializer=keras.initializers.GlorotUniform(seed)
        )
        self(np.zeros((1, 3), np.float32))

    def call(self, x, training=False):
        return self.linear(self.dropout(x, training=training))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.square(y - ops.cast(y_pred[:, 0], "float32")))


X = np.random.default_rng(0).standard_normal((8, 3)).astype(np.float32)
Y = X.sum(axis=1)


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch):
    monkeypatch.setattr(recycling, "_kept", None)


def trained(seed, owner, rate=0.1):
    """A network of that seed after three steps of Adam, and the losses."""
    network = compiled(Network(seed), keras.optimizers.Adam(rate), 1, kind=rate, owner=owner)
    losses = [float(network.train_on_batch(X, Y)) for _ in range(3)]
    return network, losses


def weights(network):
    return [variable.numpy() for variable in network.variables]


def test_a_network_that_serves_again_trains_as_a_fresh_one(monkeypatch):
    fresh, expected = trained(2, Owner())
    expected_weights = weights(fresh)
    monkeypatch.setattr(recycling, "_kept", None)
    first, _ = trained(1, Owner())
    again, losses = trained(2, Owner())
    assert again is first
    assert losses == expected
    for made, right in zip(weights(again), expected_weights, strict=True):
        np.testing.assert_array_equal(made, right)


def test_a_network_serves_nobody_else_while_its_owner_lives():
    owner = Owner()
    first, _ = trained(1, owner)
    before = weights(first)
    other, _ = trained(2, Owner())
    assert other is not first
    for now, then in zip(weights(first), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_an_owner_that_refers_to_itself_is_collected():
    owner = Owner()
    owner.itself = owner
    first, _ = trained(1, owner)
    gc.disable()
    try:
        del owner
        assert trained(2, Owner())[0] is first
    finally:
        gc.enable()


def test_another_kind_is_another_network():
    first, _ = trained(1, Owner())
    assert trained(1, Owner(), rate=0.2)[0] is not first


def test_another_precision_is_another_network():
    first, _ = trained(1, Owner())
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert trained(1, Owner())[0] is not first
    finally:
        keras.config.set_dtype_policy(policy)


def features(seed):
    rng = np.random.default_rng(seed)
    arrays = {name: rng.standard_normal((12, 4)).astype(np.float32) for name in MODALITIES}
    index = pd.DataFrame({"id": np.arange(12), "label": ["x", "y"] * 6})
    return FeatureSet(index, arrays, {})


def test_a_method_that_is_gone_leaves_its_network_to_the_next_of_its_kind():
    arguments = {"common": 3, "atoms": 4, "batch": 5, "epochs": 3}
    alone = Conv(**arguments, seed=2).fit(features(2)).predict_proba(features(3))
    first = Conv(**arguments, seed=1).fit(features(1))
    kept = first.predict_proba(features(3))
    beside = Conv(**arguments, seed=2).fit(features(2))
    np.testing.assert_array_equal(beside.predict_proba(features(3)), alone)
    np.testing.assert_array_equal(first.predict_proba(features(3)), kept)
    network = beside.network_
    del beside
    after = Conv(**arguments, seed=1).fit(features(1))
    assert after.network_ is network
    np.testing.assert_array_equal(after.predict_proba(features(3)), kept)
