"""Sections of ``params.yaml``."""

from pathlib import Path
from typing import Any

import yaml

from tfrepro.errors import UserError
from tfrepro.settings.base import S, validate

FILE = Path("params.yaml")


def read_section(section: type[S], key: str, file: Path = FILE) -> S:
    """The settings under a dotted key, checked; UserError names what is wrong."""
    values = read_values(file)
    for part in key.split(".") if key else ():
        if not isinstance(values, dict) or part not in values:
            raise UserError(f"{file}: {key} is missing")
        values = values[part]
    return validate(section, values, prefix=key, file=str(file))


def read_values(file: Path = FILE) -> Any:
    """The file's content, not yet checked."""
    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        raise UserError(f"{file}: missing; run this in the project's root folder") from None
    except UnicodeDecodeError:
        raise UserError(f"{file}: not YAML (not even text in UTF-8)") from None
    except yaml.YAMLError as error:
        raise UserError(f"{file}: not YAML ({_where(error)})") from None


def _where(error: yaml.YAMLError) -> str:
    """The line a parser stumbled over, and why."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    return f"line {error.problem_mark.line + 1}: {error.problem}"
