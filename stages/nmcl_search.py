"""NMCL: hyper-parameters of one method, searched on the validation part of one corpus."""

from functools import partial

from _paths import DATA
from _searching import search_grid
from _stage import run
from _train import train
from _venue_paths import files_of, sounds_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.settings.nmcl import NmclPaper
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Search


def nmcl_search(corpus: str, method: str) -> None:
    paper = read_section(NmclPaper, "nmcl")
    how = read_section(Search, "nmcl.search")
    sounds, grid = sounds_of(corpus), how.grids[method]
    values = hyper_parameters(
        method,
        paper.methods[method],
        paper.deep,
        paper.overrides[corpus],
        prefix="nmcl.methods",
        sounds=sounds,
    )
    train(
        method,
        values,
        videos_of(corpus),
        partial(search_grid, "nmcl", method, grid, seed=paper.seed, runs=how.runs),
        DATA / "metrics" / corpus / "nmcl" / "search" / f"{method}.json",
        stage="nmcl_search",
        compute=read_section(Compute, "compute"),
        salt=[paper.seed, how.runs, list(grid.items())],
        inputs=files_of(sounds),
    )


if __name__ == "__main__":
    run(nmcl_search)
