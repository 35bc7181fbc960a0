"""Videos worth a look: those that only the paper's method places well, and those no method does.

EASTERN shows two of either kind and does not say how they were chosen, so the rule is ours:
a video is the more telling the fewer of the other methods place it well; among equals the one
of which the paper's method is surest; among these the first. No class is shown again while
there is a video of one that was shown less often.

Conventions
-----------
``y : (N,)`` true classes 0 ... K-1, ``P : (N, K)`` predicted probabilities, as in
:mod:`tfrepro.evaluation.scores`. A method places a video well if its likeliest class is the
true one; of equally likely classes the first counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tfrepro.evaluation.scores import validate_predictions


@dataclass(frozen=True)
class Case:
    """A chosen video.

    Attributes
    ----------
    name : ``v1``, ``v2``, ...
    row : of the probabilities
    truth : class number
    answers : method -> class number
    right : whether the paper's method places it well
    """

    name: str
    row: int
    truth: int
    answers: Mapping[str, int]
    right: bool


def choose_cases(
    y: np.ndarray, P: Mapping[str, np.ndarray], reference: str, right: int, wrong: int
) -> list[Case]:
    """Videos that ``reference`` places well and few others do, then videos that hardly any does.

    Parameters
    ----------
    y : (N,) int, true classes
    P : method -> (N, K) probabilities of the same videos
    reference : the paper's method, one of ``P``
    right, wrong : how many that it places well, and how many that it does not

    Returns
    -------
    cases : the right ones first, each kind the most telling first; fewer where there are fewer.
        The order of the methods makes no difference but to that of the answers.

    Raises
    ------
    ValueError
        if there are no probabilities of the reference, if a method's do not fit ``y`` or those
        of the reference, or if a number is negative.

    Source: EASTERN, section 5.8 (Figures 7 and 8, Table 5).
    """
    _check(y, P, reference, right, wrong)
    answers = {method: scores.argmax(axis=1) for method, scores in P.items()}
    # The reference counts as well: within either kind it adds the same to every video.
    well = sum((answer == y).astype(int) for answer in answers.values())
    surest = np.lexsort((-P[reference].max(axis=1), well))
    placed = answers[reference][surest] == y[surest]
    rows = [
        *_taking_turns(surest[placed], y)[:right],
        *_taking_turns(surest[~placed], y)[:wrong],
    ]
    return [
        Case(
            name=f"v{number}",
            row=int(row),
            truth=int(y[row]),
            answers={method: int(answer[row]) for method, answer in answers.items()},
            right=bool(answers[reference][row] == y[row]),
        )
        for number, row in enumerate(rows, start=1)
    ]


def _taking_turns(rows: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``rows : (M,)`` with the first of each class in front, then the second ones, ..."""
    classes = y[rows]
    turn = [np.count_nonzero(classes[:at] == classes[at]) for at in range(len(rows))]
    return rows[np.argsort(turn, kind="stable")]


def _check(
    y: np.ndarray, P: Mapping[str, np.ndarray], reference: str, right: int, wrong: int
) -> None:
    if min(right, wrong) < 0:
        raise ValueError(f"right {right} and wrong {wrong} must not be negative")
    if reference not in P:
        raise ValueError(f"there are no probabilities of {reference}, only of {sorted(P)}")
    for method, scores in P.items():
        try:
            validate_predictions(y, scores)
        except ValueError as error:
            raise ValueError(f"{method}: {error}") from None
        if scores.shape != P[reference].shape:
            raise ValueError(
                f"P of {method} has shape {scores.shape}, of {reference} {P[reference].shape}"
            )
