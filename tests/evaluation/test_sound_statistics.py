"""A sound collection in numbers."""

import pandas as pd
import pytest

from tfrepro.evaluation.sound_statistics import (
    PRINTED_STEPS,
    concept_durations,
    sound_statistics,
)
from tfrepro.published import cell

CLIPS = pd.DataFrame(
    [
        ("dog", ["dog"], 1.0),
        ("dog", ["dog", "rain"], 3.0),
        ("rain", ["rain"], 8.0),
        ("bell", ["bell", "dog", "rain"], 2.0),
        ("rain", ["rain"], 4.0),
    ],
    columns=["label", "concepts", "duration"],
)


def test_each_clip_counts_once_for_its_label_and_with_all_its_concepts():
    assert sound_statistics(CLIPS) == {
        "concepts": 3,
        "clips": 5,
        "clips_per_concept": pytest.approx(5 / 3),
        "mean_duration_s": pytest.approx(3.6),
        "concepts_per_clip": pytest.approx(8 / 5),
    }


def test_the_paper_counts_its_clips_per_concept_the_same_way():
    printed = {name: cell("dare", "table1", "external-sounds", name).mean
               for name in ("concepts", "clips", "clips_per_concept")}  # fmt: skip
    assert round(printed["clips"] / printed["concepts"], 2) == printed["clips_per_concept"]


def test_the_concepts_with_most_clips_are_shown_the_longest_first():
    assert concept_durations(CLIPS, 2).to_dict("records") == [
        {"order": 0, "concept": "rain", "clips": 2, "mean_duration_s": 6.0},
        {"order": 1, "concept": "dog", "clips": 2, "mean_duration_s": 2.0},
    ]
    assert len(concept_durations(CLIPS, 99)) == 3


def test_every_step_that_the_paper_counts_is_found_in_it():
    assert all(cell("dare", "section3_2", *place) for place in PRINTED_STEPS.values())
