"""The papers' own numbers, as printed, one YAML file per paper.

Conventions. A table is known by its name in ``data/metrics/<corpus>/<paper>/<table>.json``, a row
by the method's name in our registry, a score by the name ``tfrepro.evaluation`` gives it.
``load`` gives the numbers in the unit printed (mostly percent); ``cell`` gives them in fractions,
to stand beside ours. A value that the paper does not print is None, never zero.
"""

from tfrepro.published.lookup import Cell, cell, p_value
from tfrepro.published.reading import load, papers
from tfrepro.published.schema import AnswerTable, Paper, Table

__all__ = ["AnswerTable", "Cell", "Paper", "Table", "cell", "load", "p_value", "papers"]
