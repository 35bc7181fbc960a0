"""Captions of the micro-videos made here: 3 to 15 words of a small language.

A caption is an opening, somebody doing something to a thing, a place, an aside and tags,
of which all but the middle may be left out. Things and places are words of the theme, of
the cue, or of neither. Some captions shout, name somebody or end in a link.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

THEME_WORDS = {
    "nature": "trees river grass sunshine lake mountain breeze trail flowers sky hill leaves",
    "shows": "crowd team ticket band stage fans final encore seats curtain lights dancers",
    "traffic": "car road parking truck wheels bus bike highway taxi bridge corner engine",
    "rooms": "desk chair window coffee hallway door table floor sofa carpet lamp shelf",
}
CUE_WORDS = {
    "work": "boss meeting email deadline printer coworker payday report",
    "lessons": "teacher homework exam locker classmate grades recess essay",
    "food": "pizza burger sandwich noodles cookies salad breakfast dinner",
    "pets": "puppy kitten hamster parrot goldfish bunny leash paws",
}
THEME_TAGS = {
    "nature": "#outside #green",
    "shows": "#live #show",
    "traffic": "#drive #city",
    "rooms": "#inside #cozy",
}
OPENINGS = (
    *("when", "that moment when", "omg", "lol", "watch", "wait for it", "how", "why"),
    *("remember when", "breaking news", "dear diary", "so", "apparently", "plot twist"),
)
PEOPLE = "i you we he she they mom dad bro grandma somebody nobody everybody kids"
VERBS = (
    "sees finds loves hates drops breaks wants steals forgets films chases meets follows "
    "hides paints throws misses likes hugs ignores"
)
THINGS = (
    "phone thing hat shoe song dance face joke trick prank jump fall dream voice mirror "
    "bottle camera balloon ghost robot"
)
PLACES = "at by near behind under with without after before"
ASIDES = (
    *("again", "today", "for real", "like a boss", "not cool", "true story", "my life"),
    *("so good", "no way", "on repeat", "every time", "at last", "in slow motion"),
)
TAGS = "#funny #loop #comedy #remix #vine #fail #cute #howto #magic #wow #mood #tbt #first #best"
_THEME, _CUE = 0.45, 0.5  # chances that a noun is of the theme or of the cue
_FAVOURITES = 2
_LETTERS = "abcdefghijkmnopqrstuvwxyz23456789"


def caption(theme: str, cue: str, *, sociality: float, rng: Generator, owner: Generator) -> str:
    """The caption of one video.

    Parameters
    ----------
    theme, cue : of ``THEMES`` and of the textual ``CUES``
    sociality : chance that an aside or a tag is a favourite of the owner, in [0, 1]
    rng, owner : draw what belongs to the video and to its owner
    """
    asides = _liked(ASIDES, sociality, rng, owner)
    tags = _liked(TAGS.split(), sociality, rng, owner)
    parts = [
        rng.choice(OPENINGS) if rng.random() < 0.5 else "",
        f"{_of(PEOPLE, rng)} {_of(VERBS, rng)} the {_noun(theme, cue, rng)}",
        f"{_of(PLACES, rng)} the {_noun(theme, cue, rng)}" if rng.random() < 0.8 else "",
        rng.choice(asides) if rng.random() < 0.5 else "",
    ]
    if rng.random() < 0.1:
        parts = [part.upper() for part in parts]
    parts += [
        _of(THEME_TAGS[theme], rng) if rng.random() < 0.5 else "",
        rng.choice(tags) if rng.random() < 0.6 else "",
        f"@user{rng.integers(100)}" if rng.random() < 0.1 else "",
        _link(rng) if rng.random() < 0.1 else "",
    ]
    return " ".join(part for part in parts if part)


def vocabulary() -> list[str]:
    """All words of the language in lower case, in alphabetical order; no names, no links."""
    texts = (
        *(*THEME_WORDS.values(), *CUE_WORDS.values(), *THEME_TAGS.values(), *OPENINGS, *ASIDES),
        *(PEOPLE, VERBS, THINGS, PLACES, TAGS, "the"),
    )
    return sorted({word for text in texts for word in text.split()})


def _liked(
    words: Sequence[str], sociality: float, rng: Generator, owner: Generator
) -> Sequence[str]:
    """The owner's favourites of some words, or all of them."""
    favourites = owner.choice(words, _FAVOURITES, replace=False)
    return favourites if rng.random() < sociality else words


def _noun(theme: str, cue: str, rng: Generator) -> str:
    draw = rng.random()
    if draw < _THEME:
        return _of(THEME_WORDS[theme], rng)
    return _of(CUE_WORDS[cue] if draw < _THEME + _CUE else THINGS, rng)


def _link(rng: Generator) -> str:
    return "http://video.example/" + "".join(rng.choice(list(_LETTERS), 5))


def _of(words: str, rng: Generator) -> str:
    """One word of a list of words in one string; the earlier in it, the likelier."""
    choice = words.split()
    weights = 1 / np.arange(1, len(choice) + 1)
    return str(rng.choice(choice, p=weights / weights.sum()))
