import pytest

from tests.report.site.shown import make_table, value
from tfrepro.published import load, papers
from tfrepro.report.site.corpora import Kind
from tfrepro.report.site.glance import HEADLINES, glances


def test_a_glance_has_the_best_row_the_papers_method_and_the_gap():
    [glance] = glances("dare", [make_table(), make_table(name="table4")])
    assert (glance.best, glance.method, len(glance.scores)) == ("logistic", "dare", 3)
    assert glance.published == pytest.approx(0.3121)
    assert glance.gap == pytest.approx(0.536 - 0.3121)
    assert glance.kind is Kind.MADE


def test_without_a_published_figure_there_is_no_gap():
    rows = {"dare": {"micro_f1": value(0.5)}, "mdl": {"macro_f1": value(0.5)}}
    [glance] = glances("dare", [make_table(rows=rows)])
    assert glance.gap is None
    assert list(glance.scores) == ["dare"]


def test_a_table_without_the_headlines_score_has_no_glance():
    assert glances("dare", [make_table(rows={"dare": {"accuracy": value(0.5)}})]) == []


@pytest.mark.parametrize("paper", papers())
def test_every_paper_has_a_headline_that_it_prints(paper):
    headline = HEADLINES[paper]
    assert headline.score in load(paper).tables[headline.table].rows[headline.method].cells
