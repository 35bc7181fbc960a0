"""What every section of the settings shares: strictness, and errors in one line."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from tfrepro.errors import UserError


class Section(BaseModel):
    """A part of ``params.yaml``: every key must be there, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


S = TypeVar("S", bound=Section)
Location = tuple[Any, ...]


def validate(section: type[S], values: Any, *, prefix: str = "", file: str = "params.yaml") -> S:
    """``values``, found under the key ``prefix`` of ``file``, as a ``section``.

    Raises UserError with a line for each mistake that names the key, its value
    and what is allowed: ``params.yaml: dare.table2.folds = 1: must be at least 2``.
    """
    try:
        return section.model_validate(values)
    except ValidationError as error:
        lines = _lines(section, prefix, error.errors())
        raise UserError("\n".join(f"{file}: {line}" for line in lines)) from None


def known(names: Iterable[str], what: str) -> Callable[[str], str]:
    """A validator that lets only ``names`` pass."""
    names = tuple(names)

    def check(name: str) -> str:
        if name not in names:
            raise ValueError(no_such(what, name, names))
        return name

    return check


def no_such(what: str, name: str, allowed: Sequence[str]) -> str:
    """``no such <what>``, the allowed name that was probably meant, and all of them."""
    close = closest(name, allowed)
    meant = f"; did you mean {close}?" if close else ""
    return f"no such {what}{meant}" + (f"; allowed: {', '.join(allowed)}" if allowed else "")


def closest(name: str, allowed: Sequence[str]) -> str | None:
    """The allowed name that ``name`` looks like a slip of; None if it is like none."""
    by_case = {other.casefold(): other for other in allowed}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1)
    return by_case[close[0]] if close else None


def _lines(
    section: type[BaseModel], prefix: str, problems: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """A line for each mistake; a misspelt key is one mistake, though pydantic finds two."""
    meant = {
        (*place, closest(str(key), _keys_at(section, place)))
        for *place, key in (p["loc"] for p in problems if p["type"] == "extra_forbidden")
    }
    for problem in problems:
        if problem["type"] == "missing" and problem["loc"] in meant:
            continue
        # A list with bad items counts as short of them, though they are there.
        if problem["type"] == "too_short" and problem["input"]:
            continue
        yield _line(section, prefix, problem)


def _line(section: type[BaseModel], prefix: str, problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in (prefix, *problem["loc"]) if part != "")
    if problem["type"] == "missing":
        return f"{key} is missing"
    rule = _rule(section, problem)
    # A whole section is no value to repeat: its keys are what a reader looks for.
    value = "" if isinstance(problem["input"], Mapping) else f" = {_shown(problem['input'])}"
    return f"{key}{value}: {rule}" if key else rule


def _rule(section: type[BaseModel], problem: Mapping[str, Any]) -> str:
    limits, location = problem.get("ctx", {}), problem["loc"]
    match problem["type"]:
        case "extra_forbidden":
            return no_such("key", str(location[-1]), _keys_at(section, location[:-1]))
        case "greater_than_equal":
            return f"must be at least {limits['ge']:g}"
        case "greater_than":
            return f"must be greater than {limits['gt']:g}"
        case "less_than_equal":
            return f"must be at most {limits['le']:g}"
        case "less_than":
            return f"must be less than {limits['lt']:g}"
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "float_parsing" | "float_type":
            return "must be a number"
        case "finite_number":
            return "must be a finite number"
        case "string_type":
            return "must be text"
        case "path_type":
            return "must be a path"
        case "tuple_type":
            return "must be a list, in square brackets"
        case "too_short":
            return f"must hold at least {limits['min_length']}"
        case "model_type":
            keys = _keys_at(section, location)
            return f"must hold the keys {', '.join(keys)}" if keys else "must be {}"
        case "dict_type":
            return "must hold keys and their values"
        case "literal_error":
            return f"must be {limits['expected'].replace(chr(39), '')}"
        case "value_error":
            return str(limits["error"])
        case _:
            return problem["msg"][0].lower() + problem["msg"][1:]


def _shown(value: Any, longest: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _keys_at(section: Any, location: Iterable[Any]) -> tuple[str, ...]:
    """The keys of the section at that place; none where no section is."""
    for part in location:
        field = _fields(section).get(part)
        if field is None:
            return ()
        section = field.annotation
    return tuple(_fields(section))


def _fields(section: Any) -> dict[str, FieldInfo]:
    """The fields of a section by the names they have in the file."""
    fields = getattr(section, "model_fields", {})
    return {field.alias or name: field for name, field in fields.items()}
