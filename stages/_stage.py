"""What every stage script shares: a log, one-line errors, work that survives a kill."""

import contextlib
import hashlib
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.files import sha256

# Otherwise every process that starts TensorFlow tells what it was compiled with.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

log = logging.getLogger("tfrepro")


def run(stage: Callable[..., None]) -> None:
    """Call ``stage`` with the command line's words; a UserError is printed, exit code 2."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    start = time.perf_counter()
    try:
        stage(*sys.argv[1:])
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    log.info("done in %.1f s", time.perf_counter() - start)


def read(path: Path) -> Path:
    """``path``, logged as read."""
    log.info("read  %s (%s)", path, _size(path))
    return path


def wrote(path: Path) -> Path:
    """``path``, logged as written."""
    log.info("wrote %s (%s)", path, _size(path))
    return path


@contextlib.contextmanager
def work_folder(stage: str, *inputs: Path, salt: str = "") -> Iterator[Path]:
    """A folder for finished pieces of a stage, removed when the block ends well.

    Its name is a checksum over ``inputs`` (files) and ``salt`` (settings): a
    stage killed and started again with the same inputs finds its pieces, any
    other finds an empty folder. Pieces that fit no longer are removed.
    """
    digest = hashlib.sha256(salt.encode())
    for file in sorted(inputs):
        digest.update(sha256(file).encode())
    home = Path("data/.work") / stage
    folder = home / digest.hexdigest()[:16]
    for other in home.glob("*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(home)


def _size(path: Path) -> str:
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    unit = next(unit for unit in ("B", "kB", "MB", "GB", "TB") if (size := size / 1000) < 1)
    return f"{len(files)} file{'s' if len(files) != 1 else ''}, {size * 1000:.3g} {unit}"
