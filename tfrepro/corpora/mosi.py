"""CMU-MOSI: aligned acoustic, visual and textual features of spoken utterances.

2,199 utterances of 93 videos, in the official training and test videos. A row of the
released tables is an utterance; its last column is whether its sentiment is positive. The
rows are in no order of speech: their numbers in ``transcripts.csv``, which only the tables
``text_train.csv`` and ``text_test.csv`` have, tell which utterance of which video each is.

Source: S. Poria et al., Context-Dependent Sentiment Analysis in User-Generated Videos,
ACL 2017.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.errors import UserError
from tfrepro.sources import Resolved

SOURCE = "mosi"
CLASSES = ("negative", "positive")
FILES = {"visual": "video", "acoustic": "audio", "textual": "text"}


def read_mosi(
    find_source: Callable[[str], Resolved],
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """All utterances, video after video in the order they were spoken.

    Returns
    -------
    index : (N rows) ``id``, ``label``, ``split`` (``train`` or ``test``), ``group`` (the
        video), ``order`` (number of the utterance in its video), ``text``
    arrays : ``visual`` (N, 100), ``acoustic`` (N, 73), ``textual`` (N, 100) float32

    Raises UserError naming a file whose rows do not fit those of the others.
    """
    source = find_source(SOURCE)
    transcripts = pd.read_csv(
        source.path("transcripts.csv"),
        header=None,
        names=["id", "text", "videos", "positive"],
        keep_default_na=False,
    )
    parts = [_read_part(source, part, transcripts) for part in ("train", "test")]
    index = pd.concat([index for index, _ in parts], ignore_index=True)
    order = index.sort_values(["split", "group", "order"], kind="stable").index.to_numpy()
    arrays = {name: np.concatenate([part[name] for _, part in parts])[order] for name in FILES}
    return index.loc[order].reset_index(drop=True), arrays


def preceding_rows(groups: Sequence[str], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Each row with those of its group that come before it, up to so many in all.

    Parameters
    ----------
    groups : (N) of rows in order, a group's rows without others between them
    length : T

    Returns
    -------
    rows : (N, T) row numbers, the earliest first and the row itself last of those that
        count; what is left of T is filled up with -1
    lengths : (N,) how many count, 1 ... T

    Raises ValueError if a group's rows are apart.
    """
    codes, _ = pd.factorize(np.asarray(groups))
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    if len(starts) != len(np.unique(codes)):
        raise ValueError("the rows of a group must follow one another")
    place = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    lengths = np.minimum(place + 1, length)
    rows = np.arange(len(codes))[:, None] - lengths[:, None] + 1 + np.arange(length)
    return np.where(np.arange(length) < lengths[:, None], rows, -1), lengths


def as_sequences(array: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The vectors of some rows of (N, D): (M, T, D), zeros where a row number is -1."""
    return np.where(rows[..., None] >= 0, array[rows], 0).astype(np.float32)


def _read_part(
    source: Resolved, part: str, transcripts: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    numbers = _read_numbers(source.path(f"text_{part}.csv"))[:, 0].astype(int)
    spoken = transcripts.iloc[numbers].reset_index(drop=True)
    positive = spoken["positive"].to_numpy()
    arrays = {}
    for name, stem in FILES.items():
        file = source.path(f"{stem}_{part}0.csv")
        table = _read_numbers(file)
        if len(table) != len(spoken) or (table[:, -1] != positive).any():
            raise UserError(f"{file}: its rows or labels are not those of text_{part}.csv")
        arrays[name] = table[:, :-1].astype(np.float32)
    names = spoken["id"].str.rsplit("_", n=1)
    index = pd.DataFrame(
        {
            "id": spoken["id"],
            "label": [CLASSES[value] for value in positive],
            "split": part,
            "group": names.str[0],
            "order": names.str[1].astype(int),
            "text": spoken["text"].str.lower(),
        }
    )
    return index, arrays


def _read_numbers(file: Path) -> np.ndarray:
    try:
        return pd.read_csv(file, header=None).to_numpy(float)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read as a table of numbers ({error})") from None
