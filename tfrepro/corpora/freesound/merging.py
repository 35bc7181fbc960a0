"""Tags that mean the same become one concept, and say why.

Two tags are one concept if they are forms of one noun (engine, engines), or if the
commonest senses of their nouns are one synset (kid, child). A word that can mean the
same only in a rarer sense stays apart, and so does what is no noun, unless a person
says otherwise in a text file with a line ``tag = concept`` for each tag to be moved;
``tag = tag`` keeps it apart, ``tag = -`` drops it.

Source: DARE, section 3.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfrepro.corpora.freesound.nouns import Dictionary
from tfrepro.errors import UserError

NOTHING = "-"


@dataclass(frozen=True)
class Concept:
    """Tags that mean one thing.

    Attributes
    ----------
    name : the most frequent of them
    tags : all of them, most frequent first
    reasons : for each tag but the first, what it was merged for: ``form of <noun>``,
        a synset with its meaning, or ``override``
    synset : of the commonest sense, empty if it is no noun
    words : what it is searched for by, a tag for each of its nouns: the forms of one noun
        are found by any of them
    """

    name: str
    tags: tuple[str, ...]
    reasons: tuple[str, ...]
    synset: str
    words: tuple[str, ...]


class ConceptReader:
    """Which concept a word stands for: one of its tags, or another form of the same noun.

    A form too rare to be a tag that counts, *applauses*, still names the concept.
    """

    def __init__(
        self,
        concepts: Sequence[Concept],
        nouns: Dictionary | None,
        overrides: Mapping[str, str],
    ):
        self._of_tag = {tag: concept.name for concept in concepts for tag in concept.tags}
        self._nouns = nouns
        self._overrides = overrides
        self._of_lemma: dict[str | None, str] = {}
        for tag, name in self._of_tag.items():
            self._of_lemma.setdefault(self._lemma(tag), name)
        self._of_lemma.pop(None, None)

    def __call__(self, words: Iterable[str]) -> set[str]:
        """The concepts that some words stand for."""
        names = (self._of_tag.get(word) or self._of_lemma.get(self._lemma(word)) for word in words)
        return {name for name in names if name}

    def _lemma(self, word: str) -> str | None:
        return None if self._nouns is None or word in self._overrides else self._nouns.lemma(word)


def merge_tags(
    counts: Mapping[str, int], nouns: Dictionary | None, overrides: Mapping[str, str]
) -> list[Concept]:
    """Concepts in order of their most frequent tag.

    Parameters
    ----------
    counts : tag -> how many sounds have it
    nouns : None to merge nothing but what overrides say
    overrides : tag -> the tag whose concept it belongs to, or itself to keep it apart

    Raises UserError if an override names a tag that is not among the counted.
    """
    for tag, target in overrides.items():
        if tag in counts and target not in counts:
            raise UserError(f"overrides: {tag} = {target}: no tag {target!r} is frequent enough")
    ordered = sorted(counts, key=lambda tag: (-counts[tag], tag))
    keys = {tag: _key(tag, nouns) for tag in ordered}
    groups: dict[str, list[str]] = {}
    for tag in ordered:
        target = overrides.get(tag, tag)
        key = f"apart {tag}" if overrides.get(tag) == tag else keys[target]
        groups.setdefault(key, []).append(tag)
    return [_concept(tags, nouns, overrides) for tags in groups.values()]


def read_overrides(file: Path) -> dict[str, str]:
    """Tag -> concept, of a text file; lines that begin with # say nothing.

    Raises UserError naming a line that is not ``tag = concept``.
    """
    overrides = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        tag, equals, concept = (part.strip().lower() for part in text.partition("="))
        if not (tag and equals and concept):
            raise UserError(f"{file}: line {number}: must be `tag = concept`, not {text!r}")
        overrides[tag] = concept
    return overrides


def _key(tag: str, nouns: Dictionary | None) -> str:
    """What tags of one concept have in common."""
    lemma = nouns.lemma(tag) if nouns else None
    if lemma is None:
        return f"tag {tag}"
    return nouns.synset(lemma) or f"noun {lemma}"


def _concept(
    tags: Sequence[str], nouns: Dictionary | None, overrides: Mapping[str, str]
) -> Concept:
    first = tags[0]
    lemma = nouns.lemma(first) if nouns else None
    words: dict[str, str] = {}
    for tag in tags:
        words.setdefault((nouns and nouns.lemma(tag)) or tag, tag)
    return Concept(
        first,
        tuple(tags),
        tuple(_reason(tag, first, nouns, overrides) for tag in tags[1:]),
        (lemma and nouns.synset(lemma)) or "",
        tuple(words.values()),
    )


def _reason(tag: str, first: str, nouns: Dictionary | None, overrides: Mapping[str, str]) -> str:
    if tag in overrides or nouns is None:
        return "override"
    lemma = nouns.lemma(tag)
    if lemma == nouns.lemma(first):
        return f"form of {lemma}"
    synset = nouns.synset(lemma)
    return f"{synset}: {nouns.gloss(synset)}"
