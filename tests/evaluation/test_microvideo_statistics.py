"""A corpus of micro-videos in numbers."""

import pandas as pd

from tfrepro.evaluation.microvideo_statistics import class_sizes, external_facts, presence

INDEX = pd.DataFrame(
    {
        "id": list("abcde"),
        "label": ["Zoo", "Pub", "Zoo", "Gym", "Zoo"],
        "parent": ["Out", "In", "Out", "In", "Out"],
        "has_visual": True,
        "has_acoustic": [True, False, True, True, False],
        "has_textual": [False, True, True, True, True],
    }
)


def test_classes_come_by_their_size():
    assert class_sizes(INDEX).to_dict("records") == [
        {"order": 0, "class": "Zoo", "videos": 3, "parent": "Out", "share": 0.6,
         "label": "3, 60.0%"},
        {"order": 1, "class": "Gym", "videos": 1, "parent": "In", "share": 0.2,
         "label": "1, 20.0%"},
        {"order": 2, "class": "Pub", "videos": 1, "parent": "In", "share": 0.2,
         "label": "1, 20.0%"},
    ]  # fmt: skip


def test_what_is_missing_is_counted():
    assert presence(INDEX) == {
        "visual": {"has": 5, "lacks": 0},
        "acoustic": {"has": 3, "lacks": 2},
        "textual": {"has": 4, "lacks": 1},
    }


def test_external_sounds_are_counted_by_label_and_by_concept():
    sounds = pd.DataFrame({"label": ["a", "b"], "concepts": [["a", "b"], ["b"]]})
    assert external_facts(sounds) == {"sounds": 2, "concepts": 2, "concepts_per_sound": 1.5}
