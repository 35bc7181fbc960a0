"""How many epochs a training needs."""

import pandas as pd
import pytest

from tfrepro.evaluation.settling import epochs_to_settle


@pytest.mark.parametrize(("within", "epochs"), [(0.0, [4, 1]), (0.01, [3, 1]), (0.25, [2, 1])])
def test_a_run_has_settled_as_soon_as_it_is_nearly_at_its_best(within, epochs):
    runs = {1: [0.2, 0.4, 0.599, 0.6, 0.5], 2: [0.7, 0.6]}
    history = pd.DataFrame(
        [
            {"protocol": "test", "split": split, "epoch": epoch, "micro_f1": score}
            for split, scores in runs.items()
            for epoch, score in enumerate(scores, 1)
        ]
    )
    assert epochs_to_settle(history, "micro_f1", within).tolist() == epochs
