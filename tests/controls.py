"""Controls that the tests of any method can call."""

from collections.abc import Callable

import numpy as np

from tfrepro.evaluation.label_shuffle import shuffled_labels
from tfrepro.evaluation.method import Method
from tfrepro.features.feature_set import FeatureSet


def excess(method: Method, train: FeatureSet, test: FeatureSet) -> float:
    """Accuracy beyond that of the same answers, given to the items in any other order.

    Chance is what answers as frequent as these would have right of labels as frequent as the
    test part's, so classes may have any sizes.
    """
    predicted = method.fit(train).predict_proba(test).argmax(axis=1)
    K = len(test.classes)
    shares = [np.bincount(y, minlength=K) / len(test) for y in (predicted, test.y)]
    return float(np.mean(predicted == test.y) - np.dot(*shares))


def assert_at_chance(
    make_method: Callable[[], Method],
    train: FeatureSet,
    test: FeatureSet,
    *,
    shuffles: int = 6,
    within: float = 0.1,
    seed: int = 0,
) -> None:
    """A fresh method does well, but at chance once the training labels are shuffled.

    Shuffled labels can agree with the true ones by luck, in all test items of a class at once,
    so a mean over some shuffles is looked at.

    Parameters
    ----------
    within : how far from chance the mean accuracy may be; with true labels it must be
        farther than twice that, or the control would show nothing
    """
    assert excess(make_method(), train, test) > 2 * within, "nothing to be learned here"
    rng = np.random.default_rng(seed)
    found = [excess(make_method(), shuffled_labels(train, rng), test) for _ in range(shuffles)]
    assert abs(np.mean(found)) < within, f"beyond chance by {np.round(found, 3)}"
