"""Spoken captions of 1,250 YouTube-8M videos: the text that makes them micro-videos.

Joined by id with the shards, they are real data of three modalities. What is left of the
shards, sounds with the entities seen and heard, is what DARE calls external sounds.
"""

import json
from collections import Counter
from pathlib import Path

import pandas as pd

from tfrepro.errors import UserError


def read_captions(file: Path) -> pd.DataFrame:
    """What is said in each video, indexed by the release's id.

    Columns ``text`` (all that is said, in order), ``seconds`` (from the first caption's start
    to the last one's end) and ``vertical``.

    Raises UserError naming the file and the line that is none of its kind.
    """
    rows = []
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from None
    for number, line in enumerate(lines, 1):
        try:
            rows.append(_row(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(f"{file}: line {number}: no video with captions ({error!r})") from None
    table = pd.DataFrame(rows, columns=["id", "text", "seconds", "vertical"]).set_index("id")
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()][0]
        raise UserError(f"{file}: video {twice} is there twice")
    return table


def captioned(
    index: pd.DataFrame, captions: pd.DataFrame, least_videos: int, *, entities: bool = False
) -> pd.DataFrame:
    """The videos with captions whose class has enough of them.

    Parameters
    ----------
    index : of the shards' videos, as :mod:`tfrepro.corpora.yt8m` makes it
    least_videos : a class with fewer is left out
    entities : whether the class is the commonest entity, below its vertical, or the vertical

    Returns
    -------
    Rows of ``index``, under their numbers there, with ``text``, as ``label`` the class, and as
    ``parent`` what is above it in a tree of two levels, if anything.
    """
    videos = index[index["id"].isin(captions.index)]
    told = captions.loc[videos["id"]]
    verticals = told["vertical"].to_numpy()
    videos = videos.assign(label=verticals, parent="", text=told["text"].to_numpy())
    if entities:
        # Labels ascend by falling frequency.
        videos = videos.assign(label=videos["concepts"].str[0], parent=videos["label"])
    counts = videos["label"].value_counts()
    return videos[videos["label"].isin(counts[counts >= least_videos].index)]


def external_sounds(index: pd.DataFrame, captions: pd.DataFrame, least_videos: int) -> pd.DataFrame:
    """The videos without captions, by the entities that enough of them have.

    Returns
    -------
    Rows of ``index``, under their numbers there, with ``concepts`` cut down to the frequent
    entities and, as ``label``, the rarest of these, which says most; videos that have none
    are left out.
    """
    others = index[~index["id"].isin(captions.index)]
    counts = Counter(name for names in others["concepts"] for name in names)
    kept = [[n for n in names if counts[n] >= least_videos] for names in others["concepts"]]
    others = others.assign(concepts=kept)
    others = others[others["concepts"].map(len) > 0]
    rarest = [min(names, key=lambda name: (counts[name], name)) for names in others["concepts"]]
    return others.assign(label=rarest)


def _row(video: dict) -> dict:
    segments = sorted(video["segments"], key=lambda segment: segment[0])
    start = segments[0][0] if segments else 0.0
    end = max((start + duration for start, duration, _ in segments), default=0.0)
    return {
        "id": video["id"],
        "text": " ".join(" ".join(text.split()) for _, _, text in segments),
        "seconds": end - start,
        "vertical": video["vertical"],
    }
