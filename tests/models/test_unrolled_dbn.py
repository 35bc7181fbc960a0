"""The unrolled network: first the given weights' passes up and down, then a smaller error."""

import numpy as np
import pytest
from keras import ops
from scipy.special import expit

from tfrepro.models.unrolled_dbn import (
    LayerWeights,
    UnrolledDbn,
    UnrolledNetwork,
    partly_missing,
)


def weights(D, H, seed, scale=0.5):
    rng = np.random.default_rng(seed)
    return LayerWeights(
        *(scale * rng.standard_normal(shape).astype("float32") for shape in ((D, H), H, D))
    )


STACKS = {"visual": [weights(9, 6, 1), weights(6, 5, 2)], "acoustic": [weights(7, 4, 3)]}
SHARED = weights(9, 8, 4)
rng = np.random.default_rng(0)
CAUSES = rng.standard_normal((60, 2))
V = np.tanh(CAUSES @ rng.standard_normal((2, 9))).astype(np.float32)
A = np.tanh(CAUSES @ rng.standard_normal((2, 7))).astype(np.float32)


def up(stack, x):
    for layer in stack:
        x = expit(x @ layer.kernel + layer.hidden_bias)
    return x


def down(stack, h, last=lambda z: z):
    """From a code to the features: all but the last step end in a sigmoid."""
    for depth, layer in enumerate(stack[::-1], 1):
        z = h @ layer.kernel.T + layer.visible_bias
        h = last(z) if depth == len(stack) else expit(z)
    return h


def untrained(*args, **kwargs):
    return UnrolledDbn(*args, epochs=0, **kwargs)


class TestBeforeTraining:
    def test_deep_and_shared_representations_are_the_passes_up(self):
        model = untrained(STACKS, SHARED).fit(V, A)
        tops = [up(STACKS["visual"], V), up(STACKS["acoustic"], A)]
        np.testing.assert_allclose(model.deep("visual", V), tops[0], atol=1e-5)
        np.testing.assert_allclose(model.deep("acoustic", A), tops[1], atol=1e-5)
        shared = up([SHARED], np.concatenate(tops, axis=1))
        np.testing.assert_allclose(model.shared(V, A), shared, atol=1e-5)

    @pytest.mark.parametrize("visible", ["gaussian", "bernoulli"])
    def test_what_is_put_back_is_the_pass_down(self, visible):
        model = untrained(STACKS, SHARED, visible=visible).fit(V, A)
        last = expit if visible == "bernoulli" else lambda z: z
        top = np.c_[up(STACKS["visual"], V), up(STACKS["acoustic"], A)]
        tops = down([SHARED], up([SHARED], top), expit)
        made = model.network_.put_back({"visual": V, "acoustic": A})
        visual = down(STACKS["visual"], tops[:, :5], last)
        acoustic = down(STACKS["acoustic"], tops[:, 5:], last)
        np.testing.assert_allclose(made["visual"], visual, atol=1e-5)
        np.testing.assert_allclose(made["acoustic"], acoustic, atol=1e-5)

    def test_a_missing_modality_is_zeros(self):
        model = untrained(STACKS, SHARED).fit(V, A)
        made = model.network_.put_back({"visual": np.zeros_like(V), "acoustic": A})
        np.testing.assert_allclose(model.reconstruct("acoustic", A), made["visual"], atol=1e-6)
        assert model.reconstruct("visual", V).shape == A.shape

    def test_without_a_shared_layer_each_modality_is_by_itself(self):
        model = untrained(STACKS).fit(V, A)
        made = model.network_.put_back({"visual": V, "acoustic": A})
        for name, X in (("visual", V), ("acoustic", A)):
            expected = down(STACKS[name], up(STACKS[name], X))
            np.testing.assert_allclose(made[name], expected, atol=1e-5)
        with pytest.raises(ValueError, match="only one of two modalities with a shared layer"):
            model.reconstruct("visual", V)

    def test_a_level_above_the_base_is_a_shared_layer_alone(self):
        stacks, shared = {"visual": [], "acoustic": []}, weights(16, 3, 5)
        H_v, H_a = expit(V), expit(A)
        model = untrained(stacks, shared, visible="bernoulli").fit(H_v, H_a)
        code = up([shared], np.c_[H_v, H_a])
        np.testing.assert_allclose(model.shared(H_v, H_a), code, atol=1e-5)
        made = model.network_.put_back({"visual": H_v, "acoustic": H_a})
        back = down([shared], code, expit)
        np.testing.assert_allclose(np.c_[made["visual"], made["acoustic"]], back, atol=1e-5)

    @pytest.mark.parametrize("visible", ["gaussian", "bernoulli"])
    def test_the_loss_is_the_mean_error_of_a_feature_and_modalities_weigh_alike(self, visible):
        network = UnrolledNetwork({"visual": 9, "acoustic": 7}, STACKS, SHARED, visible)
        x = {"visual": expit(V), "acoustic": expit(A)}
        made = {name: np.float64(z) for name, z in network.put_back(x).items()}
        errors = {
            "gaussian": lambda x, z: (x - z) ** 2 / 2,
            "bernoulli": lambda x, z: -x * np.log(z) - (1 - x) * np.log(1 - z),
        }
        expected = np.mean([errors[visible](x[name], made[name]).mean() for name in x])
        loss = network.compute_loss(x=x, y=x, y_pred=network(x))
        assert float(loss) == pytest.approx(expected, rel=1e-5)


class TestFineTuning:
    def test_it_lowers_the_error_and_leaves_the_given_arrays_alone(self):
        kept = STACKS["visual"][0].kernel.copy()
        before = untrained(STACKS, SHARED).fit(V, A)
        after = UnrolledDbn(STACKS, SHARED, epochs=60, batch=20, learning_rate=1e-2).fit(V, A)
        x = {"visual": V, "acoustic": A}

        def error(model):
            made = model.network_.put_back(x)
            return np.mean([np.mean((np.asarray(made[name]) - x[name]) ** 2) for name in x])

        assert error(after) < 0.2 * error(before)
        assert after.history_["loss"].iloc[-1] < 0.5 * after.history_["loss"].iloc[0]
        assert after.history_["epoch"].tolist() == list(range(1, 61))
        np.testing.assert_array_equal(STACKS["visual"][0].kernel, kept)

    def test_one_modality_by_itself_can_be_tuned_and_the_seed_decides_it(self):
        stack = {"visual": STACKS["visual"]}
        first, again = (UnrolledDbn(stack, epochs=3, seed=5).fit(V) for _ in range(2))
        assert first.history_["loss"].iloc[-1] < first.history_["loss"].iloc[0]
        np.testing.assert_array_equal(first.deep("visual", V), again.deep("visual", V))

    def test_weights_up_and_down_are_free_of_each_other(self):
        network = UnrolledNetwork({"visual": 9, "acoustic": 7}, STACKS, SHARED, "gaussian")
        assert len(network.trainable_variables) == 2 * 2 * 4
        sizes = [int(ops.size(variable)) for variable in network.trainable_variables]
        kernels = 9 * 6 + 6 * 5 + 7 * 4 + 9 * 8
        assert sum(sizes) == 2 * kernels + (6 + 5 + 4 + 8) + (9 + 6 + 7 + 9)


class TestMissing:
    def test_one_modality_is_zeros_in_that_share_of_rows_and_all_are_wanted(self):
        ones = {"visual": np.ones((3000, 2)), "acoustic": np.ones((3000, 3))}
        seen, whole = next(partly_missing(ones, 2 / 3, 3000, seed=0))
        gone = {name: ~x.any(axis=1) for name, x in seen.items()}
        assert gone["visual"].mean() == pytest.approx(1 / 3, abs=0.04)
        assert gone["acoustic"].mean() == pytest.approx(1 / 3, abs=0.04)
        assert not (gone["visual"] & gone["acoustic"]).any()
        assert all(x.all() for x in whole.values())
        assert {x.dtype for x in [*seen.values(), *whole.values()]} == {np.dtype("float32")}

    def test_rows_stay_pairs(self):
        pairs = {"visual": np.arange(50.0)[:, None], "acoustic": 2 * np.arange(50.0)[:, None]}
        batches = partly_missing(pairs, 0.5, 20, seed=0)
        for _ in range(6):
            _, whole = next(batches)
            np.testing.assert_array_equal(2 * whole["visual"], whole["acoustic"])

    def test_nothing_is_missing_unless_asked(self):
        seen, whole = next(partly_missing({"visual": V, "acoustic": A}, 0.0, 60, seed=0))
        np.testing.assert_array_equal(seen["visual"], whole["visual"])


class TestMistakes:
    def test_layers_must_fit_on_each_other(self):
        stacks = {"visual": [weights(9, 6, 1), weights(5, 2, 1)]}
        with pytest.raises(ValueError, match="visual: a layer of 5 inputs stands on 6 units"):
            untrained(stacks).fit(V)
        with pytest.raises(ValueError, match="shared: a layer of 9 inputs stands on 6 units"):
            untrained({"visual": [weights(9, 6, 1)]}, SHARED).fit(V)

    def test_biases_must_fit_their_kernel(self):
        with pytest.raises(ValueError, match=r"kernel of shape \(3, 2\), biases of \(3, 4\)"):
            LayerWeights(np.zeros((3, 2)), np.zeros(4), np.zeros(3))

    def test_rows_must_be_pairs(self):
        with pytest.raises(ValueError, match=r"modalities have \[50, 60\] rows"):
            UnrolledDbn(STACKS, SHARED).fit(V, A[:50])

    @pytest.mark.parametrize(("stacks", "missing"), [(STACKS, 1.5), ({"visual": []}, 0.5)])
    def test_a_share_that_cannot_be_missing_is_refused(self, stacks, missing):
        arrays = [V, A][: len(stacks)]
        with pytest.raises(ValueError, match=f"missing = {missing}"):
            untrained(stacks, missing=missing).fit(*arrays)

    def test_features_are_one_of_two_kinds(self):
        with pytest.raises(ValueError, match="visible = 'binary': must be one of gaussian"):
            untrained(STACKS, SHARED, visible="binary").fit(V, A)
