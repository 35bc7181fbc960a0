"""What a search of settings has tried, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def tried(table: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[float]]]:
    """Each combination of settings, or each value of one: ``dropout 0.1, ...``, and its scores."""
    for first, *rest in table["tried"]:
        values, scores = ([(first, rest[0])], rest[1:]) if isinstance(first, str) else (first, rest)
        yield ", ".join(f"{name} {value}" for name, value in values), scores
