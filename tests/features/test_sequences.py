"""What networks that read sequences are given."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.sequences import Sequences, StepScaling, sequences_of

RNG = np.random.default_rng(0)
N, T, D = 700, 4, 3
LENGTHS = RNG.integers(0, T + 1, N).astype(np.int32)
STEPS = (5 + 10 * RNG.standard_normal((N, T, D))).astype(np.float32)


def a_set(columns=(), **arrays):
    index = pd.DataFrame({"id": np.arange(2), "label": ["a", "b"], **dict(columns)})
    return FeatureSet(index, arrays, {})


class TestStepScaling:
    def test_steps_that_count_have_mean_0_and_deviation_1(self):
        sequences = Sequences(STEPS, LENGTHS)
        scaled = StepScaling().fit(sequences)(*sequences.read(np.arange(N)))
        counted = scaled[np.arange(T) < LENGTHS[:, None]]
        np.testing.assert_allclose(counted.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(counted.std(axis=0), 1, atol=1e-5)

    @pytest.mark.parametrize("standardise", [True, False])
    def test_padding_is_not_looked_at_and_becomes_zeros(self, standardise):
        garbage = np.where((np.arange(T) < LENGTHS[:, None])[:, :, None], STEPS, np.nan)
        scaled = [
            StepScaling(standardise).fit(Sequences(array, LENGTHS))(array, LENGTHS)
            for array in (STEPS, garbage)
        ]
        np.testing.assert_array_equal(*scaled)
        assert (scaled[0][np.arange(T) >= LENGTHS[:, None]] == 0).all()

    def test_switched_off_it_leaves_steps_as_they_are(self):
        full = np.full(N, T)
        scaled = StepScaling(standardise=False).fit(Sequences(STEPS, full))(STEPS, full)
        np.testing.assert_array_equal(scaled, STEPS)

    def test_what_never_varied_or_was_never_there_gives_numbers(self):
        constant = np.full((3, T, D), 7, np.float32)
        for lengths in (np.full(3, T), np.zeros(3, int)):
            scaled = StepScaling().fit(Sequences(constant, lengths))(constant, lengths)
            np.testing.assert_array_equal(scaled, np.zeros_like(constant))


class TestSequencesOfASet:
    def test_sequences_go_before_vectors(self):
        features = a_set(
            {"visual_sequence_length": [2, 0]},
            visual=np.ones((2, 3), np.float32),
            visual_sequence=np.zeros((2, 5, 3), np.float32),
        )
        steps, lengths = sequences_of(features, "visual").read(np.array([1, 0]))
        assert steps.shape == (2, 5, 3)
        assert lengths.tolist() == [0, 2]

    def test_a_vector_is_one_step_and_a_missing_one_is_none(self):
        features = a_set({"has_textual": [True, False]}, textual=np.ones((2, 3), np.float32))
        steps, lengths = sequences_of(features, "textual").read(np.arange(2))
        assert steps.shape == (2, 1, 3)
        assert lengths.tolist() == [1, 0]

    def test_a_modality_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match="no modality 'textual': this set has visual"):
            sequences_of(a_set(visual=np.ones((2, 3), np.float32)), "textual")

    def test_a_length_beyond_the_array_is_refused(self):
        with pytest.raises(ValueError, match=r"length 5 in row 1: must lie in 0 \.\.\. 4"):
            Sequences(STEPS[:2], np.array([4, 5]))
