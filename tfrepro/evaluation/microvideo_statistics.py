"""A corpus of micro-videos in numbers; DARE's Figure 1b and EASTERN's Figure 2.

``index`` is that of its feature set, see :mod:`tfrepro.features.microvideos.extracted`.
"""

import pandas as pd

from tfrepro.features.microvideos.extracted import MODALITIES


def class_sizes(index: pd.DataFrame) -> pd.DataFrame:
    """How many videos each class has, the commonest first.

    Columns ``order``, ``class``, ``parent``, ``videos``, ``share`` and ``label``, in words.
    """
    groups = index.groupby("label").agg(videos=("id", "size"), parent=("parent", "first"))
    sizes = groups.reset_index(names="class").sort_values(
        ["videos", "class"], ascending=[False, True], ignore_index=True
    )
    sizes["share"] = (sizes["videos"] / len(index)).round(6)
    sizes["label"] = [f"{row.videos}, {row.share:.1%}" for row in sizes.itertuples()]
    return sizes.rename_axis("order").reset_index()


def presence(index: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Of each modality, how many videos have it and how many lack it."""
    return {
        name: {"has": int(index[f"has_{name}"].sum()), "lacks": int((~index[f"has_{name}"]).sum())}
        for name in MODALITIES
    }


def external_facts(sounds: pd.DataFrame) -> dict[str, float]:
    """The external sounds: how many, of how many concepts, and how many concepts each has."""
    return {
        "sounds": len(sounds),
        "concepts": int(sounds["label"].nunique()),
        "concepts_per_sound": round(float(sounds["concepts"].map(len).mean()), 4),
    }
