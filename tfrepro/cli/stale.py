"""``tfrepro stale``: which committed tables are older than the code that makes them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tfrepro.stale import TableAge, current_code, table_ages


def run(metrics: Path, stages: Path, *, as_json: bool) -> int:
    """Print them; 1 if there are some."""
    ages = table_ages(metrics, current_code(stages))
    print(_as_json(ages) if as_json else _as_text(ages))
    return int(any(age.stale for age in ages))


def _as_text(ages: Sequence[TableAge]) -> str:
    stale = [age for age in ages if age.stale]
    if stale:
        return "\n".join(_line(age) for age in stale)
    match len(ages):
        case 0:
            return "no table says which code made it"
        case 1:
            return "1 table, made by the code as it is now"
        case count:
            return f"{count} tables, all made by the code as it is now"


def _line(age: TableAge) -> str:
    changed = [f"changed since: {', '.join(age.changed)}"] if age.changed else []
    gone = [f"no longer there: {', '.join(age.gone)}"] if age.gone else []
    return f"{age.file}: older than its code; {'; '.join(changed + gone)}"


def _as_json(ages: Sequence[TableAge]) -> str:
    return json.dumps([asdict(age) | {"stale": age.stale} for age in ages], indent=2)
