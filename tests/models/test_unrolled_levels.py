"""Networks by back-propagation, used as a multimodal belief network is."""

import numpy as np
import pytest

from tfrepro.models.dbn import MultimodalDbn
from tfrepro.models.music_video_networks import machines_of, make_network
from tfrepro.models.rbm import RbmSettings
from tfrepro.models.unrolled_levels import TunedDbn

MACHINE = {"units": 4, "learning_rate": 0.01, "steps": 20, "batch": 32}
MACHINES = {
    "visual": ({**MACHINE, "units": 6}, MACHINE),
    "acoustic": ({**MACHINE, "units": 5}, {**MACHINE, "units": 3}),
    "shared": {**MACHINE, "units": 8},
}
TUNING = {"missing": 0.5, "learning_rate": 0.01, "batch": 32, "epochs": 2}
LAYERS = {
    "visual": (6, 4),
    "acoustic": (5, 3),
    "shared": 8,
    "training": {**TUNING, "corruption": 0.1, "pretraining_epochs": 2},
}
NETWORKS = {
    "dbn": MACHINES,
    "dbn-tuned": {**MACHINES, "tuning": TUNING},
    "autoencoder": LAYERS,
}


@pytest.fixture(scope="module")
def segments():
    """Standardised features (60, 10) and (60, 7)."""
    rng = np.random.default_rng(0)
    cause = rng.standard_normal((60, 2))
    return tuple(
        (cause @ rng.standard_normal((2, D)) + 0.3 * rng.standard_normal((60, D))).astype("float32")
        for D in (10, 7)
    )


@pytest.fixture(scope="module", params=NETWORKS)
def fitted(request, segments):
    network = make_network(request.param, NETWORKS[request.param], seed=3).fit(*segments)
    deep = [network.deep(name, X) for name, X in zip(("visual", "acoustic"), segments, strict=True)]
    joined = [H.reshape(30, -1) for H in deep]
    return network.fit_level(2, *joined), deep, joined


def test_all_have_deep_and_shared_representations_of_every_level(fitted):
    network, deep, joined = fitted
    assert [H.shape for H in deep] == [(60, 4), (60, 3)]
    for level, parts in ((1, deep), (2, joined)):
        H = network.shared_of(level, *parts)
        assert H.shape == (60 // level, 8)
        assert ((H > 0) & (H < 1)).all()
        assert np.std(H, axis=0).max() > 1e-3, "rows differ"
    assert len(network.history_) > 0


def test_what_is_unrolled_puts_one_modality_back_from_the_other(fitted, segments):
    network, *_ = fitted
    if isinstance(network, MultimodalDbn):
        return
    X_v, X_a = segments
    assert network.reconstruct("acoustic", X_a).shape == X_v.shape
    assert network.reconstruct("visual", X_v).shape == X_a.shape


def test_without_epochs_of_tuning_a_network_is_the_belief_network(segments):
    tuning = {**TUNING, "epochs": 0}
    tuned = make_network("dbn-tuned", {**MACHINES, "tuning": tuning}, seed=3).fit(*segments)
    plain = make_network("dbn", MACHINES, seed=3).fit(*segments)
    assert isinstance(tuned, TunedDbn)
    deep = [plain.deep(name, X) for name, X in zip(("visual", "acoustic"), segments, strict=True)]
    np.testing.assert_allclose(tuned.deep("visual", segments[0]), deep[0], atol=1e-5)
    np.testing.assert_allclose(tuned.shared_of(1, *deep), plain.shared_of(1, *deep), atol=1e-5)


def test_machines_have_the_settings_they_are_given():
    first, second = machines_of(MACHINES["visual"])
    assert (first.units, second.units, first.steps) == (6, 4, 20)
    assert first == RbmSettings(6, 0.01, steps=20, batch=32)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="kind = 'rnn': must be dbn, dbn-tuned or autoencoder"):
        make_network("rnn", MACHINES, 0)
