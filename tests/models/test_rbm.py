"""Contrastive divergence: its direction, its schedules, and what tiny machines learn by it."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy.special import expit, logsumexp
from sklearn.neural_network import BernoulliRBM

from tfrepro.errors import UserError
from tfrepro.layers.rbm import BernoulliRbm, GaussianRbm
from tfrepro.models.rbm import (
    ContrastiveDivergence,
    RbmSettings,
    RestrictedBoltzmannMachine,
    ScheduledMomentum,
    gibbs_steps_at,
    learning_rate_schedule,
    momentum_at,
)

D, H = 4, 3
V_STATES, H_STATES = (
    np.array(list(itertools.product([0.0, 1.0], repeat=n)), np.float32) for n in (D, H)
)
DATA = V_STATES[[3, 3, 12, 5]]
QUICK = RbmSettings(H, 0.1, steps=100, batch=20, weight_decay=0, momentum_steps=50, reports=2)


def changed(settings, **values):
    return RbmSettings(**{**vars(settings), **values})


def tiny(settings=QUICK, kind=BernoulliRbm, seed=0):
    """A network around a machine whose weights and biases are far from zero."""
    rng = np.random.default_rng(seed)
    network = ContrastiveDivergence(kind(H, seed), settings)
    network.build((None, D))
    for weight in network.rbm.trainable_variables:
        weight.assign(rng.standard_normal(weight.shape))
    return network


def gradient(network, rows):
    with tf.GradientTape() as tape:
        loss = network.compute_loss(x=rows, y_pred=network(rows))
    variables = network.trainable_variables
    found = tape.gradient(loss, [variable.value for variable in variables])
    return {v.name: np.array(g) for v, g in zip(variables, found, strict=True)}


def statistics(rbm, V, weights):
    """⟨v h⟩, ⟨v⟩ and ⟨h⟩ with hidden units as probabilities, of weighted rows."""
    h = expit(V @ np.array(rbm.kernel) + np.array(rbm.hidden_bias))
    return {
        "kernel": (V * weights[:, None]).T @ h,
        "visible_bias": weights @ V,
        "hidden_bias": weights @ h,
    }


def difference(rbm, data, weights, model, model_weights):
    """The gradient of a free energy gap, by its formula."""
    seen, made = statistics(rbm, data, weights), statistics(rbm, model, model_weights)
    return {name: made[name] - seen[name] for name in seen}


def model_distribution(rbm):
    F = np.array(rbm.free_energy(V_STATES), np.float64)
    return np.exp(-F - logsumexp(-F))


def transitions(rbm):
    """P(v -> v') of a Gibbs step that samples both layers."""
    p, q = np.array(rbm(V_STATES)), np.array(rbm.visible_mean(H_STATES))
    down = np.prod(np.where(V_STATES[None] > 0, q[:, None], 1 - q[:, None]), axis=2)
    up = np.prod(np.where(H_STATES[None] > 0, p[:, None], 1 - p[:, None]), axis=2)
    return up @ down


def after(rbm, k):
    """How likely each visible state is, k Gibbs steps from the data."""
    start = np.zeros(len(V_STATES))
    np.add.at(start, (DATA @ [8, 4, 2, 1]).astype(int), 1 / len(DATA))
    return start @ np.linalg.matrix_power(transitions(rbm), k)


def flat(gradients):
    return np.concatenate([gradients[name].ravel() for name in sorted(gradients)])


class TestDirection:
    @pytest.mark.parametrize("kind", [BernoulliRbm, GaussianRbm])
    def test_it_is_the_difference_of_the_statistics_of_data_and_reconstructions(
        self, kind, monkeypatch
    ):
        network = tiny(kind=kind)
        made = np.random.default_rng(1).random((6, D)).astype(np.float32)
        monkeypatch.setattr(network, "reconstructions", lambda v, x: (v, made))
        found = gradient(network, DATA)
        expected = difference(network.rbm, DATA, np.full(4, 0.25), made, np.full(6, 1 / 6))
        if kind is GaussianRbm:  # whose E(v) is ½‖v - a‖², with (a - v) as its gradient
            expected["visible_bias"] = made.mean(axis=0) - DATA.mean(axis=0)
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value, atol=1e-5)

    def test_nothing_is_learned_through_the_reconstructions(self):
        network = tiny()
        with tf.GradientTape() as tape:
            _, last = network.reconstructions(DATA, network(DATA))
        assert tape.gradient(last, network.rbm.kernel.value) is None

    def test_in_expectation_many_steps_follow_the_likelihood(self):
        rbm = tiny().rbm
        weights = np.full(4, 0.25)
        true = flat(difference(rbm, DATA, weights, V_STATES, model_distribution(rbm)))
        far = []
        for k in (1, 3, 9):
            step = flat(difference(rbm, DATA, weights, V_STATES, after(rbm, k)))
            far.append(np.linalg.norm(step - true) / np.linalg.norm(true))
            assert step @ true > 0
        assert far == sorted(far, reverse=True)
        assert far[-1] < 0.01

    @pytest.mark.parametrize("k", [1, 12])
    def test_sampled_steps_are_what_is_expected_of_them(self, k):
        network = tiny(changed(QUICK, gibbs_steps=k, sample_visibles=True))
        n = 20_000
        found = flat(gradient(network, np.repeat(DATA, n // 4, axis=0)))
        rbm = network.rbm
        expected = difference(rbm, DATA, np.full(4, 0.25), V_STATES, after(rbm, k))
        # No statistic has a deviation above one half, so this is six standard errors.
        np.testing.assert_allclose(found, flat(expected), atol=6 * 0.5 / np.sqrt(n))

    def test_reconstructions_come_from_binary_hidden_units_and_are_expected_values(self):
        network = tiny()
        first, last = network.reconstructions(DATA, network(DATA))
        np.testing.assert_array_equal(first, last)
        possible = np.array(network.rbm.visible_mean(H_STATES))
        for row in np.array(first):
            assert np.abs(possible - row).max(axis=1).min() < 1e-6
        sampling = tiny(changed(QUICK, sample_visibles=True))
        _, last = sampling.reconstructions(DATA, sampling(DATA))
        assert set(np.unique(last)) <= {0.0, 1.0}

    def test_gaussian_reconstructions_are_not_sampled(self):
        network = tiny(kind=GaussianRbm)
        _, last = network.reconstructions(DATA, network(DATA))
        possible = np.array(network.rbm.visible_mean(H_STATES))
        for row in np.array(last):
            assert np.abs(possible - row).max(axis=1).min() < 1e-5


class TestSchedules:
    def test_the_rate_falls_as_one_over_t(self):
        rate = learning_rate_schedule(changed(QUICK, learning_rate=0.02))
        for t in (0, 1, 5_000, 10_000, 90_000):
            assert float(rate(t)) == pytest.approx(0.02 / (1 + t / 10_000), rel=1e-6)

    def test_the_momentum_rises_linearly_and_stays(self):
        settings = changed(QUICK, momentum_steps=1_000)
        found = [float(momentum_at(t, settings)) for t in (0, 250, 500, 1_000, 9_999)]
        np.testing.assert_allclose(found, [0.5, 0.6, 0.7, 0.9, 0.9], rtol=1e-6)

    def test_steps_of_the_chain_grow_as_told(self):
        settings = changed(QUICK, step_up=(50, 10))
        found = [gibbs_steps_at(t, settings) for t in (0, 49, 50, 59, 60, 75)]
        assert found == [1, 1, 2, 2, 3, 4]
        assert gibbs_steps_at(10**6, QUICK) == 1

    def test_updates_are_the_closed_forms(self):
        settings = changed(QUICK, weight_decay=0.3, momentum_steps=3, decay_steps=5)
        W, b = (keras.Variable(np.ones(shape, "float32")) for shape in ((2, 2), (2,)))
        optimizer = ScheduledMomentum(settings)
        w, v, c, u = 1.0, 0.0, 1.0, 0.0
        for t in range(6):
            optimizer.apply([ops.full((2, 2), 0.5 + t), ops.full((2,), 0.5 + t)], [W, b])
            momentum, rate = 0.5 + 0.4 * min(t / 3, 1), 0.1 / (1 + t / 5)
            v = momentum * v + 0.5 + t + 0.3 * w
            u = momentum * u + 0.5 + t  # biases are not decayed
            w, c = w - rate * v, c - rate * u
            np.testing.assert_allclose(W, w, rtol=1e-5)
            np.testing.assert_allclose(b, c, rtol=1e-5)


class TestSparsity:
    SETTINGS = changed(QUICK, sparsity_target=0.1, sparsity_cost=2.0)

    def test_its_gradient_pushes_log_odds_by_the_excess_of_the_running_mean(self):
        network = tiny(self.SETTINGS)
        p = np.array(network.rbm(DATA)).mean(axis=0)
        for q in (0.1 * p, 0.9 * 0.1 * p + 0.1 * p):
            with tf.GradientTape() as tape:
                cost = network.sparsity(network(DATA))
            rbm = network.rbm
            found = tape.gradient(cost, [rbm.hidden_bias.value, rbm.kernel.value])
            np.testing.assert_allclose(network.activity, q, rtol=1e-5)
            np.testing.assert_allclose(found[0], 2 * (q - 0.1), rtol=1e-4)
            outer = np.outer(DATA.mean(axis=0), 2 * (q - 0.1))
            np.testing.assert_allclose(found[1], outer, rtol=1e-4, atol=1e-7)

    def test_hidden_units_become_as_active_as_asked(self):
        X = (np.random.default_rng(0).random((200, 10)) < 0.5).astype(np.float32)
        settings = changed(
            self.SETTINGS, units=8, steps=600, batch=100, learning_rate=0.05, sparsity_cost=1.0
        )
        made = RestrictedBoltzmannMachine("bernoulli", settings).fit(X)
        np.testing.assert_allclose(made.hidden(X).mean(axis=0), 0.1, atol=0.05)


@pytest.fixture(scope="module")
def rows():
    """Binary rows of twelve units in which three causes switch four units each."""
    rng = np.random.default_rng(0)
    X = np.repeat(rng.random((400, 3)) < 0.5, 4, axis=1)
    return np.where(rng.random(X.shape) < 0.05, ~X, X).astype(np.float32)


class TestLearning:
    def test_two_patterns_are_learned_by_heart(self):
        patterns = np.array([[1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 1]], np.float32)
        settings = changed(QUICK, units=4, steps=1_500, learning_rate=0.2, momentum_steps=500)
        made = RestrictedBoltzmannMachine("bernoulli", settings, seed=1)
        made.fit(np.tile(patterns, (20, 1)))
        states = np.array(list(itertools.product([0, 1], repeat=6)), np.float32)
        F = np.array(made.rbm_.free_energy(states))
        p = np.exp(-F - logsumexp(-F))
        own = [p[(states == pattern).all(axis=1)].item() for pattern in patterns]
        assert sum(own) > 0.9
        # One step never leads from one pattern to the other, so their shares are not settled.
        assert min(own) > 0.1
        np.testing.assert_allclose(made.visible(made.hidden(patterns)), patterns, atol=0.1)

    def test_rows_are_put_back_as_well_as_by_scikit_learns_machine(self, rows):
        settings = RbmSettings(6, 0.1, steps=2_000, batch=10, momentum_steps=500, reports=2)
        ours = RestrictedBoltzmannMachine("bernoulli", settings, seed=0).fit(rows)
        peer = BernoulliRBM(6, learning_rate=0.1, batch_size=10, n_iter=50, random_state=0)
        peer.fit(rows)
        theirs = expit(peer.transform(rows) @ peer.components_ + peer.intercept_visible_)
        error = np.square(ours.visible(ours.hidden(rows)) - rows).mean()
        assert error < 1.05 * np.square(theirs - rows).mean()
        assert error < 0.6 * rows.var(axis=0).mean()

    def test_a_gaussian_machine_learns_what_goes_together(self):
        rng = np.random.default_rng(0)
        causes = rng.random((1_200, 2)) < 0.5
        X = 2 * np.repeat(causes, 3, axis=1) - 1 + 0.5 * rng.standard_normal((1_200, 6))
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        settings = RbmSettings(8, 0.01, steps=1_000, weight_decay=1e-4, momentum_steps=500)
        made = RestrictedBoltzmannMachine("gaussian", settings).fit(X[:1_000])
        test = X[1_000:]
        error = np.square(made.visible(made.hidden(test)) - test).mean()
        assert error < 0.5  # of a variance of one; the causes leave a fifth
        mixed = rng.permuted(test, axis=0)
        assert made.rbm_.free_energy(test).numpy().mean() < (
            made.rbm_.free_energy(mixed).numpy().mean() - 1
        )
        errors = made.history_["reconstruction_error"]
        assert errors.iloc[-1] < errors.iloc[0]

    def test_the_gap_grows_where_a_machine_overfits(self, rows):
        settings = changed(QUICK, units=30, steps=600, batch=10, reports=3)
        few = RestrictedBoltzmannMachine("bernoulli", settings).fit(rows[:20], rows[200:300])
        many = RestrictedBoltzmannMachine("bernoulli", settings).fit(rows[:200], rows[200:300])
        assert few.history_["free_energy_gap"].is_monotonic_increasing
        last = [made.history_["free_energy_gap"].iloc[-1] for made in (few, many)]
        assert last[0] > last[1] + 1


class TestMachine:
    def test_the_seed_alone_decides(self, rows):
        def weights(seed, noise):
            keras.utils.set_random_seed(noise)  # which it must not depend on
            made = RestrictedBoltzmannMachine("bernoulli", QUICK, seed).fit(rows)
            return np.array(made.rbm_.kernel), made.history_

        (one, curve), (again, same), (other, _) = weights(1, 5), weights(1, 6), weights(2, 5)
        np.testing.assert_array_equal(one, again)
        assert curve.equals(same)
        assert np.abs(one - other).max() > 0.01

    def test_the_history_counts_updates_and_passes(self, rows):
        made = RestrictedBoltzmannMachine("bernoulli", QUICK).fit(rows, rows[:7].astype(float))
        assert made.history_["step"].tolist() == [50, 100]
        assert made.history_["epoch"].tolist() == [2.5, 5.0]  # of twenty batches each
        assert np.isfinite(made.history_).all(axis=None)
        assert list(made.history_)[2:] == ["reconstruction_error", "free_energy_gap"]

    def test_the_chain_is_lengthened_while_it_trains(self, rows, monkeypatch):
        seen = []
        one_step = ContrastiveDivergence.gibbs_step

        def counted(network, v):
            seen.append(network.gibbs_steps)
            return one_step(network, v)

        monkeypatch.setattr(ContrastiveDivergence, "gibbs_step", counted)
        settings = changed(QUICK, step_up=(50, 20))
        made = RestrictedBoltzmannMachine("bernoulli", settings).fit(rows)
        assert set(seen) == {2}  # a graph of its own, in which one more step is
        assert np.isfinite(made.hidden(rows)).all()

    def test_hidden_units_and_reconstructions_have_their_shapes(self, rows):
        made = RestrictedBoltzmannMachine("bernoulli", QUICK).fit(rows)
        hidden = made.hidden(rows[:9])
        assert (hidden.shape, hidden.dtype) == ((9, H), np.float32)
        assert made.visible(hidden).shape == (9, 12)

    def test_weights_that_explode_are_an_error(self):
        X = np.random.default_rng(0).standard_normal((40, 12))
        settings = changed(QUICK, units=30, learning_rate=1e20)
        with pytest.raises(UserError, match=r"learning_rate = 1e\+20: .* use a smaller one"):
            RestrictedBoltzmannMachine("gaussian", settings).fit(X)

    @pytest.mark.parametrize(
        ("visibles", "X", "message"),
        [
            ("binary", np.ones((3, 2)), "visibles = 'binary': must be one of gaussian, bernoulli"),
            ("bernoulli", np.full((3, 2), 1.5), r"must lie in \[0, 1\]"),
            ("bernoulli", np.full((3, 2), np.nan), r"must lie in \[0, 1\]"),
            ("gaussian", np.ones((0, 2)), "no rows"),
        ],
    )
    def test_what_it_cannot_learn_from_is_refused(self, visibles, X, message):
        with pytest.raises(ValueError, match=message):
            RestrictedBoltzmannMachine(visibles, QUICK).fit(X)

    def test_settings_that_do_not_fit_together_are_refused(self):
        with pytest.raises(ValueError, match="steps = 100: must be a multiple of reports = 7"):
            changed(QUICK, reports=7)
        with pytest.raises(ValueError, match="gibbs_steps = 0: must be at least 1"):
            changed(QUICK, gibbs_steps=0)
