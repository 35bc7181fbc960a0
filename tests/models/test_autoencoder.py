"""The stacked autoencoder: reproducible, saved whole, and better than the mean."""

import keras
import numpy as np
import pytest
import soxr

from tfrepro.errors import UserError
from tfrepro.features.acoustic import BLOCKS, AcousticFrontEnd
from tfrepro.models.autoencoder import (
    CORRUPTION,
    LAYERS,
    PRESETS,
    Preset,
    StackedDenoisingAutoencoder,
    apply_in_batches,
    load_encoder,
)
from tfrepro.simulate.sounds import sound_clips

SMALL = {"layers": (12, 6), "corruption": (0.1, 0.2), "preset": "fast"}


def cross_entropy(x, z):
    z = np.clip(z, 1e-6, 1 - 1e-6)
    return -np.mean(np.sum(x * np.log(z) + (1 - x) * np.log(1 - z), axis=1))


@pytest.fixture(scope="module")
def rows():
    """Forty rows of twenty inputs that follow three hidden causes; one input never varies."""
    rng = np.random.default_rng(0)
    x = np.tanh(rng.standard_normal((40, 3)) @ rng.standard_normal((3, 20)))
    x[:, 5] = 4.0
    return (x + 0.05 * rng.standard_normal(x.shape) * (np.arange(20) != 5)).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(rows):
    return StackedDenoisingAutoencoder(**SMALL, seed=1).fit(rows)


@pytest.fixture(scope="module")
def clips():
    """The 1,104-D vectors of 84 rendered clips."""
    vectors = []
    front_end = AcousticFrontEnd()
    for clip in sound_clips(84, 2, noise=1.0, companions=2.0, takes=2):
        blocks = front_end.signal(soxr.resample(clip.y, clip.rate, 22050))
        vectors.append(np.concatenate([blocks[name] for name in BLOCKS]))
    return np.stack(vectors)


class TestSettings:
    def test_the_layers_are_the_papers(self):
        assert LAYERS == (500, 400, 300, 200)
        assert CORRUPTION == (0.1, 0.2, 0.3, 0.3)
        plain = StackedDenoisingAutoencoder()
        assert (plain.layers, plain.corruption, plain.preset) == (LAYERS, CORRUPTION, "theano")

    def test_the_theano_preset_is_the_tutorials(self):
        assert PRESETS["theano"] == Preset("sgd", learning_rate=1e-3, batch=1, epochs=15)

    def test_the_full_network_has_the_papers_sizes(self):
        x = np.random.default_rng(0).random((4, 1104), dtype=np.float32)
        PRESETS["brief"] = Preset("sgd", 1e-3, batch=4, epochs=1)
        try:
            model = StackedDenoisingAutoencoder(preset="brief").fit(x)
        finally:
            del PRESETS["brief"]
        kernels = [w.shape for w in model.encoder_.trainable_variables if len(w.shape) == 2]
        assert [tuple(shape) for shape in kernels] == [
            (1104, 500),
            (500, 400),
            (400, 300),
            (300, 200),
        ]
        assert model.transform(x).shape == (4, 200)
        assert model.reconstruct(x).shape == (4, 1104)

    def test_as_many_corruptions_as_layers_are_needed(self, rows):
        with pytest.raises(ValueError, match="one probability for each of the 2 layers"):
            StackedDenoisingAutoencoder(layers=(5, 4), corruption=(0.1,)).fit(rows)

    def test_an_unknown_preset_is_refused(self, rows):
        with pytest.raises(ValueError, match="preset = 'quick': must be one of theano, fast"):
            StackedDenoisingAutoencoder(preset="quick").fit(rows)


class TestTraining:
    def test_the_history_has_every_layer_and_epoch(self, fitted):
        history = fitted.history_
        assert history.columns.tolist() == ["layer", "epoch", "loss"]
        for depth in (1, 2):
            epochs = history[history["layer"] == depth]["epoch"]
            assert epochs.tolist() == list(range(1, PRESETS["fast"].epochs + 1))

    def test_the_loss_of_every_layer_falls(self, fitted):
        for _, curve in fitted.history_.groupby("layer")["loss"]:
            assert curve.iloc[-5:].mean() < curve.iloc[:5].mean()

    def test_theano_settings_train_too(self, rows):
        model = StackedDenoisingAutoencoder((8,), (0.1,), "theano").fit(rows)
        assert len(model.history_) == 15
        assert model.history_["loss"].iloc[-1] < model.history_["loss"].iloc[0]

    def test_the_same_seed_gives_the_same_codes(self, rows, fitted):
        keras.utils.set_random_seed(99)  # which it must not depend on
        again = StackedDenoisingAutoencoder(**SMALL, seed=1).fit(rows)
        np.testing.assert_array_equal(again.transform(rows), fitted.transform(rows))
        np.testing.assert_array_equal(again.history_["loss"], fitted.history_["loss"])

    def test_another_seed_gives_other_codes(self, rows, fitted):
        other = StackedDenoisingAutoencoder(**SMALL, seed=2).fit(rows)
        assert np.abs(other.transform(rows) - fitted.transform(rows)).max() > 0.01

    def test_it_learns_a_tiny_set_by_heart(self):
        x = np.random.default_rng(0).random((6, 10)).astype(np.float32)
        PRESETS["long"] = Preset("adam", 1e-2, batch=6, epochs=600)
        try:
            model = StackedDenoisingAutoencoder((30,), (0.0,), "long").fit(x)
        finally:
            del PRESETS["long"]
        np.testing.assert_allclose(model.reconstruct(x), model.scaled(x), atol=0.08)

    def test_inputs_that_never_vary_do_no_harm(self, fitted, rows):
        assert np.isfinite(fitted.transform(rows)).all()
        np.testing.assert_array_equal(fitted.scaled(rows)[:, 5], np.zeros(len(rows)))
        changed = rows.copy()
        changed[:, 5] = -100
        np.testing.assert_array_equal(fitted.transform(changed), fitted.transform(rows))

    def test_a_set_without_any_variation_can_be_trained_on(self):
        x = np.ones((4, 3), np.float32)
        model = StackedDenoisingAutoencoder((2,), (0.1,), "fast").fit(x)
        assert np.isfinite(model.reconstruct(x)).all()


class TestUse:
    def test_codes_lie_between_0_and_1(self, fitted, rows):
        codes = fitted.transform(rows)
        assert (codes.shape, codes.dtype) == ((40, 6), np.float32)
        assert ((codes > 0) & (codes < 1)).all()

    def test_nothing_is_corrupted_in_use(self, fitted, rows):
        np.testing.assert_array_equal(fitted.transform(rows), fitted.transform(rows))

    def test_a_row_has_the_same_code_alone_and_among_others(self, fitted, rows):
        np.testing.assert_allclose(fitted.transform(rows[3:4]), fitted.transform(rows)[3:4], 1e-5)

    def test_the_decoder_has_the_encoders_matrices_turned_over(self, fitted):
        encoder = [layer.kernel.numpy() for layer in fitted.encoder_.layers[1:]]
        decoder = [layer.kernel.numpy() for layer in fitted.decoder_.layers]
        for forth, back in zip(encoder, reversed(decoder), strict=True):
            np.testing.assert_array_equal(back, forth.T)

    def test_scaled_rows_are_put_back_as_plain_ones_are(self, fitted, rows):
        np.testing.assert_allclose(
            fitted.reconstruct_scaled(fitted.scaled(rows)), fitted.reconstruct(rows), rtol=1e-5
        )

    @pytest.mark.parametrize("batch", [1, 7, 40, 41])
    def test_batches_change_nothing(self, batch):
        x = np.arange(80, dtype=np.float32).reshape(40, 2)
        np.testing.assert_array_equal(apply_in_batches(lambda x: 2 * x, x, batch), 2 * x)


class TestSaving:
    def test_a_saved_encoder_gives_equal_codes(self, fitted, rows, tmp_path):
        fitted.save(tmp_path / "model")
        assert sorted(file.name for file in (tmp_path / "model").iterdir()) == [
            "decoder.keras",
            "encoder.keras",
            "history.csv",
        ]
        encoder = load_encoder(tmp_path / "model" / "encoder.keras")
        np.testing.assert_array_equal(encoder(rows), fitted.transform(rows))
        decoder = load_encoder(tmp_path / "model" / "decoder.keras")
        np.testing.assert_allclose(decoder(encoder(rows)), fitted.reconstruct(rows), rtol=1e-6)

    def test_a_model_with_code_inside_is_not_run(self, tmp_path):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: 2 * x)])
        model.save(tmp_path / "encoder.keras")
        with pytest.raises(UserError, match="not a Keras model"):
            load_encoder(tmp_path / "encoder.keras")

    @pytest.mark.parametrize("content", [None, b"", b"no model"])
    def test_what_is_no_model_is_named(self, tmp_path, content):
        file = tmp_path / "encoder.keras"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(UserError, match=r"encoder\.keras: not a Keras model"):
            load_encoder(file)


@pytest.mark.parametrize("compression", ["none", "log"])
def test_corrupted_held_out_clips_are_put_back_better_than_by_the_mean(clips, compression):
    # Two takes of twelve recordings are held out, so that none was heard in training.
    test = np.arange(24, 48)
    test, train = clips[test], np.delete(clips, test, axis=0)
    model = StackedDenoisingAutoencoder((500, 200), (0.1, 0.2), "fast", compression).fit(train)
    clean = model.scaled(test)
    masked = np.random.default_rng(0).random(clean.shape) < 0.1
    ours = model.reconstruct_scaled(np.where(masked, 0, clean).astype(np.float32))
    mean = np.broadcast_to(model.scaled(train).mean(axis=0), clean.shape)
    assert cross_entropy(clean, ours) < cross_entropy(clean, mean)
    assert np.mean((clean - ours) ** 2) < np.mean((clean - mean) ** 2)
    # Also of the values that were taken, of which it saw nothing.
    assert np.mean((clean - ours)[masked] ** 2) < np.mean((clean - mean)[masked] ** 2)
