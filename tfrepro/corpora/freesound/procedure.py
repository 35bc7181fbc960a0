"""From a few seed words to a labelled collection of sounds.

1. Every seed is searched for; the tags of what is found are counted.
2. Tags on too few sounds are dropped, tags of one meaning merged: concepts.
3. Every concept is searched for, by a word for each of its nouns; a sound found by several
   belongs to one of them.
4. Concepts that are left with too few sounds are dropped, and their sounds with them.

Source: DARE, section 3.2. What it leaves open: a sound that several concepts find is
counted once (43,868 sounds / 313 concepts is its printed 140.15), here for the one that
says most about it, see :func:`assign`; its 146,580 "concepts" of 16,363 sounds can only be
tags, each counted on every sound. Tags that only a few owners use, or that are no nouns,
are no "commonly heard" concepts, but the paper does not say that it left them out: both
are thresholds of ours.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from tqdm import tqdm

from tfrepro.corpora.freesound.merging import NOTHING, Concept, ConceptReader, merge_tags
from tfrepro.corpora.freesound.nouns import Dictionary
from tfrepro.corpora.freesound.sound import Catalogue, Sound, words_of
from tfrepro.errors import UserError


@dataclass(frozen=True)
class Thresholds:
    """What is enough.

    Attributes
    ----------
    seed_sounds : at most so many for each seed
    tag_sounds : a tag on fewer is dropped
    tag_owners : a tag that fewer owners use is dropped; 1, as in the paper, for none
    nouns_only : whether a tag that the dictionary knows no noun for is dropped, unless an
        override speaks of it
    concept_sounds : at most so many for each concept
    least_sounds : a concept with fewer is dropped
    """

    seed_sounds: int
    tag_sounds: int
    tag_owners: int
    nouns_only: bool
    concept_sounds: int
    least_sounds: int


@dataclass(frozen=True)
class ConceptDataset:
    """Labelled sounds.

    Attributes
    ----------
    clips : a row a sound: ``id``, ``name``, ``label`` (the concept that found it),
        ``concepts`` (all kept ones it is tagged with, the label among them), ``duration`` (s),
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
    nouns: Dictionary | None,
    overrides: Mapping[str, str],
    progress: bool = True,
) -> ConceptDataset:
    """All four steps.

    Parameters
    ----------
    nouns : to merge tags by; None to merge what ``overrides`` say alone

    Raises UserError if nothing is left after a step, naming the threshold, or if nouns are
    asked for and there is no dictionary.
    """
    if thresholds.nouns_only and nouns is None:
        raise UserError("nouns_only = true: needs a dictionary; name one, or set it to false")
    found = _search_all(catalogue, seeds, thresholds.seed_sounds, "seeds", progress)
    sounds = {sound.id: sound for results in found.values() for sound in results}
    selected, tag_counts = _select_tags(sounds.values(), thresholds, nouns, overrides)
    concepts = merge_tags(selected, nouns, overrides)
    results = _search_concepts(catalogue, concepts, thresholds.concept_sounds, progress)
    read = ConceptReader(concepts, nouns, overrides)
    tagged = Counter(name for sound in sounds.values() for name in read(sound.tags))
    harvested = {sound.id: sound for sounds in results.values() for sound in sounds}
    labels = assign(results, read, tagged)
    clips = Counter(labels.values())
    kept = [concept for concept in concepts if clips[concept.name] >= thresholds.least_sounds]
    if not kept:
        raise UserError(f"least_sounds = {thresholds.least_sounds}: no concept has so many")
    table = _clip_table(harvested, labels, read, {concept.name for concept in kept})
    return ConceptDataset(
        table,
        _concept_table(concepts, kept, tagged, results, clips),
        {
            "seeds": len(seeds),
            "seeds_without_sounds": sum(not results for results in found.values()),
            "sounds_of_seeds": len(sounds),
            **tag_counts,
            "merged_concepts": len(concepts),
            "sounds_of_concepts": len(labels),
            "kept_concepts": len(kept),
            "kept_sounds": len(table),
        },
    )


def assign(
    results: Mapping[str, Sequence[Sound]],
    read: ConceptReader,
    tagged: Mapping[str, int],
) -> dict[int, str]:
    """Sound -> which of the concepts that found it is its label.

    Those that its title names come before those it is tagged with, and these before the
    others. Of several, the one with the fewest tagged sounds, which says most: *slam*
    rather than *machine*; of two alike, the earlier.

    Parameters
    ----------
    results : concept -> what its search found, in the order of the concepts
    read : tells which concepts words stand for
    tagged : concept -> how many sounds are tagged with it
    """
    order = {concept: (tagged[concept], i) for i, concept in enumerate(results)}
    finders: dict[int, tuple[Sound, set[str]]] = {}
    for concept, sounds in results.items():
        for sound in sounds:
            finders.setdefault(sound.id, (sound, set()))[1].add(concept)
    return {
        number: min(_most_to_the_point(sound, names, read), key=order.__getitem__)
        for number, (sound, names) in finders.items()
    }


def _most_to_the_point(sound: Sound, names: set[str], read: ConceptReader) -> set[str]:
    """Those of some concepts that a sound's title names, or its tags, or else all."""
    return read(words_of(sound.name)) & names or read(sound.tags) & names or names


def _select_tags(
    sounds: Iterable[Sound],
    thresholds: Thresholds,
    nouns: Dictionary | None,
    overrides: Mapping[str, str],
) -> tuple[dict[str, int], dict[str, int]]:
    """The tags that concepts are made of, with their counts; and how many each rule left."""
    counts: Counter[str] = Counter()
    owners: dict[str, set[str]] = defaultdict(set)
    for sound in sounds:
        for tag in set(sound.tags):
            counts[tag] += 1
            owners[tag].add(sound.user)
    steps = {"tags_of_those": counts.total(), "distinct_tags": len(counts)}
    rules: dict[str, tuple[str, Callable[[str], bool]]] = {
        "frequent_tags": ("tag_sounds", lambda tag: counts[tag] >= thresholds.tag_sounds),
        "common_tags": ("tag_owners", lambda tag: len(owners[tag]) >= thresholds.tag_owners),
        "nouns": (
            "nouns_only",
            lambda tag: (
                not thresholds.nouns_only or tag in overrides or nouns.lemma(tag) is not None
            ),
        ),
        "wanted_tags": ("overrides", lambda tag: overrides.get(tag) != NOTHING),
    }
    left = dict(counts)
    for step, (threshold, keeps) in rules.items():
        left = {tag: count for tag, count in left.items() if keeps(tag)}
        steps[step] = len(left)
        if not left:
            value = getattr(thresholds, threshold, "those of the file")
            raise UserError(f"{threshold} = {value}: leaves none of {len(counts)} tags")
    return left, steps


def _search_all(
    catalogue: Catalogue, queries: Sequence[str], limit: int, title: str, progress: bool
) -> dict[str, list[Sound]]:
    bar = tqdm(queries, desc=title, unit="query", disable=not progress)
    # What several searches find is kept once.
    known: dict[int, Sound] = {}
    return {
        query: [known.setdefault(sound.id, sound) for sound in catalogue.search(query, limit)]
        for query in bar
    }


def _search_concepts(
    catalogue: Catalogue, concepts: Sequence[Concept], limit: int, progress: bool
) -> dict[str, list[Sound]]:
    """Name -> at most so many sounds, those of the commonest word first."""
    words = [word for concept in concepts for word in concept.words]
    found = _search_all(catalogue, words, limit, "concepts", progress)
    results = {}
    for concept in concepts:
        sounds = {sound.id: sound for word in concept.words for sound in found[word]}
        results[concept.name] = list(sounds.values())[:limit]
    return results


def _clip_table(
    sounds: Mapping[int, Sound], labels: Mapping[int, str], read: ConceptReader, kept: set[str]
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "id": number,
                "name": sounds[number].name,
                "label": label,
                "concepts": sorted(read(sounds[number].tags) & kept | {label}),
                "duration": sounds[number].duration,
                "licence": sounds[number].licence,
                "user": sounds[number].user,
                "preview": sounds[number].preview,
            }
            for number, label in sorted(labels.items())
            if label in kept
        ]
    )


def _concept_table(
    concepts: Sequence[Concept],
    kept: Sequence[Concept],
    tagged: Mapping[str, int],
    results: Mapping[str, Sequence[Sound]],
    clips: Mapping[str, int],
) -> pd.DataFrame:
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
