"""MDL, DMDL, MTDL and D3L as methods: they learn, they do not cheat, they take what there is."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.baselines.dictionary.d3l import D3l
from tfrepro.baselines.dictionary.dmdl import Dmdl
from tfrepro.baselines.dictionary.mdl import Mdl
from tfrepro.baselines.dictionary.mtdl import Mtdl
from tfrepro.features.feature_set import FeatureSet

CLASSES = ("a", "b", "c", "unseen")
DIMS = {"visual": 20, "acoustic": 12, "textual": 8}
METHODS = {
    "mdl": lambda **kw: Mdl(**kw),
    "dmdl": lambda **kw: Dmdl(**kw),
    "mtdl": lambda **kw: Mtdl(rate=2.0, tuning_epochs=15, **kw),
    "d3l": lambda **kw: D3l(rate=2.0, tuning_epochs=15, **kw),
    "d3l unsupervised": lambda **kw: D3l(supervised=False, **kw),
}
pytestmark = pytest.mark.parametrize("make", METHODS.values(), ids=METHODS)


def videos(N, seed, noise=0.3, shuffled=False):
    """Three classes, each with a pattern in every modality."""
    patterns = np.random.default_rng(0)
    rng = np.random.default_rng(seed)
    y = np.arange(N) % 3
    arrays = {}
    for name, d in DIMS.items():
        centre = patterns.standard_normal((3, d))
        arrays[name] = (centre[y] + noise * rng.standard_normal((N, d))).astype(np.float32)
    labels = rng.permutation(y) if shuffled else y
    index = pd.DataFrame({"id": range(N), "label": [CLASSES[i] for i in labels]})
    return FeatureSet(index, arrays, {}, CLASSES)


def accuracy(method, features):
    return np.mean(method.predict_proba(features).argmax(axis=1) == features.y)


def test_overfits_a_tiny_set_and_generalises(make):
    train = videos(24, seed=1)
    method = make(sparsity=0.05, weight_decay=1e-4, batch=8).fit(train)
    assert accuracy(method, train) == 1
    assert accuracy(method, videos(60, seed=2)) > 0.9
    history = method.history_
    np.testing.assert_array_equal(history["epoch"], np.arange(1, len(history) + 1))
    if "loss" in history:
        losses = history["loss"].dropna().to_numpy()
        assert losses[-1] < losses[0]


def test_shuffled_labels_teach_nothing(make):
    method = make().fit(videos(90, seed=1, shuffled=True))
    assert accuracy(method, videos(300, seed=2)) < 0.6


def test_a_class_without_training_videos_has_probability_zero(make):
    P = make().fit(videos(12, seed=1)).predict_proba(videos(6, seed=2))
    assert P.shape == (6, 4)
    np.testing.assert_array_equal(P[:, 3], 0)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-6)


def test_modalities_may_be_missing_from_the_set_or_from_videos(make):
    train = videos(24, seed=1)
    arrays = {name: train.arrays[name].copy() for name in ("textual", "visual")}
    arrays["textual"][::4] = 0
    few = FeatureSet(train.index, arrays, {}, CLASSES)
    method = make().fit(few)
    assert method.modalities_ == ("visual", "textual")
    assert np.isfinite(method.predict_proba(few)).all()
    del arrays["textual"]
    with pytest.raises(ValueError, match="no modality 'textual'"):
        method.predict_proba(FeatureSet(train.index, arrays, {}, CLASSES))


def test_a_single_class_is_certain(make):
    only = videos(24, seed=1).take(np.arange(0, 24, 3))
    np.testing.assert_allclose(make().fit(only).predict_proba(only)[:, 0], 1)


def test_the_same_seed_gives_the_same_answers(make):
    train, test = videos(24, seed=1), videos(9, seed=2)
    one, two, other = (make(seed=s).fit(train).predict_proba(test) for s in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_settings_out_of_range_are_named(make):
    with pytest.raises(ValueError, match="sparsity = 0: must be above 0"):
        make(sparsity=0).fit(videos(12, seed=1))
