"""D3L: data-driven dictionary learning, on all modalities as if they were one."""

from functools import partial

import numpy as np

from tfrepro.baselines.dictionary.classifiers import SOFTMAX
from tfrepro.baselines.dictionary.inputs import Read, joined_rows
from tfrepro.baselines.dictionary.method import TaskDrivenMethod
from tfrepro.features.feature_set import FeatureSet


class D3l(TaskDrivenMethod):
    """Sparse codes of the concatenated modalities into a softmax.

    The paper calls it data-driven, unimodal and supervised, and cites task-driven dictionary
    learning: that is ``supervised``. Without, it is a dictionary learned without labels and a
    softmax classifier of its codes, from which the supervised one starts.

    Parameters
    ----------
    supervised : whether the dictionary learns from the labels; if not, ``rate`` and
        ``tuning_epochs`` do not count
    settings : of :class:`~tfrepro.baselines.dictionary.method.TaskDrivenMethod`

    Source: "D3L", DARE, section 5.2; J. Mairal et al., Task-Driven Dictionary Learning, 2012.
    """

    classifier = SOFTMAX

    def __init__(self, supervised: bool = True, **settings):
        super().__init__(**settings)
        self.supervised = supervised

    def _reader(self, features: FeatureSet) -> Read:
        return partial(joined_rows, features, self.modalities_)

    def _tune(self, read: Read, y: np.ndarray, rng: np.random.Generator) -> None:
        if self.supervised:
            super()._tune(read, y, rng)
