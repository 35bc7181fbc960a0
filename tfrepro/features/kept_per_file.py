"""What is made of each file kept on disk, so that a killed run does no file twice."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfrepro.files import atomic_file


@dataclass(frozen=True)
class KeptPerFile:
    """An extractor that looks first whether it has been asked before.

    Attributes
    ----------
    make : file -> modality -> array
    folder : of what is kept; it must belong to just this extractor and these files
    """

    make: Callable[[Path], Mapping[str, np.ndarray]]
    folder: Path

    def __call__(self, path: Path) -> dict[str, np.ndarray]:
        """What ``make`` gives; raises what it raises, and then keeps nothing."""
        name = hashlib.sha256(str(path).encode()).hexdigest()
        # Two levels: folders of millions of files are slow.
        kept = self.folder / name[:2] / f"{name[2:]}.npz"
        if kept.exists():
            with np.load(kept, allow_pickle=False) as saved:
                return dict(saved)
        made = dict(self.make(path))
        with atomic_file(kept) as part, open(part, "wb") as out:
            np.savez(out, **made)
        return made
