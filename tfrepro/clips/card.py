"""The model card of a published model: its facts in Markdown, as the ``README.md`` beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfrepro.clips.front_end import FrontEndFacts
from tfrepro.clips.model_facts import ModelFacts

PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class About:
    """What a card says of a kind of model; its facts say the rest.

    Attributes
    ----------
    title : of the model
    paper : title of the paper whose method it is, or what else it is
    does : what goes in and what comes out
    use : what it is meant for
    limits : what it is not to be trusted with
    load : Python lines that load and use it
    command : the same on the command line
    """

    title: str
    paper: str
    does: str
    use: str
    limits: tuple[str, ...]
    load: str
    command: str


_CARD = """\
# {title}

{does}

Method: {paper}.

{stand_in}## Data

{corpus}; videos: {sizes}. SHA-256 of all that is seen, heard and said: `{checksum}`.

What files are looked at with:

{extractors}

## Licence

The data: {licence}. {weights}

## Metrics

Measured on {scored_on}.

{scores}

## Intended use

{use}

## Limits

{limits}

## How to load it

```python
{load}
```

```
{command}
```

Nothing in this folder is a pickle; networks are loaded with Keras' `safe_mode`. `model.json` has
the SHA-256 of every file, which is checked when it is read.

## How it was made

`{method}` with seed {seed} and

{hyper_parameters}

by {versions}; code: {code}.
"""


def model_card(about: About, facts: ModelFacts, front_end: FrontEndFacts) -> str:
    """The text of the card; a stand-in corpus is named as one."""
    corpus = facts.corpus
    return _CARD.format(
        title=about.title,
        does=about.does,
        paper=about.paper,
        stand_in=_stand_in(facts),
        corpus=f"`{corpus.name}`: {corpus.title}",
        sizes=", ".join(f"{corpus.sizes[p]} {p}" for p in PARTS if p in corpus.sizes),
        checksum=corpus.checksum,
        extractors=_list(_extractors(front_end)),
        licence=corpus.licence,
        weights=_weights(front_end),
        scored_on=facts.scored_on,
        scores=_list({name: f"{value:.4f}" for name, value in facts.scores.items()}),
        use=about.use,
        limits="\n".join(f"- {limit}" for limit in about.limits),
        load=about.load,
        command=about.command,
        method=facts.method,
        seed=facts.seed,
        hyper_parameters=_list(facts.hyper_parameters),
        versions=", ".join(f"{name} {version}" for name, version in facts.versions.items()),
        code=", ".join(f"`{part}` {digest}" for part, digest in sorted(facts.code.items())),
    )


def _stand_in(facts: ModelFacts) -> str:
    if facts.corpus.stands_in_for is None:
        return ""
    return (
        f"**Trained on a stand-in.** `{facts.corpus.name}` is used instead of "
        f"{facts.corpus.stands_in_for}, so this is not the paper's model, and its scores are not "
        "to be compared with published ones.\n\n"
    )


def _extractors(front_end: FrontEndFacts) -> dict[str, str]:
    said = {}
    for modality, extractor in front_end.extractors.items():
        weights = extractor["weights"]
        if isinstance(weights, Mapping):
            weights = f"{weights['file']}, SHA-256 `{weights['sha256']}`"
        said[modality] = f"{extractor['name']}, weights: {weights}"
    return said


def _weights(front_end: FrontEndFacts) -> str:
    """Whose weights besides its own a model depends on."""
    foreign = [
        extractor["name"]
        for extractor in front_end.extractors.values()
        if extractor["weights"] != "none" and "random" not in str(extractor["weights"])
    ]
    if not foreign:
        return "No weights but those learned from it are used."
    return f"The weights of {', '.join(foreign)} are others' and under a licence of their own."


def _list(values: Mapping[str, Any]) -> str:
    return "\n".join(f"- `{name}`: {value}" for name, value in values.items()) or "- nothing"
