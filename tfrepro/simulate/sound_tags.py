"""A catalogue of tagged sounds made here, with what Freesound's tags are like.

Planted structure
-----------------
- *Concepts* have a long-tailed popularity. Each is a made-up noun that is tagged in
  the singular or the plural, and every third has a synonym, another noun of the same
  synset; so tags must be merged to be counted rightly.
- A sound has a main concept and some companions, most of them from the main concept's
  circle, as rain brings thunder; its owner tags each with one of its words, and not
  always all of them.
- *Clutter*: tags that say how a sound was made, on very many sounds; tags that only one
  owner uses, on few.
- One noun of each synonym pair has a second, rarer sense in common with another concept,
  which must not merge the two.

The truth is kept, so that what a procedure makes of the tags can be held against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

CLUTTER = ("field-recording", "stereo", "loud", "binaural", "processed", "handheld", "outdoors")
OWN_TAGS = 3  # tags that only one owner uses
CIRCLE = 6  # concepts that go together
SYNONYM_EVERY = 3
_ONSETS, _VOWELS, _ENDS = "bdfgklmnprtvz", "aeiou", "klmnprt"


@dataclass(frozen=True)
class TaggedSounds:
    """The catalogue and the truth.

    Attributes
    ----------
    sounds : a row a sound: ``id``, ``name``, ``tags``, ``duration`` (s), ``licence``, ``user``
    truth : (N,) main concept of each, a number
    words : the nouns of each concept, the commonest first, in the singular
    senses : what a dictionary would say of them: ``lemma``, ``sense``, ``synset``
    """

    sounds: pd.DataFrame
    truth: np.ndarray
    words: list[tuple[str, ...]]
    senses: pd.DataFrame


def tagged_sounds(
    sounds: int, concepts: int, seed: int, *, companions: float = 2.0
) -> TaggedSounds:
    """A catalogue; the same for the same arguments.

    Parameters
    ----------
    sounds, concepts : how many
    companions : mean number of further concepts of a sound
    """
    rng = default_rng(seed)
    words = _words(concepts, rng)
    popularity = 1.0 / np.arange(5, concepts + 5)
    truth = rng.choice(concepts, sounds, p=popularity / popularity.sum())
    owners = rng.zipf(1.6, sounds) % max(2, sounds // 20)
    made = [
        _sound(1000 + number, main, owners[number], words, companions, rng)
        for number, main in enumerate(truth)
    ]
    return TaggedSounds(pd.DataFrame(made), truth, words, senses_of(words))


def plural(noun: str) -> str:
    """The regular English plural of a noun."""
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _words(concepts: int, rng: Generator) -> list[tuple[str, ...]]:
    nouns: list[str] = []
    needed = concepts + -(-concepts // SYNONYM_EVERY)
    while len(nouns) < needed:
        noun = "".join(
            rng.choice(list(letters)) for letters in (_ONSETS, _VOWELS, _ONSETS, _VOWELS, _ENDS)
        )
        if noun not in nouns:
            nouns.append(noun)
    extra = iter(nouns[concepts:])
    return [
        (nouns[number], next(extra)) if number % SYNONYM_EVERY == 0 else (nouns[number],)
        for number in range(concepts)
    ]


def _sound(
    number: int,
    main: int,
    owner: int,
    words: list[tuple[str, ...]],
    companions: float,
    rng: Generator,
) -> dict[str, object]:
    circle = main // CIRCLE * CIRCLE
    others = {
        min(len(words) - 1, circle + int(rng.integers(CIRCLE)))
        if rng.random() < 0.8
        else int(rng.integers(len(words)))
        for _ in range(rng.poisson(companions))
    } - {main}
    tags = tags_of([words[concept] for concept in (main, *sorted(others))], owner, rng)
    return {
        "id": number,
        "name": f"{tags[0]} {number}",
        "tags": tags,
        "duration": float(np.round(np.exp(rng.uniform(np.log(0.5), np.log(60))), 3)),
        "licence": ("CC0", "CC-BY", "CC-BY-NC")[rng.integers(3)],
        "user": f"owner{owner}",
    }


def tags_of(concepts: Sequence[tuple[str, ...]], owner: int, rng: Generator) -> list[str]:
    """What an owner types for a sound: a word a concept, clutter, and words of their own.

    concepts : the nouns of each, in the singular, the commonest first
    """
    tags = [_tag(nouns, rng) for nouns in concepts]
    tags += [tag for tag in CLUTTER if rng.random() < 0.25]
    tags += [f"u{owner}x{rng.integers(OWN_TAGS)}"] if rng.random() < 0.5 else []
    return list(dict.fromkeys(tags))


def senses_of(words: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    """What a dictionary says of concepts' nouns: ``lemma``, ``sense``, ``synset``.

    A second noun has a rarer sense as well, in common with the next concept.
    """
    rows = []
    for concept, nouns in enumerate(words):
        rows += [(noun, 1, f"{concept:08d}-n") for noun in nouns]
        if len(nouns) > 1:
            rows.append((nouns[1], 2, f"{(concept + 1) % len(words):08d}-n"))
    return pd.DataFrame(rows, columns=["lemma", "sense", "synset"])


def _tag(nouns: tuple[str, ...], rng: Generator) -> str:
    """One of a concept's words, in the singular or the plural."""
    noun = nouns[int(rng.random() < 0.35) % len(nouns)]
    return plural(noun) if rng.random() < 0.4 else noun
