"""The report: a static site of all papers, measured beside published."""

from pathlib import Path

from _paths import DATA
from _stage import read, run, wrote
from tqdm import tqdm

from tfrepro.report.site.figures import read_figures
from tfrepro.report.site.galleries import read_galleries
from tfrepro.report.site.history import head, origins
from tfrepro.report.site.pages import Measured, write_site
from tfrepro.report.site.tables import read_tables
from tfrepro.report.site.wall_time import fit_seconds

METRICS, PLOTS, PAGES = DATA / "metrics", DATA / "plots", DATA / "report"
SITE = PAGES / "site"


def report() -> None:
    tables = read_tables(read(METRICS), origins(METRICS), fit_seconds(read(DATA / "runs")))
    figures = list(tqdm(read_figures(Path("dvc.yaml"), read(PLOTS)), desc="charts", unit="chart"))
    galleries = [page for page in read_galleries(PAGES) if page.corpus != SITE.name]
    write_site(SITE, Measured(tables, figures, galleries, head()))
    wrote(SITE)


if __name__ == "__main__":
    run(report)
