"""Files downloaded into the cache folder, which pooch keeps."""

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pooch
import requests
from tqdm import tqdm

from tfrepro.errors import UserError
from tfrepro.sources.download import DownloadError, ResumingDownloader
from tfrepro.sources.source import Source, SourceFile


def download(
    source: Source, files: Sequence[SourceFile], cache: Path, *, progress: bool = True
) -> dict[str, Path]:
    """The paths ``<cache>/<source>/<file>`` of ``files``, fetched from their addresses.

    A file has its final name only when its SHA-256 is right. Until then its bytes lie beside
    it in ``<file>.part``, where the next call goes on. A :class:`UserError` names the source,
    the file and the way out.
    """
    folder = Path(cache, source.name)
    kennel = pooch.Pooch(
        path=folder.absolute(),
        base_url="",
        registry={file.path: file.sha256 for file in files},
        urls={file.path: file.url for file in files},
    )
    bar = tqdm(
        total=sum(file.size for file in files),
        desc=source.name,
        unit="B",
        unit_scale=True,
        disable=None if progress else True,
    )
    try:
        with _alone(folder), _quiet(), requests.Session() as session, bar:
            for file in files:
                _fetch(kennel, source, file, session, bar)
    except OSError as error:
        raise UserError(
            f"{source.name}: cannot write to {folder} ({error.strerror or error}): "
            "make room or make the folder writable"
        ) from error
    return {file.path: folder / file.path for file in files}


def way_out(source: Source, file: SourceFile) -> str:
    """What to do about a file that is out of reach, said to a person."""
    return (
        f"set sources.mirrors in params.yaml to a folder that holds {source.name}/{file.path}, "
        "or run again with a network"
    )


def _fetch(
    kennel: pooch.Pooch, source: Source, file: SourceFile, session: requests.Session, bar: tqdm
) -> None:
    path = kennel.abspath / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    downloader = ResumingDownloader(part, file.size, session=session, advance=bar.update)
    try:
        try:
            kennel.fetch(file.path, downloader=downloader)
        except ValueError:
            if not downloader.resumed:
                raise
            # The wrong bytes may be those kept from before; pooch has removed them.
            bar.update(-file.size)
            kennel.fetch(file.path, downloader=downloader)
    except DownloadError as error:
        raise UserError(
            f"{source.name}: {file.path}: could not be fetched from {file.url} ({error}): "
            f"{way_out(source, file)}"
        ) from error
    except ValueError as error:
        raise UserError(
            f"{source.name}: {file.path}: wrong bytes from {file.url} "
            f"({_first_sentence(error)}): the public file has changed or is altered on its way; "
            f"set sources.mirrors in params.yaml to a folder that holds {source.name}/{file.path}"
        ) from error


def _first_sentence(error: ValueError) -> str:
    return str(error).split(". ", 1)[0]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process downloads into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems cannot lock a folder; checksums still guard the files.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without pooch's line for every file."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
