"""A method with other hyper-parameters than it was made with."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tfrepro.evaluation.method import Method


def with_parameters(make: Callable[[int], Method], **values: Any) -> Callable[[int], Method]:
    """``make`` of methods in which some hyper-parameters are replaced.

    A method stores its hyper-parameters untouched, under their own names, and reads them in
    ``fit``. Raises ValueError, when a method is made, for one that it does not have.
    """
    return partial(_make, make, values)


def _make(make: Callable[[int], Method], values: dict[str, Any], seed: int) -> Method:
    method = make(seed)
    for name, value in values.items():
        if not hasattr(method, name):
            raise ValueError(f"{type(method).__name__} has no hyper-parameter {name!r}")
        setattr(method, name, value)
    return method
