"""A paper's file, read and checked."""

import functools
from importlib.resources import files

import yaml
from pydantic import ValidationError

from tfrepro.errors import UserError
from tfrepro.published.schema import Paper

_FOLDER = files("tfrepro.published")


@functools.cache
def papers() -> tuple[str, ...]:
    """The papers' names, as in ``data/metrics/<corpus>/<paper>``, in alphabetical order."""
    names = (file.name for file in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@functools.cache
def load(paper: str) -> Paper:
    """Everything a paper printed; a ``UserError`` if it is unknown or its file is malformed."""
    if paper not in papers():
        raise UserError(f"paper = {paper!r}: must be one of {', '.join(papers())}")
    name = f"{paper}.yaml"
    read = parse((_FOLDER / name).read_text(encoding="utf-8"), name)
    if read.key != paper:
        raise UserError(f"{name}: key = {read.key!r}: must be the file's name, {paper}")
    return read


def parse(text: str, name: str) -> Paper:
    """The paper in a YAML text; ``name`` is what error messages call the file."""
    try:
        return Paper.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise UserError(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise UserError(f"{name}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    """The first thing wrong, as ``key = value: what is allowed``, and how many more there are."""
    # A misspelt key is also a missing one; the misspelt one is what its writer can find.
    problem = min(error.errors(), key=lambda each: each["type"] == "missing")
    key, others = _key(problem["loc"]), error.error_count() - 1
    if problem["type"] == "missing":
        said = f"{key}: must be given"
    elif problem["type"] == "extra_forbidden":
        said = f"{key} = {_short(problem['input'])}: there is no such key"
    elif problem["type"] == "value_error":
        inner = str(problem["ctx"]["error"])  # already says its key and value, within the table
        said = f"{key}.{inner}" if key else inner
    else:
        said = f"{key or 'file'} = {_short(problem['input'])}: {problem['msg']}"
    return said + (f" (and {others} more)" if others else "")


def _key(loc: tuple[int | str, ...]) -> str:
    """Where in the file, without the levels that ``Row`` adds."""
    key = ".".join(str(part) for part in loc if part != "[key]")
    return key.replace(".cells.", ".").replace(".p_values.", ".p_").removesuffix(".cells")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
