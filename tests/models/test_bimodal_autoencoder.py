"""The bimodal autoencoder: its shapes, what it learns by heart, and what it puts back."""

import numpy as np
import pytest
from keras import ops

from tfrepro.models.bimodal_autoencoder import BimodalAutoencoder, GaussianDenoisingAutoencoder

SMALL = {"visual": (16, 10), "acoustic": (12, 8), "shared": 20, "batch": 50}


def pairs(n, seed):
    """Standardised views of three hidden causes, which either shows whole."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(7)
    causes = rng.standard_normal((n, 3))
    views = causes @ world.standard_normal((3, 14)), causes @ world.standard_normal((3, 9))
    scale = np.linalg.norm(np.random.default_rng(7).standard_normal((3, 14)), axis=0)
    V = views[0] / scale
    A = views[1] / views[1].std(axis=0)
    return V.astype(np.float32), A.astype(np.float32)


V, A = pairs(300, 0)


@pytest.fixture(scope="module")
def fitted():
    arguments = {"pretraining_epochs": 10, "epochs": 150, "learning_rate": 1e-2, "corruption": 0.1}
    return {
        missing: BimodalAutoencoder(**SMALL, **arguments, missing=missing, seed=1).fit(V, A)
        for missing in (0.0, 2 / 3)
    }


def test_shapes_are_those_of_the_belief_network(fitted):
    model = fitted[2 / 3]
    assert model.deep("visual", V).shape == (300, 10)
    assert model.deep("acoustic", A).shape == (300, 8)
    shared = model.shared(V, A)
    assert (shared.shape, shared.dtype) == ((300, 20), np.float32)
    assert ((shared > 0) & (shared < 1)).all()
    assert model.reconstruct("visual", V).shape == A.shape
    assert model.reconstruct("acoustic", A).shape == V.shape


def test_the_defaults_are_the_spec_s():
    model = BimodalAutoencoder()
    assert (model.visual, model.acoustic, model.shared_size) == ((2048, 1024), (1024, 1024), 2048)
    assert model.missing == 2 / 3


def test_every_layer_learns_by_itself_and_all_together(fitted):
    history = fitted[0.0].history_
    assert history["layer"].unique().tolist() == [
        "visual 1",
        "visual 2",
        "acoustic 1",
        "acoustic 2",
        "shared",
        "all",
    ]
    for _, losses in history.groupby("layer")["loss"]:
        assert losses.iloc[-1] < losses.iloc[0]
    assert (history["layer"] == "all").sum() == 150


def test_trained_with_missing_modalities_it_puts_one_back_far_better(fitted):
    new_v, new_a = pairs(200, 1)
    for query, X, wanted in (("visual", new_v, new_a), ("acoustic", new_a, new_v)):
        errors = {
            missing: np.mean((model.reconstruct(query, X) - wanted) ** 2)
            for missing, model in fitted.items()
        }
        assert errors[2 / 3] < 0.25 * np.mean(wanted**2)
        assert errors[2 / 3] < 0.4 * errors[0.0]


def test_it_learns_a_few_pairs_by_heart():
    few_v, few_a = V[:8], A[:8]
    model = BimodalAutoencoder(
        (30,), (30,), 30, corruption=0.0, missing=0.0, learning_rate=1e-2, batch=8,
        pretraining_epochs=1, epochs=400,
    ).fit(few_v, few_a)  # fmt: skip
    made = model.network_.put_back({"visual": few_v, "acoustic": few_a})
    for name, X in (("visual", few_v), ("acoustic", few_a)):
        assert np.mean((ops.convert_to_numpy(made[name]) - X) ** 2) < 0.02


def test_on_a_level_above_the_base_there_is_a_shared_layer_alone():
    H_v, H_a = 1 / (1 + np.exp(-V)), 1 / (1 + np.exp(-A))
    model = BimodalAutoencoder(
        (), (), 6, visible="bernoulli", pretraining_epochs=2, epochs=2, seed=3
    ).fit(H_v, H_a)
    assert model.shared(H_v, H_a).shape == (300, 6)
    np.testing.assert_array_equal(model.deep("visual", H_v), H_v)
    assert ((model.reconstruct("visual", H_v) > 0) & (model.reconstruct("visual", H_v) < 1)).all()


def test_gaussian_features_need_a_layer_of_their_own():
    with pytest.raises(ValueError, match="gaussian features need a layer for each modality"):
        BimodalAutoencoder((), (4,), 3).fit(V, A)


def test_rows_must_be_pairs():
    with pytest.raises(ValueError, match="300 visual rows, but 299 acoustic ones"):
        BimodalAutoencoder(**SMALL).fit(V, A[1:])


def test_a_layer_on_standardised_features_has_half_the_squared_error():
    layer = GaussianDenoisingAutoencoder(4, 0.0, 0)
    layer.build((None, 14))
    made = ops.convert_to_numpy(layer(V[:5]))
    expected = ((made - V[:5]) ** 2).sum(axis=1).mean() / 2
    assert float(layer.compute_loss(x=V[:5], y_pred=made)) == pytest.approx(expected, rel=1e-5)
