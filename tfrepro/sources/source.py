"""What a source is: a name, what it holds, its licence, and files with checksums."""

import fnmatch
import ipaddress
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tfrepro.errors import UserError


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or str(pure) != path or path == ".":
        raise ValueError("must be a plain relative path without '..'")
    if "\\" in path or not path.isprintable():
        raise ValueError("must have neither backslashes nor control characters")
    if path.endswith(".part"):
        raise ValueError("must not end in .part, the name of an unfinished download")
    return path


def _safe_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and _is_loopback(parts.hostname):
        return url
    raise ValueError("must be an https address")


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


InnerPath = Annotated[str, AfterValidator(_inside)]
Url = Annotated[str, AfterValidator(_safe_address)]
Size = Annotated[int, Field(gt=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Frozen(BaseModel):
    """A record that cannot change and knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFile(Frozen):
    """One file: ``path`` inside its source, ``size`` in bytes, ``sha256``, public ``url``.

    ``url`` is None where no public address is known; ``note`` then says where it is from.
    """

    path: InnerPath
    size: Size
    sha256: Sha256
    url: Url | None = None
    note: str = ""


class Source(Frozen):
    """A named set of files, what they hold and under which licence."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: str
    holds: str
    licence: str
    homepage: Url
    citation: str = ""
    files: Annotated[tuple[SourceFile, ...], Field(min_length=1)]

    @pydantic.field_validator("files")
    @classmethod
    def _no_path_twice(cls, files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
        seen = set()
        for file in files:
            if file.path in seen:
                raise ValueError(f"{file.path!r} is listed twice")
            seen.add(file.path)
        return files

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    def select(self, patterns: str | Sequence[str] | None = None) -> tuple[SourceFile, ...]:
        """The files whose path is, or matches, one of ``patterns``; all of them for None.

        A pattern is a path or a glob in which ``*`` also crosses folders. One that no file
        matches is a :class:`UserError`.
        """
        if patterns is None:
            return self.files
        chosen = set()
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            chosen |= self._matches(pattern)
        return tuple(file for file in self.files if file.path in chosen)

    def _matches(self, pattern: str) -> set[str]:
        paths = [file.path for file in self.files]
        # A path is itself first: names may hold brackets, which a glob would interpret.
        found = {pattern} if pattern in paths else set(fnmatch.filter(paths, pattern))
        if not found:
            raise UserError(
                f"{self.name}: files = {pattern!r}: no file has that path or matches it "
                f"(the first of {len(paths)} is {paths[0]!r})"
            )
        return found
