"""``tfrepro``: the library's only entry point.

Exit codes: 0, all is well; 1, some clips could not be read while others were answered, or some
tables are stale; 2, a mistake, said in one line on stderr.

A command's module is imported when it is run, so that ``--help`` costs nothing.
"""

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from tfrepro.errors import UserError

MIRROR = Path("../shared/data")
CACHE = Path("data/sources")
METRICS = Path("data/metrics")
STAGES = Path("stages")

_PLAIN = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}
app = typer.Typer(
    help="Ask published models about clips of your own, and look after data, tables and indexes.",
    **_PLAIN,
)
sources = typer.Typer(help="List the sources of data, or fetch some.", **_PLAIN)
app.add_typer(sources, name="sources")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Top = Annotated[int, typer.Option("--top", min=1, metavar="K", help="How many answers.")]
Mirrors = Annotated[
    list[Path] | None,
    typer.Option(
        "--mirror",
        metavar="DIR",
        help=f"Folder that may hold SOURCE/FILE; repeatable. [default: {MIRROR}]",
    ),
]
Cache = Annotated[Path, typer.Option("--cache", metavar="DIR", help="Folder for downloads.")]


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a model of venues.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Videos, or folders.")],
    text: Annotated[str | None, typer.Option(help="What the owner of the clip wrote.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Columns file and text, for many clips.")
    ] = None,
    top: Top = 3,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes; -1 for one a core.")] = 1,
    as_json: Json = False,
) -> int:
    """Where clips were taken, and what says so.

    Exit code 1 if some clips could not be read; the others are answered.
    """
    from tfrepro.cli.predict import run

    return run(model, paths, text=text, manifest=manifest, top=top, jobs=jobs, as_json=as_json)


@app.command()
def retrieve(
    index: Annotated[
        Path, typer.Argument(metavar="INDEX", help="Folder of a search for clips, or an index.")
    ],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A video, or a sound, to ask with.")
    ] = None,
    finds: Annotated[
        Literal["sounds", "videos"] | None,
        typer.Option(help="What is found; by default sounds for a video, videos for a sound."),
    ] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="Ask with an item of the index; repeatable."),
    ] = None,
    features: Annotated[
        Path | None, typer.Option(metavar="NPY", help="Ask with rows: features, or vectors.")
    ] = None,
    top: Top = 10,
    approximate: Annotated[
        bool, typer.Option("--approximate", help="Search the graph, not every vector.")
    ] = False,
    as_json: Json = False,
) -> int:
    """The best sounds for a video, the best videos for a sound."""
    from tfrepro.cli.retrieve import run

    return run(
        index,
        file,
        finds=finds,
        ids=ids or [],
        features=features,
        top=top,
        approximate=approximate,
        as_json=as_json,
    )


@app.command()
def index(
    features: Annotated[Path, typer.Argument(metavar="FEATURES", help="Folder of a feature set.")],
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of trained networks.")],
    folder: Annotated[Path, typer.Argument(metavar="INDEX", help="Folder to write.")],
    finds: Annotated[
        Literal["acoustic", "visual"], typer.Option(help="The modality that is found.")
    ] = "acoustic",
    approximate: Annotated[
        bool, typer.Option("--approximate", help="Build the graph for approximate search, too.")
    ] = False,
) -> int:
    """Index the videos of a feature set with trained networks."""
    from tfrepro.cli.index import run

    return run(features, model, folder, finds=finds, approximate=approximate)


@sources.callback(invoke_without_command=True)
def _sources(context: typer.Context) -> int | None:
    return sources_list() if context.invoked_subcommand is None else None


@sources.command("list")
def sources_list(
    mirror: Mirrors = None,
    cache: Cache = CACHE,
    as_json: Json = False,
) -> int:
    """Every source: files, size, where they are, licence."""
    from tfrepro.cli.sources import list_sources

    return list_sources(mirror or [MIRROR], cache, as_json=as_json)


@sources.command("fetch")
def sources_fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from the list.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Paths or globs; else all.")
    ] = None,
    mirror: Mirrors = None,
    cache: Cache = CACHE,
    offline: Annotated[bool, typer.Option("--offline", help="Never use the network.")] = False,
) -> int:
    """Fetch and verify the files of a source."""
    from tfrepro.cli.sources import fetch

    return fetch(name, files or [], mirror or [MIRROR], cache, offline=offline)


@app.command()
def corpora(
    mirror: Mirrors = None,
    cache: Cache = CACHE,
    as_json: Json = False,
) -> int:
    """Every corpus: is it built here, and what does it need?"""
    from tfrepro.cli.corpora import run

    return run(mirror or [MIRROR], cache, as_json=as_json)


@app.command()
def tables(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help=f"Table files; by default all of {METRICS}."),
    ] = None,
) -> int:
    """The papers' tables, measured beside published."""
    from tfrepro.cli.tables import run

    return run(files or sorted(METRICS.rglob("*.json")))


@app.command()
def stale(
    metrics: Annotated[Path, typer.Option(metavar="DIR", help="Folder of tables.")] = METRICS,
    stages: Annotated[Path, typer.Option(metavar="DIR", help="Folder of stage scripts.")] = STAGES,
    as_json: Json = False,
) -> int:
    """Tables that are older than the code that makes them.

    Exit code 1 if there are some.
    """
    from tfrepro.cli.stale import run

    return run(metrics, stages, as_json=as_json)


# Typer's own, whichever copy of click it goes with.
_UsageError = typer.BadParameter.__base__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    _quiet()
    try:
        return app(words, prog_name="tfrepro", standalone_mode=False) or 0
    except _UsageError as error:
        print(f"error: {' '.join(error.format_message().split())}", file=sys.stderr)
    except UserError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)
    except BrokenPipeError:
        # Whoever reads has read enough; else Python would complain when it ends.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 2


def _quiet() -> None:
    """What libraries say of themselves is not what was asked for."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    for name in ("tensorflow", "absl", "gensim"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")


if __name__ == "__main__":
    sys.exit(main())
