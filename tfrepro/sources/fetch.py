"""A verified path for every file of a source: mirror folders, then the cache, then the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.sources.cache import download, way_out
from tfrepro.sources.source import Source, SourceFile


@dataclass(frozen=True)
class Resolved:
    """Where the files of a source are, each verified; ``paths`` maps file to path."""

    source: Source
    paths: Mapping[str, Path]

    def path(self, file: str) -> Path:
        """Where ``file`` lies; a :class:`UserError` if it was not resolved."""
        if file not in self.paths:
            raise UserError(f"{self.source.name}: {file!r} is not among the files resolved")
        return self.paths[file]


def resolve(
    source: Source,
    *,
    mirrors: Sequence[Path],
    cache: Path,
    files: str | Sequence[str] | None = None,
    offline: bool = False,
    progress: bool = True,
) -> Resolved:
    """A path to every file asked for, its size and SHA-256 checked now.

    Parameters
    ----------
    mirrors : folders that may hold ``<source>/<file>``, in order of preference; what they
        hold is used in place, and one that does not exist is passed over
    cache : folder that holds what was downloaded; a file there with wrong bytes is
        removed and fetched again
    files : paths or globs of the files wanted, all if None
    offline : never use the network
    progress : show a bar while bytes are fetched, on a terminal

    Raises
    ------
    UserError : naming the source, the file and the way out, when a mirror's file has wrong
        bytes, a file is nowhere to be had, or the network or the public file fails.
        What a broken download has brought is kept and continued by the next call.
    """
    wanted = source.select(files)
    paths, missing = {}, []
    for file in wanted:
        path = _in_mirrors(source, file, mirrors) or _in_cache(source, file, cache)
        if path:
            paths[file.path] = path
        else:
            missing.append(file)
    if missing:
        folders = ", ".join(str(folder) for folder in [*mirrors, cache])
        _refuse_without_address(source, missing, folders)
        if offline:
            raise UserError(
                f"{source.name}: {_first(missing)}: not in {folders}, and the network is not "
                f"to be used: {way_out(source, missing[0])}"
            )
        paths |= download(source, missing, cache, progress=progress)
    return Resolved(source, {file.path: paths[file.path] for file in wanted})


def _in_mirrors(source: Source, file: SourceFile, mirrors: Sequence[Path]) -> Path | None:
    for mirror in mirrors:
        path = Path(mirror, source.name, file.path)
        if path.is_file():
            if fault := _fault(path, file):
                raise UserError(
                    f"{source.name}: {path}: {fault}: mend or remove that file, "
                    f"or take {mirror} out of sources.mirrors in params.yaml"
                )
            return path
    return None


def _in_cache(source: Source, file: SourceFile, cache: Path) -> Path | None:
    path = Path(cache, source.name, file.path)
    if not path.is_file():
        return None
    if _fault(path, file):
        path.unlink()
        return None
    return path


def _fault(path: Path, file: SourceFile) -> str:
    """What is wrong with the bytes at ``path``, empty if nothing is."""
    try:
        size = path.stat().st_size
        if size != file.size:
            return f"{size} bytes, expected {file.size}"
        digest = sha256(path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if digest == file.sha256 else f"SHA-256 {digest}, expected {file.sha256}"


def _refuse_without_address(source: Source, missing: list[SourceFile], folders: str) -> None:
    """Fail before the first download if not all of ``missing`` can be downloaded."""
    nowhere = [file for file in missing if file.url is None]
    if nowhere:
        note = f" ({nowhere[0].note})" if nowhere[0].note else ""
        raise UserError(
            f"{source.name}: {_first(nowhere)}: no public address known{note} and not in "
            f"{folders}: place it in a mirror folder as "
            f"<mirror>/{source.name}/{nowhere[0].path} and name that folder in "
            "sources.mirrors in params.yaml"
        )


def _first(files: list[SourceFile]) -> str:
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return files[0].path + more
