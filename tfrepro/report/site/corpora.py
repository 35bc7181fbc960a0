"""What a corpus is to a paper: its own data, real data in its place, or data made here."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

# A test compares these with the registry.
MADE_HERE = frozenset({"rendered", "rendered-many", "planted", "planted-sequences"})


class Kind(Enum):
    """How far figures on a corpus may be compared with the published ones."""

    PAPER = "the paper's own data"
    REAL = "real stand-in"
    MADE = "synthetic stand-in"

    @property
    def css(self) -> str:
        """Its name in the style sheet."""
        return self.name.lower()

    @property
    def comparable(self) -> bool:
        return self is Kind.PAPER


def kind_of(corpus: Mapping[str, Any]) -> Kind:
    """The kind of a table's ``corpus``."""
    if corpus["stands_in_for"] is None:
        return Kind.PAPER
    return Kind.MADE if corpus["name"] in MADE_HERE else Kind.REAL


def order_of(corpus: Mapping[str, Any]) -> tuple[int, str]:
    """What to sort by: the paper's own data first, then real, then synthetic."""
    return list(Kind).index(kind_of(corpus)), corpus["name"]
