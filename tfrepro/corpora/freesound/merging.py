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
from tfrepro.corpora.freesound.word_file import read_statements
from tfrepro.errors import UserError

NOTHING = "-"


@dataclass(frozen=True)
class Concept:
    """Tags that mean one thing.

    Attributes
    ----------
    name : the most frequent of them that no override has moved here
    tags : all of them, that one first, then by falling frequency
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
    overrides : as :func:`read_overrides` gives them; one whose tag is not counted is no matter

    Raises UserError if an override moves a tag to what is neither counted nor a noun.
    """
    groups: dict[str, list[str]] = {}
    for tag in sorted(counts, key=lambda tag: (-counts[tag], tag)):
        target = overrides.get(tag, tag)
        if target not in counts and not (nouns and nouns.lemma(target)):
            raise UserError(f"overrides: {tag} = {target}: no tag {target!r} is frequent enough")
        kept_apart = overrides.get(target) == target
        key = f"apart {target}" if kept_apart else _key(target, nouns)
        groups.setdefault(key, []).append(tag)
    return [_concept(tags, nouns, overrides) for tags in groups.values()]


def read_overrides(file: Path) -> dict[str, str]:
    """Tag -> the tag whose concept it belongs to in the end, itself, or :data:`NOTHING`.

    Raises UserError naming the file, and the line that is not ``tag = concept`` or speaks of
    a tag a second time, or tags that go round in a circle.
    """
    said: dict[str, str] = {}
    for number, text in read_statements(file):
        tag, equals, concept = (part.strip() for part in text.partition("="))
        if not (tag and equals and concept):
            raise UserError(f"{file}: line {number}: must be `tag = concept`, not {text!r}")
        if tag in said:
            raise UserError(f"{file}: line {number}: {tag!r} is there twice")
        said[tag] = concept
    return {tag: _follow(file, tag, said) for tag in said}


def _follow(file: Path, tag: str, said: Mapping[str, str]) -> str:
    """Where a tag is moved to in the end."""
    way = [tag]
    while (target := said.get(way[-1], way[-1])) != way[-1]:
        if target in way:
            raise UserError(f"{file}: {' = '.join([*way, target])} goes round in a circle")
        way.append(target)
    return way[-1]


def _key(tag: str, nouns: Dictionary | None) -> str:
    """What tags of one concept have in common."""
    lemma = nouns.lemma(tag) if nouns else None
    if lemma is None:
        return f"tag {tag}"
    return nouns.synset(lemma) or f"noun {lemma}"


def _concept(
    tags: Sequence[str], nouns: Dictionary | None, overrides: Mapping[str, str]
) -> Concept:
    """The concept of tags that go together, named by one that no override has moved there."""
    own = [tag for tag in tags if not _is_moved(tag, overrides)]
    first = own[0] if own else overrides[tags[0]]
    ordered = [first, *(tag for tag in tags if tag != first)]
    lemma = nouns.lemma(first) if nouns else None
    words: dict[str, str] = {}
    for tag in ordered:
        words.setdefault((nouns and nouns.lemma(tag)) or tag, tag)
    return Concept(
        first,
        tuple(ordered),
        tuple(_reason(tag, first, nouns, overrides) for tag in ordered[1:]),
        (lemma and nouns.synset(lemma)) or "",
        tuple(words.values()),
    )


def _is_moved(tag: str, overrides: Mapping[str, str]) -> bool:
    return overrides.get(tag, tag) != tag


def _reason(tag: str, first: str, nouns: Dictionary | None, overrides: Mapping[str, str]) -> str:
    if nouns is None or _is_moved(tag, overrides):
        return "override"
    lemma = nouns.lemma(tag)
    if lemma == nouns.lemma(first):
        return f"form of {lemma}"
    synset = nouns.synset(lemma)
    return f"{synset}: {nouns.gloss(synset)}"
