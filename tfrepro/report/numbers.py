"""Numbers of a table as people read them: scores in [0, 1] as percentages, like the papers do."""

from collections.abc import Mapping
from typing import Any

MINUS = "\N{MINUS SIGN}"


def measured(value: Mapping[str, Any]) -> str:
    """Mean and deviation: ``46.23 ± 8.66``; a dash if nothing was measured."""
    mean, std = value["mean"], value["std"]
    if mean is None:
        return "-"
    write = _percent if is_fraction(value) else _plain
    return write(mean) if std is None else f"{write(mean)} ± {write(std)}"


def published(value: Mapping[str, Any]) -> str:
    """The paper's figure; a dash if it has none."""
    if value["published"] is None:
        return "-"
    return (_percent if is_fraction(value) else _plain)(value["published"])


def difference(value: Mapping[str, Any]) -> str:
    """Measured less published, with its sign; empty if there is only one of them."""
    if value["mean"] is None or value["published"] is None:
        return ""
    less = value["mean"] - value["published"]
    text = (_percent if is_fraction(value) else _plain)(abs(less))
    return f"{MINUS if less < 0 else '+'}{text}"


def significance(value: float | None) -> str:
    """A p-value, or an effect size, to two digits; empty if there is none."""
    return "" if value is None else f"{value:.2g}"


def is_fraction(value: Mapping[str, Any]) -> bool:
    """A measured 1 beside a published 2.99 is a count, or s, and no percentage."""
    return 0 <= (value["mean"] or 0) <= 1 and 0 <= (value["published"] or 0) <= 1


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def _plain(number: float) -> str:
    """A count without a point, anything else to six digits; with commas between thousands."""
    return f"{number:,.0f}" if number == round(number) else f"{float(f'{number:.6g}'):,}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``38 s``, ``2 min 5 s`` or ``1 h 3 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(amount: float) -> str:
    """Bytes with a decimal unit: ``41.6 MB``."""
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
