"""NMCL and its variants: sizes, what is fused, what the divergence reaches, what is learned."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import log_softmax

from tests.models.test_fusion_baselines import (
    DIMENSIONS,
    PAPER,
    TRAINING,
    accuracy,
    batch,
    videos,
)
from tfrepro.models.nmcl import Nmcl

VARIANTS = [None, 1, 2, 3, 4]


def nmcl(**changes):
    return Nmcl(**(TRAINING | {"epochs": 60} | changes))


def network(dimensions=DIMENSIONS, classes=4, **changes):
    return nmcl(**changes).make_network(dimensions, classes).make_weights()


def sizes_of_vectors(made):
    """What each attention net reads: answer -> F."""
    return {name: net.scores.shape[0] for name, net in made.attentions.items()}


class TestSizes:
    def test_every_host_has_an_augmented_vector_of_2604(self):
        made = network(PAPER, 188, units=256)
        assert sizes_of_vectors(made) == dict.fromkeys(PAPER, 2604)

    def test_at_the_papers_sizes_its_parts_have_as_many_weights_as_printed(self):
        D, K, H = sum(PAPER.values()), 188, 256
        made = network(PAPER, K, units=H)
        for name, D_h in PAPER.items():
            D_g = D - D_h
            gates = made.cooperations[name].gates
            assert [gate.count_params() for gate in gates] == [
                D * D_o + D_o + 1 for D_o in (D_h, D_g)
            ]
            heads = sum(head.count_params() for head in made.heads[name].values())
            assert heads == K * D + 2 * K
            assert made.enhancements[name].count_params() == (D + 1) * H
            assert made.attentions[name].count_params() == 2604 * (K + H)
        apart = network(PAPER, K, units=H, shared_vectors=False)
        assert apart.count_params() - made.count_params() == 2 * K * H

    @pytest.mark.parametrize(
        ("variant", "expected"),
        [
            (1, {"visual": 2 * 8 + 10, "acoustic": 2 * 6 + 12, "textual": 2 * 4 + 14}),
            (2, dict.fromkeys(DIMENSIONS, 16)),
            (3, {"consistent": 16, **DIMENSIONS}),
            (4, {"consistent": 3 * 18, "complementary": 3 * 18}),
        ],
    )
    def test_a_variant_reads_what_table_5_says(self, variant, expected):
        made = network(variant=variant)
        assert sizes_of_vectors(made) == expected
        assert made.answers == tuple(expected)

    def test_one_modality_has_an_attention_net_alone(self):
        made = network({"acoustic": 6}, variant=3)
        assert sizes_of_vectors(made) == {"acoustic": 6}
        assert len(made.weights) == 3
        assert sizes_of_vectors(network({"visual": 8, "textual": 4})) == {
            "visual": 8 + 16 + 4,
            "textual": 4 + 16 + 8,
        }

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_no_two_weights_start_alike(self, variant):
        made = network(variant=variant, shared_vectors=False, hidden=9)
        kernels = [np.ravel(w)[:8] for w in made.get_weights() if w.ndim == 2]
        kernels = [kernel for kernel in kernels if np.ptp(kernel)]  # but Ω, which are ones
        directions = np.array([kernel / np.linalg.norm(kernel) for kernel in kernels])
        assert (np.abs(directions @ directions.T) > 1 - 1e-6).sum() == len(kernels) > 20


class TestNetwork:
    def test_its_answers_are_the_papers_chain_of_equations(self):
        made, x = network(normalisation="sigmoid", initial="glorot"), batch()
        z, expected = np.asarray(made.vectors["visual"]), []
        for name, parts in made.take_apart(x).items():
            guests = np.concatenate([x[other] for other in x if other != name], axis=1)
            np.testing.assert_allclose(parts.alpha_guest + parts.beta_guest, guests, atol=1e-6)
            W, V, b = made.enhancements[name].get_weights()
            beta = np.maximum(np.asarray(parts.beta_host) @ W + parts.beta_guest @ V + b, 0)
            augmented = np.concatenate([parts.alpha_host, beta, parts.alpha_guest], axis=1)
            scores, kernel = made.attentions[name].get_weights()
            theta = np.maximum(np.einsum("bf,fk,fh->bkh", augmented, scores, kernel), 0)
            expected.append(log_softmax(np.einsum("bkh,kh->bk", theta, z), axis=1))
        np.testing.assert_allclose(made(x), np.stack(expected, axis=1), atol=1e-5)

    def test_the_divergence_stands_beside_the_cross_entropy_one_to_one(self):
        x, y, values = batch(), np.array([0, 1, 2, 3, 0]), {}
        for weight in (0.0, 1.0, 3.0):
            made = network(normalisation="sigmoid", divergence_weight=weight)
            values[weight] = float(made.compute_loss(y=y, y_pred=made(x)))
        by_hand = 0.0
        for name, parts in made.take_apart(x).items():
            p, q = (
                log_softmax(made.heads[name][side](beta), axis=1)
                for side, beta in (("host", parts.beta_host), ("guest", parts.beta_guest))
            )
            by_hand += np.sum(np.exp(p) * (p - q), axis=1).mean()
        assert by_hand > 0.01
        assert values[1.0] - values[0.0] == pytest.approx(by_hand, rel=1e-3)
        assert values[3.0] - values[0.0] == pytest.approx(3 * by_hand, rel=1e-3)

    @pytest.mark.parametrize("kind", ["kl", "jeffreys"])
    def test_the_divergence_is_never_negative(self, kind):
        for seed in range(4):
            made = network(seed=seed, divergence=kind, normalisation="sigmoid")
            made(batch(seed=seed))
            assert float(made.losses[0]) >= 0

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_gradients_reach_every_weight(self, variant):
        made, x = network(variant=variant, normalisation="sigmoid"), batch()
        with tf.GradientTape() as tape:
            loss = made.compute_loss(y=np.array([0, 1, 2, 3, 0]), y_pred=made(x))
        variables = made.trainable_variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        for variable, gradient in zip(variables, gradients, strict=True):
            assert gradient is not None, variable.path
            assert np.abs(gradient).max() > 0, variable.path

    def test_what_a_variant_does_not_use_it_does_not_have(self):
        enhanced = {variant: set(network(variant=variant).enhancements) for variant in VARIANTS}
        assert enhanced[1] == enhanced[4] == set()
        assert enhanced[3] == {"consistent"}
        assert enhanced[None] == enhanced[2] == set(DIMENSIONS)

    def test_attention_may_be_left_out(self):
        neutral, without = network(), network(attend=False)
        np.testing.assert_allclose(without(batch()), neutral(batch()), atol=1e-5)
        assert len(neutral.weights) - len(without.weights) == 3

    def test_without_a_divergence_there_is_nothing_that_it_alone_needs(self):
        made = network(divergence_weight=0.0)
        made(batch())
        assert (made.heads, made.losses) == ({}, [])

    def test_a_frozen_gate_has_weights_that_do_not_learn_and_a_removed_one_none(self):
        learned, frozen, removed = (network(gate=gate) for gate in ("learned", "frozen", "removed"))
        assert frozen.count_params() == learned.count_params() > removed.count_params()
        assert len(frozen.trainable_weights) == len(removed.trainable_weights)
        # Of each of three hosts two gates, with two kernels, a bias and ξ each.
        assert len(learned.trainable_weights) - len(frozen.trainable_weights) == 3 * 2 * 4
        np.testing.assert_array_equal(learned(batch()), frozen(batch()))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_learns_a_tiny_set_by_heart(variant):
    names = ("visual", "textual") if variant else tuple(DIMENSIONS)
    features = videos(noise=3.0, names=names)
    method = nmcl(variant=variant).fit(features)
    P = method.predict_proba(features)
    assert accuracy(method, features) == 1.0
    assert (P.shape, P.dtype) == ((24, 4), np.float32)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-5)
    assert method.history_["loss"].iloc[-1] < method.history_["loss"].iloc[0] / 3


def test_what_is_looked_at_afterwards():
    train, valid = videos(noise=2.0), videos(30, seed=1)
    method = nmcl(epochs=4, batch=16, gate="frozen").fit(train, valid)
    each = method.predict_each(valid)
    np.testing.assert_allclose(
        method.predict_proba(valid), np.mean(list(each.values()), axis=0), atol=1e-6
    )
    assert {f"{name}_micro_f1" for name in DIMENSIONS} <= set(method.history_)
    scores = method.relation_scores(valid)
    for name, D in DIMENSIONS.items():
        assert scores[name].shape == (30, D)
        np.testing.assert_allclose(scores[name].sum(axis=1), 1, atol=1e-5)
        assert method.attention_[name].shape == (8 + 6 + 4 + 16, 4)
    assert method.predict_proba(valid.take([])).shape == (0, 4)
    assert method.relation_scores(valid.take([]))["visual"].shape == (0, 8)


@pytest.mark.parametrize("changes", [{"gate": "removed"}, {"modalities": ("visual",)}])
def test_without_gate_or_guest_there_are_no_relation_scores(changes):
    method = nmcl(epochs=1, **changes).fit(videos(names=("visual", "textual")))
    with pytest.raises(ValueError, match="no relation scores"):
        method.relation_scores(videos())


def test_without_attention_there_are_no_scores_of_it():
    with pytest.raises(ValueError, match="no attention scores"):
        _ = nmcl(attend=False).attention_


@pytest.mark.parametrize("names", [("acoustic",), ("visual", "textual")])
def test_it_does_with_the_modalities_that_there_are(names):
    features = videos(noise=0.5, names=names)
    method = nmcl(epochs=15).fit(features)
    assert method.answers_ == names
    assert accuracy(method, features) > 0.9
    np.testing.assert_array_equal(
        method.predict_proba(features), method.predict_proba(videos(noise=0.5))
    )


def test_it_learns_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        method = nmcl(epochs=3, modalities=("visual", "acoustic")).fit(videos())
        P = method.predict_proba(videos(seed=1))
    finally:
        keras.config.set_dtype_policy("float32")
    assert P.dtype == np.float32
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-3)
    assert np.isfinite(method.history_["loss"]).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"variant": 5}, "variant = 5"),
        ({"divergence": "js"}, "divergence = 'js'"),
        ({"gate": "open"}, "gate = 'open'"),
        ({"initial": "zeros"}, "initial = 'zeros'"),
    ],
)
def test_a_word_that_is_no_setting_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        nmcl(**changes).fit(videos())
