"""``python -m tfrepro.retrieval.build FEATURES MODEL INDEX``: index the videos of a feature set."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.features.feature_set import read_feature_set
from tfrepro.retrieval.videos import OTHER, build_video_index


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 after a mistake that is named in one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        index = build_video_index(
            options.index,
            read_feature_set(options.features),
            options.model,
            options.finds,
            approximate=options.approximate,
            meta={"built_from": options.features.name},
        )
    except (UserError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.index}: {len(index.ids)} videos, {index.vectors.shape[1]} dimensions")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tfrepro.retrieval.build",
        description="Embed the videos of a feature set with trained networks and index them.",
    )
    parser.add_argument("features", type=Path, metavar="FEATURES", help="folder of a feature set")
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder of trained networks")
    parser.add_argument("index", type=Path, metavar="INDEX", help="folder to write")
    parser.add_argument(
        "--finds", choices=tuple(OTHER), default="acoustic", help="what is found (acoustic)"
    )
    parser.add_argument(
        "--approximate", action="store_true", help="build the graph for approximate search too"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
