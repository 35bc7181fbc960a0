from pathlib import Path

import pytest

from tfrepro.errors import UserError
from tfrepro.report.site.figures import read_figures

ROOT = Path(__file__).parents[3]
PIPELINE = """
stages:
  table:
    cmd: "true"
    plots:
      - data/plots/${item.corpus}/dare/figure3.csv:
          cache: false
          template: labelled_bars
          x: mean_duration_s
          y: concept
          title: "DARE Figure 3 on ${item.corpus}"
      - data/plots/undrawn.csv
"""


def test_a_declared_plot_is_drawn_for_every_corpus_that_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(".dvc").symlink_to(ROOT / ".dvc")
    Path("dvc.yaml").write_text(PIPELINE)
    for corpus in ("mosi", "esc10"):
        file = Path(f"data/plots/{corpus}/dare/figure3.csv")
        file.parent.mkdir(parents=True)
        file.write_text("concept,mean_duration_s,label,order\nrain,2.5,9,0\n")
    figures = list(read_figures(Path("dvc.yaml"), Path("data/plots")))
    assert [(f.corpus, f.paper, f.name, f.title) for f in figures] == [
        ("esc10", "dare", "figure3", "DARE Figure 3 on esc10"),
        ("mosi", "dare", "figure3", "DARE Figure 3 on mosi"),
    ]
    assert "rain" in figures[0].panels[0].svg


def test_elsewhere_than_in_a_project_it_says_where_to_go(tmp_path):
    with pytest.raises(UserError, match="run this in the project's root folder"):
        list(read_figures(tmp_path / "dvc.yaml", tmp_path))
