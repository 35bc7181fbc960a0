"""What the card of a published index of videos says."""

from collections.abc import Mapping
from typing import Any

CARD = "README.md"
_TEXT = """\
# {finds} for videos, among those of {corpus}

The {asked_with} features of a video to the videos whose {finds} suits it best; scores are cosines.

{stand_in}## Data

`{corpus}`: {title}. {items} videos, those trained on, too.

## Licence

The data: {licence}. No weights but those learned from it are used.

## Metrics

Of the index as it is, on the {held_out} videos that were held out; by chance it is K of as many as
the pool holds.

{scores}

## Intended use

To search by features like those it was trained on, {asked_with} vectors of {dimension} numbers, and
to see what a video finds. A file cannot ask: nothing here makes such features of one.

## Limits

- It finds nothing but its own videos, be they ever so unlike what is asked with.
- A score tells which of two matches is the better one, not whether it is a good one.
- `{method}` corrects for videos that suit all; an index compares without that.

## How to load it

```python
from pathlib import Path
from tfrepro.retrieval.index import load_index

index = load_index(Path("data/index/videos/{corpus}"))
index.search_ids(["{example}"], k=5)
```

```
tfrepro retrieve data/index/videos/{corpus} --id {example}
```

Nothing in this folder is a pickle; networks are loaded with Keras' `safe_mode`. `meta.json` has the
code that made it.
"""


def index_card(
    meta: Mapping[str, Any], scores: Mapping[str, float], held_out: int, example: str
) -> str:
    """The text of the card.

    Parameters
    ----------
    meta : of the index: ``corpus``, ``method``, ``finds``, ``asked_with``, ``features``, ``items``
    scores : name -> fraction, on the ``held_out`` videos
    example : the id of one of its videos
    """
    corpus, asked_with = meta["corpus"], meta["asked_with"]
    stand_in = ""
    if corpus["stands_in_for"] is not None:
        stand_in = (
            f"**Trained on a stand-in.** `{corpus['name']}` is used instead of "
            f"{corpus['stands_in_for']}, so scores are not to be compared with published ones.\n\n"
        )
    return _TEXT.format(
        finds=meta["finds"],
        asked_with=asked_with,
        corpus=corpus["name"],
        title=corpus["title"],
        licence=corpus["licence"],
        stand_in=stand_in,
        items=meta["items"],
        held_out=held_out,
        scores="\n".join(f"- `{name}`: {value:.4f}" for name, value in scores.items()),
        dimension=meta["features"][asked_with],
        method=meta["method"],
        example=example,
    )
