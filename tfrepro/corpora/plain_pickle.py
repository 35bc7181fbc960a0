"""Pickles that hold plain values, read so that no code of theirs can run.

A pickle may name any function and have it called, so the reader here looks no name up.
numpy writes a single number as a call of two names of its own; for these two, and for no
other, small stand-ins take the four or eight bytes of the number. numpy is not asked.
"""

import pickle
import struct
from pathlib import Path
from typing import Any

from tfrepro.errors import UserError

PLAIN = (str, int, float, bool, type(None))
_CODES = {"f4": "f", "f8": "d", "i4": "i", "i8": "q"}


def read_plain_pickle(file: Path) -> Any:
    """Lists, tuples, dicts, strings and numbers, nested as they were.

    A number of numpy's (``f4``, ``f8``, ``i4``, ``i8``) becomes a float or an int of the
    same value. Strings of Python 2 are read as Latin-1.

    Raises
    ------
    UserError
        naming the file if it is missing, is cut off or holds anything else; nothing that
        it asks to be called has then been called.
    """
    try:
        with open(file, "rb") as stream:
            value = _PlainUnpickler(stream, encoding="latin1").load()
        _check(value)
    except FileNotFoundError:
        raise UserError(f"{file}: missing") from None
    except Exception as error:  # a made-up file can raise nearly anything
        raise UserError(f"{file}: not a pickle of plain values only ({error})") from None
    return value


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        stand_in = _STAND_INS.get((module, name))
        if stand_in is None:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        # A new class each time: a pickle may set attributes of what it is given.
        return type(stand_in.__name__, (stand_in,), {"__slots__": ()})


class _NumberType:
    """In place of ``numpy.dtype``: the size and the byte order of a number."""

    __slots__ = ("code", "order")

    def __init__(self, code: str, *_: Any):
        self.code, self.order = _CODES[code], "="

    def __setstate__(self, state: tuple) -> None:
        self.order = {"<": "<", ">": ">"}[state[1]]


class _Number:
    """In place of numpy's ``scalar``: makes the number itself."""

    __slots__ = ()

    def __new__(cls, of: _NumberType, data: bytes | str) -> int | float:
        if isinstance(data, str):
            data = data.encode("latin1")
        return struct.unpack(of.order + of.code, data)[0]


_STAND_INS = {
    ("numpy", "dtype"): _NumberType,
    ("numpy.core.multiarray", "scalar"): _Number,
    ("numpy._core.multiarray", "scalar"): _Number,
}


def _check(value: Any) -> None:
    """That nothing but plain values is left; knows values that hold themselves."""
    seen, waiting = set(), [value]
    while waiting:
        value = waiting.pop()
        if type(value) in PLAIN or id(value) in seen:
            continue
        seen.add(id(value))
        if type(value) in (list, tuple):
            waiting += value
        elif type(value) is dict:
            waiting += [*value.keys(), *value.values()]
        else:
            raise pickle.UnpicklingError(f"it holds a {type(value).__name__}")
