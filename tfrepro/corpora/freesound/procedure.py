"""From a few seed words to a labelled collection of sounds.

1. Every seed is searched for; the tags of what is found are counted.
2. Tags on too few sounds are dropped, tags of one meaning merged: concepts.
3. Every concept is searched for; a sound belongs to the concept that finds it first.
4. Concepts that are left with too few sounds are dropped, and their sounds with them.

Source: DARE, section 3.2. What it leaves open: a sound that several concepts find is
counted once (43,868 sounds / 313 concepts is its printed 140.15), here for the concept
whose search ranks it best, of two that rank it alike for the one with more tagged sounds;
its 146,580 "concepts" of 16,363 sounds can only be tags, each counted on every sound.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from tqdm import tqdm

from tfrepro.corpora.freesound.merging import Concept, merge_tags
from tfrepro.corpora.freesound.nouns import Nouns
from tfrepro.corpora.freesound.sound import Catalogue, Sound
from tfrepro.errors import UserError


@dataclass(frozen=True)
class Thresholds:
    """What is enough.

    Attributes
    ----------
    seed_sounds : at most so many for each seed
    tag_sounds : a tag on fewer is dropped
    concept_sounds : at most so many for each concept
    least_sounds : a concept with fewer is dropped
    """

    seed_sounds: int
    tag_sounds: int
    concept_sounds: int
    least_sounds: int


@dataclass(frozen=True)
class ConceptDataset:
    """Labelled sounds.

    Attributes
    ----------
    clips : a row a sound: ``id``, ``name``, ``label`` (the concept that found it),
        ``concepts`` (all it is tagged with, the label among them), ``duration`` (s),
        ``licence``, ``user``, ``preview``
    concepts : a row a concept: ``name``, ``tags``, ``reasons``, ``synset``,
        ``tagged`` (sounds of the first search), ``found``, ``clips``, ``kept``
    counts : how many there were after each step
    """

    clips: pd.DataFrame
    concepts: pd.DataFrame
    counts: Mapping[str, int]


def build_concept_dataset(
    catalogue: Catalogue,
    seeds: Sequence[str],
    thresholds: Thresholds,
    *,
    nouns: Nouns | None,
    overrides: Mapping[str, str],
    progress: bool = True,
) -> ConceptDataset:
    """All four steps.

    Parameters
    ----------
    nouns : to merge tags by; None to merge what ``overrides`` say alone

    Raises UserError if nothing is left after a step, naming the threshold.
    """
    found = _search_all(catalogue, seeds, thresholds.seed_sounds, "seeds", progress)
    sounds = {sound.id: sound for results in found.values() for sound in results}
    tags = Counter(tag for sound in sounds.values() for tag in set(sound.tags))
    frequent = {tag: count for tag, count in tags.items() if count >= thresholds.tag_sounds}
    if not frequent:
        raise UserError(f"tag_sounds = {thresholds.tag_sounds}: no tag is on so many sounds")
    concepts = merge_tags(frequent, nouns, overrides)
    names = [concept.name for concept in concepts]
    results = _search_all(catalogue, names, thresholds.concept_sounds, "concepts", progress)
    labels = assign(results)
    clips = Counter(labels.values())
    kept = [concept for concept in concepts if clips[concept.name] >= thresholds.least_sounds]
    if not kept:
        raise UserError(f"least_sounds = {thresholds.least_sounds}: no concept has so many")
    harvested = {sound.id: sound for sounds in results.values() for sound in sounds}
    table = _clip_table(harvested, labels, kept)
    return ConceptDataset(
        table,
        _concept_table(concepts, kept, sounds.values(), results, clips),
        {
            "seeds": len(seeds),
            "seeds_without_sounds": sum(not results for results in found.values()),
            "sounds_of_seeds": len(sounds),
            "tags_of_those": sum(len(set(sound.tags)) for sound in sounds.values()),
            "distinct_tags": len(tags),
            "frequent_tags": len(frequent),
            "merged_concepts": len(concepts),
            "sounds_of_concepts": len(labels),
            "kept_concepts": len(kept),
            "kept_sounds": len(table),
        },
    )


def assign(results: Mapping[str, Sequence[Sound]]) -> dict[int, str]:
    """Sound -> the concept whose search ranks it best; the earlier concept of two alike."""
    best: dict[int, tuple[int, str]] = {}
    for concept, sounds in results.items():
        for rank, sound in enumerate(sounds):
            if sound.id not in best or rank < best[sound.id][0]:
                best[sound.id] = (rank, concept)
    return {number: concept for number, (_, concept) in best.items()}


def _search_all(
    catalogue: Catalogue, queries: Sequence[str], limit: int, title: str, progress: bool
) -> dict[str, list[Sound]]:
    bar = tqdm(queries, desc=title, unit="query", disable=not progress)
    return {query: catalogue.search(query, limit) for query in bar}


def _clip_table(
    sounds: Mapping[int, Sound], labels: Mapping[int, str], kept: Sequence[Concept]
) -> pd.DataFrame:
    names = {concept.name for concept in kept}
    tagged_with = _tag_reader(kept)
    rows = []
    for number, label in sorted(labels.items()):
        if label not in names:
            continue
        sound = sounds[number]
        rows.append(
            {
                "id": number,
                "name": sound.name,
                "label": label,
                "concepts": sorted(tagged_with(sound) | {label}),
                "duration": sound.duration,
                "licence": sound.licence,
                "user": sound.user,
                "preview": sound.preview,
            }
        )
    return pd.DataFrame(rows)


def _tag_reader(concepts: Sequence[Concept]) -> Callable[[Sound], set[str]]:
    """Sound -> the names of those concepts that it is tagged with."""
    concept_of = {tag: concept.name for concept in concepts for tag in concept.tags}
    return lambda sound: {concept_of[tag] for tag in sound.tags if tag in concept_of}


def _concept_table(
    concepts: Sequence[Concept],
    kept: Sequence[Concept],
    sounds: Iterable[Sound],
    results: Mapping[str, Sequence[Sound]],
    clips: Mapping[str, int],
) -> pd.DataFrame:
    tagged = Counter(name for names in map(_tag_reader(concepts), sounds) for name in names)
    names = {concept.name for concept in kept}
    return pd.DataFrame(
        [
            {
                "name": concept.name,
                "tags": list(concept.tags),
                "reasons": list(concept.reasons),
                "synset": concept.synset,
                "tagged": tagged[concept.name],
                "found": len(results[concept.name]),
                "clips": clips[concept.name],
                "kept": concept.name in names,
            }
            for concept in concepts
        ]
    )
