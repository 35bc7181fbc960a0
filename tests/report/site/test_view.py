from tests.report.site.shown import make_table, value
from tfrepro.report.numbers import MINUS
from tfrepro.report.site.view import heading, view


def test_a_cell_has_what_was_measured_published_and_tested():
    shown = view(make_table(seconds={"dare": 75.0}))
    rows = {row.method: row for row in shown.rows}
    cell = rows["majority"].cells["micro_f1"]
    assert (cell.measured, cell.published, cell.difference) == ("14.40 ± 1.00", "11.40", "+3.00")
    assert cell.tests == (("p", "1.3e-05"), ("q", "0.0006"))
    assert rows["logistic"].cells["micro_f1"].tests == (("p", "0.9"), ("d", "-0.5"))
    assert (rows["dare"].printed_as, rows["dare"].seconds) == ("DARE", "1 min 15 s")
    assert shown.printed
    assert shown.tested
    assert shown.timed


def test_the_best_is_set_apart_where_more_is_better_only():
    def best(score, *means):
        rows = {f"method-{i}": {score: value(mean)} for i, mean in enumerate(means)}
        shown = view(make_table(rows=rows)).rows
        return [row.cells[score].best for row in shown if row.method in rows]

    assert best("macro_f1", 0.2, 0.5, 0.5) == [False, True, True]
    assert best("rmse", 0.2, 0.5) == [False, False]
    assert best("macro_f1", 0.2) == [False]


def test_a_row_that_only_the_paper_has_is_shown_as_not_measured():
    rows = {row.method: row for row in view(make_table()).rows}
    cell = rows["mdl"].cells["micro_f1"]
    assert (cell.measured, cell.published, cell.difference) == ("-", "20.46", "")
    assert list(rows)[:3] == ["majority", "dare", "logistic"]


def test_below_the_published_is_a_minus_and_not_a_hyphen():
    rows = {"dare": {"micro_f1": value(0.30, 0.3121)}}
    assert view(make_table(rows=rows)).rows[0].cells["micro_f1"].difference == f"{MINUS}1.21"


def test_headings_are_words():
    names = ["micro_f1", "auc_macro", "recall_at_10_pool_256", "success_at_5", "mean_duration_s"]
    shown = ["Micro-F1", "AUC macro", "Recall@10 of 256", "Success@5", "Mean duration s"]
    assert [heading(name) for name in names] == shown
