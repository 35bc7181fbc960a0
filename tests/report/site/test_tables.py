from pathlib import Path

import pytest

from tests.report.site.shown import make_table
from tfrepro.errors import UserError
from tfrepro.files import write_json
from tfrepro.report.site.history import Origin
from tfrepro.report.site.tables import read_tables, score_names


def test_tables_are_read_with_where_they_are_from_and_what_they_took(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = make_table()
    write_json(Path(made.file), made.content)
    origin = Origin("abc", "2026-01-02")
    times = {("rendered", "dare"): {"dare": 3.5, "other": 9.0}}
    [table] = read_tables(Path("data/metrics"), {made.file: origin}, times)
    assert (table.paper, table.name, table.runs) == ("dare", "table3", 5)
    assert (table.origin, table.seconds) == (origin, {"dare": 3.5})
    assert score_names(table) == ["micro_f1"]


@pytest.mark.parametrize("text", ["{", "[]", '{"paper": "dare"}'])
def test_a_file_that_is_no_table_is_named(tmp_path, text):
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(UserError, match=r"broken\.json: "):
        read_tables(tmp_path, {}, {})
