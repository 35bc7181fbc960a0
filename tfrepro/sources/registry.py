"""What sources there are: one YAML page for each in ``registry/``.

A page lists its files under their origins, so that an address is written once::

    name: text
    title: Stop words
    holds: Stop words of 29 languages, one plain list each.
    licence: not stated; research use only
    homepage: https://github.com/nltk/nltk_data
    origins:
      - repository: nltk/nltk_data          # or `base`, an https address
        commit: 7d5849ea69b3
        folder: packages/corpora            # optional
        files:
          - {path: nltk_stopwords.zip, remote: stopwords.zip, size: 34276, sha256: 15c9...}

``path`` names the file inside the source, ``remote`` its path below the origin where that
differs. An origin with neither ``repository`` nor ``base`` has files without a public
address; its ``note`` says where they are from.
"""

import functools
import importlib.resources
from importlib.resources.abc import Traversable
from typing import Annotated
from urllib.parse import quote

import pydantic
import yaml
from pydantic import Field

from tfrepro.errors import UserError
from tfrepro.sources.source import Frozen, InnerPath, Sha256, Size, Source, SourceFile, Url

__all__ = ["Source", "SourceFile", "load", "names", "read_page"]

_RAW = "https://raw.githubusercontent.com"
_PAGES = importlib.resources.files("tfrepro.sources") / "registry"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Entry(Frozen):
    path: InnerPath
    remote: InnerPath | None = None
    size: Size
    sha256: Sha256


class _Origin(Frozen):
    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")] | None = None
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{7,40}$")] | None = None
    base: Url | None = None
    folder: InnerPath | None = None
    note: str = ""
    files: tuple[_Entry, ...]

    @pydantic.model_validator(mode="after")
    def _at_most_one_address(self) -> "_Origin":
        if (self.repository is None) != (self.commit is None):
            raise ValueError("repository and commit must come together")
        if self.repository and self.base:
            raise ValueError("repository and base exclude each other")
        return self

    def source_files(self) -> list[SourceFile]:
        base = f"{_RAW}/{self.repository}/{self.commit}" if self.repository else self.base
        if base and self.folder:
            base = f"{base.rstrip('/')}/{quote(self.folder)}"
        return [
            SourceFile(
                path=file.path,
                size=file.size,
                sha256=file.sha256,
                url=base and f"{base.rstrip('/')}/{quote(file.remote or file.path)}",
                note=self.note,
            )
            for file in self.files
        ]


class _Page(Frozen):
    name: str
    title: str
    holds: str
    licence: str
    homepage: str
    citation: str = ""
    origins: tuple[_Origin, ...]

    def source(self) -> Source:
        files = [file for origin in self.origins for file in origin.source_files()]
        return Source(**self.model_dump(exclude={"origins"}), files=tuple(files))


def names() -> tuple[str, ...]:
    """The names of all registered sources, in alphabetical order."""
    pages = [page.name for page in _PAGES.iterdir()]
    return tuple(sorted(page.removesuffix(".yaml") for page in pages if page.endswith(".yaml")))


@functools.cache
def load(name: str) -> Source:
    """The source called ``name``; a :class:`UserError` with all names if there is none."""
    if name not in names():
        raise UserError(f"source = {name!r}: must be one of {', '.join(names())}")
    source = read_page(_PAGES / f"{name}.yaml")
    if source.name != name:
        raise UserError(f"{name}.yaml: name = {source.name!r}: must be {name!r}, like its file")
    return source


def read_page(page: Traversable) -> Source:
    """The source that a YAML page describes; a :class:`UserError` naming its first mistake."""
    try:
        return _Page.model_validate(yaml.load(page.read_bytes(), _Loader)).source()
    except yaml.YAMLError as error:
        raise UserError(f"{page.name}: not YAML ({' '.join(str(error).split())})") from error
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "page"
        raise UserError(f"{page.name}: {key} = {first['input']!r}: {first['msg']}") from error
