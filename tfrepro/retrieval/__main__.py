"""``python -m tfrepro.retrieval INDEX``: what an index finds for an id or for vectors."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tfrepro.errors import UserError
from tfrepro.retrieval.index import Match, VectorIndex, load_index
from tfrepro.retrieval.videos import encode_queries


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 after a mistake that is named in one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        answers = _ask(load_index(options.index), options)
    except (UserError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(_as_json(answers) if options.json else _as_text(answers))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tfrepro.retrieval",
        description="Print the best matches of an index: rank, score, id.",
    )
    parser.add_argument("index", type=Path, metavar="INDEX", help="folder of an index")
    query = parser.add_mutually_exclusive_group(required=True)
    query.add_argument(
        "--query-id",
        action="append",
        metavar="ID",
        help="ask with an item of the index, which is left out of its matches; may be repeated",
    )
    query.add_argument(
        "--query-file",
        type=Path,
        metavar="NPY",
        help="ask with the rows of an array: vectors, or features",
    )
    parser.add_argument("--top", type=int, default=10, metavar="K", help="matches (default 10)")
    parser.add_argument(
        "--approximate", action="store_true", help="search the graph, not every vector"
    )
    parser.add_argument("--json", action="store_true", help="print the matches as JSON")
    return parser


def _ask(index: VectorIndex, options: argparse.Namespace) -> dict[str, list[Match]]:
    """Query -> matches; the rows of a file are called 0, 1, ..."""
    how = {"k": options.top, "approximate": options.approximate}
    if options.query_id:
        return dict(zip(options.query_id, index.search_ids(options.query_id, **how), strict=True))
    try:
        queries = np.load(options.query_file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{options.query_file}: cannot be read as an array ({error})") from None
    found = index.search(encode_queries(index, queries), **how)
    return {str(row): matches for row, matches in enumerate(found)}


def _as_json(answers: dict[str, list[Match]]) -> str:
    plain = [
        {"query": query, "matches": [asdict(match) for match in matches]}
        for query, matches in answers.items()
    ]
    return json.dumps(plain, indent=2, ensure_ascii=False)


def _as_text(answers: dict[str, list[Match]]) -> str:
    lines = []
    for query, matches in answers.items():
        lines.append(f"{query}:")
        lines += [
            f"{rank:4d}  {match.score:.4f}  {match.id}" for rank, match in enumerate(matches, 1)
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
