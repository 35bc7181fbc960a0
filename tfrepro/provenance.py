"""Which code a result depends on, and whether that code has changed since.

A stage's code is its script and every module of this library that it imports,
directly or through others. Its checksum is over syntax trees without
docstrings, so editing a comment or a docstring makes no result out of date.

Settings stand outside the checksum, because their values are DVC parameters. Of
the two registries only the public classes and functions count: their entries are
each part of the checksum of what they name, so adding a method does not retrain
the others.
"""

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tfrepro.corpora.registry import (
    MICRO_VIDEO_CORPORA,
    MICRO_VIDEO_FEATURES,
    MUSIC_VIDEO_CORPORA,
    MUSIC_VIDEO_FEATURES,
    SOUND_CORPORA,
    VIDEO_CORPORA,
    CorpusEntry,
)
from tfrepro.methods import METHODS

PACKAGE = "tfrepro"
_ROOT = Path(__file__).resolve().parents[1]
_TRACKED_OTHERWISE = "settings"
_REGISTRIES = ("tfrepro/methods.py", "tfrepro/corpora/registry.py")


def code_of_files(files: Iterable[Path]) -> dict[str, str]:
    """File -> checksum, for the given Python files and all of this library they import."""
    found: dict[str, str] = {}
    waiting = [Path(file) for file in files]
    while waiting:
        file = waiting.pop()
        name = _display_name(file)
        if name in found:
            continue
        found[name] = _checksum(file)
        waiting += _imports(file)
    return dict(sorted(found.items()))


def code_of_module(module: str) -> dict[str, str]:
    """The same for a module of this library."""
    return code_of_files(_module_files(module))


def code_of_method(name: str) -> dict[str, str]:
    """The code of a method's class, with its entry in the registry."""
    entry = METHODS[name]
    description = f"{entry.factory} {dict(entry.fixed)} {entry.keras}"
    return {"entry": _digest(description), **code_of_module(entry.module)}


def code_of_corpus(entry: CorpusEntry) -> dict[str, str]:
    """The code of a corpus' builder, with the checksums of the sources it reads."""
    registry = _ROOT / PACKAGE / "sources" / "registry"
    sources = {
        f"source {source}": _digest((registry / f"{source}.yaml").read_text())
        for source in entry.sources
    }
    return {"entry": _digest(entry.builder), **sources, **code_of_module(entry.module)}


def code_of_everything(stages: Path) -> dict[str, dict[str, str]]:
    """``stages/<script>``, ``methods/<name>``, ``sounds/<corpus>``, ... -> their code."""
    scripts = sorted(file for file in stages.glob("*.py") if not file.name.startswith("_"))
    return {
        **{f"stages/{file.stem}": code_of_files([file]) for file in scripts},
        **{f"methods/{name}": code_of_method(name) for name in METHODS},
        **{f"sounds/{name}": code_of_corpus(entry) for name, entry in SOUND_CORPORA.items()},
        **{f"videos/{name}": code_of_corpus(entry) for name, entry in VIDEO_CORPORA.items()},
        **{
            f"microvideos/{name}": _code_of_corpus_and_features(entry, MICRO_VIDEO_FEATURES[name])
            for name, entry in MICRO_VIDEO_CORPORA.items()
        },
        **{
            f"music_videos/{name}": _code_of_corpus_and_features(entry, MUSIC_VIDEO_FEATURES[name])
            for name, entry in MUSIC_VIDEO_CORPORA.items()
        },
    }


def checksum(code: dict[str, str]) -> str:
    """One checksum, of twelve hexadecimal digits, for all the files of some code."""
    return _digest(json.dumps(code, sort_keys=True))[:12]


def _code_of_corpus_and_features(corpus: CorpusEntry, features: CorpusEntry) -> dict[str, str]:
    """The code of a builder and of what makes features of what it builds."""
    both = code_of_corpus(corpus) | code_of_corpus(features)
    return both | {"entries": f"{corpus.builder} {features.builder}"}


@cache
def _imports(file: Path) -> frozenset[Path]:
    """The files that a file imports, anywhere in it: of this library, or beside it."""
    if _display_name(file) in _REGISTRIES:
        return frozenset()
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    beside = {file.parent / f"{name}.py" for name in names}
    return frozenset({path for path in beside if path.is_file()}.union(*map(_module_files, names)))


def _module_files(module: str) -> set[Path]:
    """The file of a module of this library and those of its parents; none for other names."""
    parts = module.split(".")
    if parts[0] != PACKAGE or parts[1:2] == [_TRACKED_OTHERWISE]:
        return set()
    files = set()
    for depth in range(1, len(parts) + 1):
        place = _ROOT.joinpath(*parts[:depth])
        files |= {place.with_suffix(".py"), place / "__init__.py"}
    return {file for file in files if file.is_file()}


@cache
def _checksum(file: Path) -> str:
    """The digest of a file's syntax tree without docstrings."""
    tree = ast.parse(file.read_text())
    if _display_name(file) in _REGISTRIES:
        tree.body = [node for node in tree.body if _is_public_definition(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return _digest(ast.dump(tree))


def _is_public_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _display_name(file: Path) -> str:
    """The path of a file from the project's root, whatever folder that is."""
    file = file.resolve()
    return str(file.relative_to(_ROOT)) if file.is_relative_to(_ROOT) else file.name
