"""Public pages of the videos whose name on YouTube is known.

The release of 2018 gives videos names of its own; who joined other data to it had to
find out the public names. The file has a JSON object a line, with ``id``, the
release's, and ``youtube_id``.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tfrepro.errors import UserError

PAGE = "https://www.youtube.com/watch?v={}"


def read_pages(file: Path) -> dict[str, str]:
    """The release's name of a video -> its page; UserError naming the file and the line."""
    pages, number = {}, 0
    try:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                number += 1
                video = json.loads(line)
                if video["youtube_id"]:
                    pages[video["id"]] = PAGE.format(video["youtube_id"])
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{file}: line {number} does not give id and youtube_id ({error})"
        ) from None
    return pages


def pages_of(ids: Sequence[str], pages: Mapping[str, str]) -> list[str]:
    """The page of each video, empty where none is known."""
    return [pages.get(name, "") for name in ids]
