"""A page of search results as Freesound answers it, checked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfrepro.corpora.freesound.sound import Sound

FIELDS = "id,name,tags,duration,license,username,previews"
PREVIEWS = ("preview-hq-ogg", "preview-lq-ogg")  # in order of preference


@dataclass(frozen=True)
class Page:
    """One page of the sounds that match a query.

    Attributes
    ----------
    count : sounds on all pages, as the catalogue said with this one
    more : whether the catalogue said that a page follows
    sounds : best first
    skipped : entries that tell of no usable sound
    gone : whether there was no such page any more
    """

    count: int
    more: bool
    sounds: tuple[Sound, ...]
    skipped: int = 0
    gone: bool = False


GONE = Page(count=0, more=False, sounds=(), gone=True)


def page_of_answer(answer: Any) -> Page:
    """The page in the JSON value of an answer; ValueError if it is no page."""
    try:
        count, following, entries = answer["count"], answer["next"], answer["results"]
    except (TypeError, KeyError) as error:
        raise ValueError(f"the answer is not a page of sounds ({error})") from None
    if not isinstance(count, int) or not isinstance(entries, list):
        raise ValueError("the answer is not a page of sounds (count or results)")
    sounds = tuple(filter(None, map(_sound_of_entry, entries)))
    return Page(count, bool(following), sounds, skipped=len(entries) - len(sounds))


def page_of_record(record: Mapping[str, Any]) -> Page:
    """The page that :func:`record_of_page` was given."""
    if record["gone"]:
        return GONE
    sounds = (Sound(**{**sound, "tags": tuple(sound["tags"])}) for sound in record["sounds"])
    return Page(record["count"], record["more"], tuple(sounds), record["skipped"])


def record_of_page(page: Page) -> dict[str, Any]:
    """A page as a JSON value."""
    # Not asdict, which copies every value and takes fifty times as long.
    return {**vars(page), "sounds": [vars(sound) for sound in page.sounds]}


def _sound_of_entry(entry: Any) -> Sound | None:
    """The sound an entry tells of, None if it does not.

    Freesound answers ``null`` for a sound its search knows and its data base does not.
    """
    try:
        duration = float(entry["duration"])
        if not (math.isfinite(duration) and duration >= 0):
            return None
        return Sound(
            id=int(entry["id"]),
            name=_text(entry["name"]),
            tags=tuple(dict.fromkeys(_text(tag).lower() for tag in entry["tags"])),
            duration=duration,
            licence=_text(entry["license"]),
            user=_text(entry["username"]),
            preview=_preview(entry["previews"] or {}),
        )
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        return None


def _preview(addresses: Mapping[str, str]) -> str:
    return next((_text(addresses[name]) for name in PREVIEWS if addresses.get(name)), "")


def _text(value: str) -> str:
    # Half a surrogate pair can stand in JSON but not in a file.
    return value.encode("utf-8", "replace").decode()
