"""Which modalities of a set there are, and in which order."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.modalities import choose_modalities

INDEX = pd.DataFrame({"id": ["a", "b"], "label": ["x", "y"], "group": ["1", "2"]})


def a_set(*names):
    return FeatureSet(INDEX, {name: np.ones((2, 3), np.float32) for name in names}, {})


@pytest.mark.parametrize("names", [("textual", "visual"), ("visual", "motion", "textual")])
def test_modalities_come_in_the_papers_order_and_nothing_else_does(names):
    assert choose_modalities(a_set(*names)) == ("visual", "textual")


def test_those_wanted_need_not_be_there_for_what_a_row_leaves_out_is_never_read():
    assert choose_modalities(a_set("textual"), ["acoustic", "visual"]) == ("visual", "acoustic")


def test_a_sequence_counts_where_sequences_are_read():
    features = a_set("textual", "acoustic_sequence")
    assert choose_modalities(features, sequences=True) == ("acoustic", "textual")
    assert choose_modalities(features) == ("textual",)


def test_a_set_without_any_is_refused():
    with pytest.raises(ValueError, match="no modality: this set has motion"):
        choose_modalities(a_set("motion"))
    with pytest.raises(ValueError, match="no modality: this set has nothing"):
        choose_modalities(a_set())


def test_an_unknown_one_is_refused():
    with pytest.raises(ValueError, match="modality 'smell': must be one of visual"):
        choose_modalities(a_set("visual"), ["smell"])
