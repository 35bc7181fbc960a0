"""Hyper-parameters searched one at a time, the others as they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfrepro.evaluation.method import Method
from tfrepro.evaluation.search import search
from tfrepro.features.feature_set import FeatureSet


@dataclass(frozen=True)
class Tried:
    """One value of one hyper-parameter, and its mean scores.

    Attributes
    ----------
    name, value : what was varied
    micro_f1, macro_f1 : fractions
    """

    name: str
    value: Any
    micro_f1: float
    macro_f1: float


def search_one_at_a_time(
    make: Callable[..., Callable[[int], Method]],
    start: Mapping[str, Any],
    values: Mapping[str, Sequence[Any]],
    features: FeatureSet,
    work: Path,
    *,
    title: str = "search",
    **how: Any,
) -> tuple[dict[str, Any], list[Tried]]:
    """The best value of each hyper-parameter in turn, of equals the one that comes first.

    Each is varied with those before it at the best that was found, and those after it as they
    start.

    Parameters
    ----------
    make : hyper-parameters by name -> seed -> a fresh method
    start : hyper-parameters to begin with
    values : those that are varied, in this order -> what is tried
    features : with a column ``split``; learned from ``train``, scored on ``valid``
    work : folder of finished fits
    how : ``seed``, ``runs`` and ``jobs`` of :func:`tfrepro.evaluation.search.search`

    Source: EASTERN, section 5.7.
    """
    best, tried = dict(start), []
    for name, candidates in values.items():
        for value in candidates:
            (found,) = search(
                make({**best, name: value}),
                features,
                {},
                work / f"{name}-{value}",
                title=f"{title} {name} {value}",
                **how,
            )
            tried.append(Tried(name, value, found["micro_f1"], found["macro_f1"]))
        here = [entry for entry in tried if entry.name == name]
        best[name] = max(here, key=lambda entry: entry.micro_f1).value
    return best, tried
