"""Cells in columns, as plain text."""

from collections.abc import Collection, Sequence


def in_columns(lines: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Lines of as many cells each, two spaces between columns.

    right : numbers of the columns that end at the same place
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(_padded(line, widths, right)).rstrip() for line in lines]


def _padded(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> list[str]:
    return [
        cell.rjust(width) if number in right else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
