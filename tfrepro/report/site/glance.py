"""The state of every paper at a glance: one score of one table, on every corpus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tfrepro.report.site.corpora import Kind, kind_of, order_of
from tfrepro.report.site.tables import Table, cells


@dataclass(frozen=True)
class Headline:
    """What stands for a paper.

    Attributes
    ----------
    table, score : where it is read
    method : the paper's own
    """

    table: str
    score: str
    method: str


HEADLINES: Mapping[str, Headline] = {
    "dare": Headline("table3", "micro_f1", "dare"),
    "eastern": Headline("table1", "micro_f1", "eastern"),
    "nmcl": Headline("table2", "micro_f1", "nmcl"),
    "musicvideo": Headline("table1", "average_precision", "shared-base-1"),
    "crossmodal": Headline("table1", "recall_at_10_pool_1024", "crossmodal"),
}


@dataclass(frozen=True)
class Glance:
    """A paper on one corpus.

    Attributes
    ----------
    corpus : its name
    kind : what it is to the paper
    stands_in_for : whose place it takes; None for the paper's own data
    scores : method -> mean, a fraction; in the table's order
    method : the paper's own
    published : the paper's own figure for it, a fraction
    """

    corpus: str
    kind: Kind
    stands_in_for: str | None
    scores: Mapping[str, float]
    method: str
    published: float | None

    @property
    def best(self) -> str:
        """The method that scores highest."""
        return max(self.scores, key=self.scores.__getitem__)

    @property
    def gap(self) -> float | None:
        """The best score less the published one, a fraction."""
        return None if self.published is None else self.scores[self.best] - self.published


def glances(paper: str, tables: Iterable[Table]) -> list[Glance]:
    """A paper on every corpus that its headline was measured on, real ones first.

    A table without that score, since it was asked for others, has nothing to show.
    """
    headline = HEADLINES[paper]
    shown = [table for table in tables if (table.paper, table.name) == (paper, headline.table)]
    made = [_glance(headline, table) for table in sorted(shown, key=lambda t: order_of(t.corpus))]
    return [glance for glance in made if glance.scores]


def _glance(headline: Headline, table: Table) -> Glance:
    rows = {name: cells(row).get(headline.score) for name, row in table.content["rows"].items()}
    measured = {name: cell for name, cell in rows.items() if cell and cell["mean"] is not None}
    own = measured.get(headline.method)
    return Glance(
        table.corpus["name"],
        kind_of(table.corpus),
        table.corpus["stands_in_for"],
        {name: cell["mean"] for name, cell in measured.items()},
        headline.method,
        own["published"] if own else None,
    )
