"""DARE's Table 1 and Figure 3: a labelled sound collection in numbers.

Source: DARE, section 3.2.
"""

import pandas as pd

# Step of the procedure -> where DARE, section 3.2, prints its count.
PRINTED_STEPS = {
    "seeds": ("seeds", "concepts"),
    "sounds_of_seeds": ("first-query", "clips"),
    "tags_of_those": ("first-query", "tags"),
    "merged_concepts": ("merged", "concepts"),
    "sounds_of_concepts": ("second-query", "clips"),
    "kept_concepts": ("kept", "concepts"),
    "kept_sounds": ("kept", "clips"),
}


def sound_statistics(clips: pd.DataFrame) -> dict[str, float]:
    """Table 1, of a sound corpus' clips with their ``duration`` in s.

    Returns
    -------
    ``concepts`` and ``clips`` (how many), ``clips_per_concept`` (each clip counted once,
    for its label), ``mean_duration_s``, ``concepts_per_clip`` (of all it is tagged with)
    """
    concepts = clips["label"].nunique()
    return {
        "concepts": float(concepts),
        "clips": float(len(clips)),
        "clips_per_concept": len(clips) / concepts,
        "mean_duration_s": float(clips["duration"].mean()),
        "concepts_per_clip": float(clips["concepts"].map(len).mean()),
    }


def concept_durations(clips: pd.DataFrame, examples: int) -> pd.DataFrame:
    """Figure 3: the concepts with the most clips, by their clips' mean duration.

    Columns ``order``, ``concept``, ``clips``, ``mean_duration_s``, the longest first.
    """
    groups = clips.groupby("label")["duration"].agg(clips="size", mean_duration_s="mean")
    groups = groups.reset_index(names="concept").sort_values(
        ["clips", "concept"], ascending=[False, True]
    )
    shown = groups.head(examples).sort_values(
        ["mean_duration_s", "concept"], ascending=[False, True]
    )
    return shown.reset_index(drop=True).rename_axis("order").reset_index()
