import re

import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.report.site.charts import draw

LINES = {"template": "lines", "x": "x", "y": "y", "title": "DARE Figure 4", "cache": False}


@pytest.fixture
def file(tmp_path):
    """Two panels of two curves."""
    rows = [
        (panel, curve, x, x * scale, order)
        for order, (panel, scale) in enumerate((("Micro-F1", 1.0), ("Macro-F1", 0.123456)))
        for curve in ("dare", "mdl")
        for x in (0, 1, 2)
    ]
    data = pd.DataFrame(rows, columns=["panel", "curve", "x", "y", "order"])
    data.to_csv(tmp_path / "figure4.csv", index=False)
    return tmp_path / "figure4.csv"


def test_panels_side_by_side_become_pictures_of_their_own(file):
    panels = draw(file, LINES, "key")
    assert [panel.title for panel in panels] == ["Micro-F1", "Macro-F1"]
    assert all(panel.svg.startswith("<svg viewBox=") for panel in panels)


def test_a_picture_is_one_thing_with_one_name(file):
    for panel in draw(file, LINES, "key"):
        assert panel.svg.count("role=") == panel.svg.count("aria-label=") == 1
        assert f'aria-label="DARE Figure 4: {panel.title}"' in panel.svg


def test_pictures_of_a_page_share_no_name(file):
    text = "".join(panel.svg for key in ("one", "two") for panel in draw(file, LINES, key))
    names = re.findall(r'\bid="([^"]*)"', text)
    assert len(names) == len(set(names))
    asked = set(re.findall(r'(?:url\(#|href="#)([^)"]*)', text))
    assert asked <= set(names)


def test_words_and_lines_take_the_pages_colours(file):
    for panel in draw(file, LINES, "key"):
        assert "currentColor" in panel.svg
        assert "var(--line)" in panel.svg
        assert not re.search(r'"(?:black|#000|#000000|white|#333333|#010203|#040506)"', panel.svg)


def test_a_picture_loads_nothing_and_runs_nothing(file):
    for panel in draw(file, LINES, "key"):
        assert not re.search(r"<script|<image|@import|https?://(?!www\.w3\.org/)", panel.svg)


def test_a_file_without_the_columns_is_named(file):
    with pytest.raises(UserError, match=r"figure4\.csv: cannot be drawn by 'lines': .*missing"):
        draw(file, LINES | {"y": "missing"}, "key")


def test_an_empty_file_has_no_pictures(tmp_path):
    (tmp_path / "figure4.csv").write_text("panel,curve,x,y,order\n")
    assert draw(tmp_path / "figure4.csv", LINES, "key") == []


def test_a_chart_of_one_revision_has_no_legend_of_revisions(tmp_path):
    rows = "direction,panel,curve,pool,recall,order\naudio to video,Recall@1,cca,256,0.2,0\n"
    (tmp_path / "recall.csv").write_text(rows)
    [panel] = draw(tmp_path / "recall.csv", {"template": "panels", "x": "pool", "y": "recall"}, "k")
    assert "cca" in panel.svg
    assert "revision" not in panel.svg
