"""What can be known of a micro-video made here from what it shows, at best."""

from itertools import permutations

import numpy as np

from tfrepro.simulate.microvideo_effects import Effects
from tfrepro.simulate.venues import CUES, EVENTS, MODALITIES, THEMES, WORLD, venue_shares


def planted_truth(effects: Effects) -> dict[str, float]:
    """The best accuracy that is possible, by what is looked at.

    Returns
    -------
    of ``nothing`` (the share of the largest class), of each modality and of ``all``, each
    also ``in order``, that is knowing which event came first. The words do not tell.
    """
    looks = {"nothing": (), **{name: (name,) for name in MODALITIES}, "all": MODALITIES}
    truth = {name: best_accuracy(effects, seen) for name, seen in looks.items()}
    for name in ("visual", "acoustic", "all"):
        truth[f"{name} in order"] = best_accuracy(effects, looks[name], ordered=True)
    return truth


def best_accuracy(effects: Effects, seen: tuple[str, ...], *, ordered: bool = False) -> float:
    """Accuracy of who knows the theme, the cue and the events that each modality shows.

    No method can do better on the average over many videos. Of a video that has all of
    ``seen``; what flaws, noise and owners do is left out.

    Parameters
    ----------
    seen : some of ``MODALITIES``
    ordered : whether it is also known which event came first
    """
    joint = venue_shares(effects.tail)[:, None] * _themes(effects.consistent, len(seen))
    for modality in seen:
        joint = _and(joint, _cues(effects.complementary, modality))
    if {"visual", "acoustic"} & set(seen):
        joint = _and(joint, _events(effects, ordered))
    return float(joint.max(axis=0).sum())


def _and(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Chances of two things that are drawn apart: (8, m), (8, n) -> (8, m n)."""
    return (left[:, :, None] * right[:, None]).reshape(len(left), -1)


def _themes(chance: float, modalities: int) -> np.ndarray:
    """(8, 4 ** modalities) chance of each combination of themes in each venue's videos."""
    count = len(THEMES) ** modalities
    table = np.full((len(WORLD), count), (1 - chance) / count)
    # Combinations are numbers with a digit a modality: here all digits are the same.
    ones = sum(len(THEMES) ** place for place in range(modalities))
    for row, venue in zip(table, WORLD.values(), strict=True):
        row[ones * THEMES.index(venue.theme)] += chance
    return table


def _cues(chance: float, modality: str) -> np.ndarray:
    """(8, 4) chance of each of a modality's cues in each venue's videos."""
    concepts = CUES[modality]
    table = np.full((len(WORLD), len(concepts)), 1 / len(concepts))
    for row, venue in zip(table, WORLD.values(), strict=True):
        if venue.cue and venue.cue[0] == modality:
            row *= 1 - chance
            row[concepts.index(venue.cue[1])] += chance
    return table


def _events(effects: Effects, ordered: bool) -> np.ndarray:
    """(8, 12 or 6) chance of each two events, in order or not, in each venue's videos."""
    pairs = list(permutations(EVENTS, 2))
    own, turned = effects.order, max(0.0, effects.consistent - effects.order) / 2
    table = np.full((len(WORLD), len(pairs)), 1 / len(pairs))
    for row, venue in zip(table, WORLD.values(), strict=True):
        if venue.events:
            row *= 1 - own - 2 * turned
            row[pairs.index(venue.events)] += own + turned
            row[pairs.index(venue.events[::-1])] += turned
    if ordered:
        return table
    sets = sorted({tuple(sorted(pair)) for pair in pairs})
    return np.stack(
        [table[:, [set(pair) == set(of) for pair in pairs]].sum(axis=1) for of in sets], axis=1
    )
