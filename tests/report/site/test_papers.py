from tests.report.site.shown import make_table
from tfrepro.published import load
from tfrepro.report.site.charts import Panel
from tfrepro.report.site.corpora import Kind
from tfrepro.report.site.figures import Figure
from tfrepro.report.site.papers import sections, title_of


def figure(name, corpus="rendered", paper="dare"):
    return Figure(paper, corpus, name, name, (Panel("", "<svg></svg>"),))


def test_printed_tables_come_in_the_papers_order_then_ours_then_searches():
    tables = [make_table(name=name) for name in ("search of dare", "effects", "table3")]
    keys = [section.key for section in sections(load("dare"), tables, [])]
    printed = [key for key in keys if key.startswith(("table", "figure", "section"))]
    assert keys[: len(printed)] == printed
    assert keys[len(printed) :] == ["effects", "search-of-dare"]
    assert printed.index("table1") < printed.index("table3") < printed.index("figure1")


def test_what_is_printed_and_not_measured_has_a_section_without_blocks():
    by_key = {section.key: section for section in sections(load("dare"), [make_table()], [])}
    assert by_key["table4"].printed.title
    assert not by_key["table4"].blocks
    assert len(by_key["table3"].blocks) == 1


def test_corpora_follow_each_other_real_ones_first():
    tables = [make_table(corpus="planted"), make_table(corpus="yt8m-captions")]
    [section] = [s for s in sections(load("dare"), tables, []) if s.key == "table3"]
    shown = [(block.corpus, block.kind) for block in section.blocks]
    assert shown == [("yt8m-captions", Kind.REAL), ("planted", Kind.MADE)]


def test_a_chart_stands_with_the_table_whose_name_it_begins_with():
    figures = [figure("table3"), figure("table3_confusion"), figure("loose"), figure("table3", "x")]
    found = {s.key: s for s in sections(load("dare"), [make_table()], figures)}
    of_table, beside = found["table3"].blocks
    assert [f.name for f in of_table.figures] == ["table3", "table3_confusion"]
    assert (beside.corpus, beside.table) == ("x", None)
    assert [f.name for f in found["loose"].blocks[0].figures] == ["loose"]
    assert found["loose"].printed is None


def test_other_papers_tables_and_charts_stay_away():
    made = sections(load("dare"), [make_table(paper="nmcl", name="gate")], [figure("a", paper="x")])
    assert not any(section.blocks for section in made)


def test_titles_are_the_papers():
    assert [title_of(name) for name in ("table2", "figure5", "section3_2", "gate")][:3] == [
        "Table 2",
        "Figure 5",
        "Section 3.2",
    ]
