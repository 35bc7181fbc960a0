"""Videos made here in the shape of YouTube-8M: labels, a visual and an acoustic vector.

Planted structure
-----------------
- *Labels* have a long-tailed popularity (label 0 is the most common), belong to
  one of 48 topics, and topics to one of 12 verticals. A video has one to many:
  a main label, and others mostly of its topic or vertical.
- *Shared factors* enter both vectors: the mean of the labels' places in a space
  of 32 dimensions, and 32 instance factors of the video itself. The labels alone
  tell the kind of video; the instance factors tell which one, so that a video's
  sound can be found among others of its kind, though not easily.
- *Private factors* enter one vector only: 112 visual, 56 acoustic.
- Each vector is a random two-layer network of its factors plus noise. Linear
  methods see part of the structure; a network can see more.
- Scales are those of the real vectors: deviations fall along the dimensions as
  in PCA (visual 0.8 to 0.4, acoustic 0.95 to 0.62), a video's whole vector is
  larger or smaller by a factor of its own, and values end where the release's
  eight-bit codes end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence, default_rng

VISUAL, ACOUSTIC = 1024, 128
VERTICALS = (
    "Boats & Harbours",
    "Bridges & Towers",
    "Clouds & Weather",
    "Clocks & Instruments",
    "Dances & Parades",
    "Gardens & Orchards",
    "Kites & Balloons",
    "Lanterns & Fireworks",
    "Markets & Bakeries",
    "Mountains & Caves",
    "Puppets & Masks",
    "Trains & Trams",
)
TOPICS = 48
COMPANIONS = 2.0  # mean number of labels beside the main one
_PLACE, _INSTANCE = 32, 32
_HIDDEN = 256
_BEND = 1.5  # deviation of the hidden units before their tanh
_LOWEST, _HIGHEST = -1.9921875, 2.0078125
_ID_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Videos:
    """Some videos.

    Attributes
    ----------
    ids : four letters and digits each
    labels : label numbers of each video, ascending
    mean_rgb : (N, 1024) float32
    mean_audio : (N, 128) float32
    """

    ids: list[str]
    labels: list[np.ndarray]
    mean_rgb: np.ndarray
    mean_audio: np.ndarray


def video_shards(
    videos: int, shards: int, seed: int, *, labels: int, noise: float
) -> Iterator[Videos]:
    """``videos`` videos in ``shards`` parts, as equal as can be; the same for the same arguments.

    Parameters
    ----------
    labels : how many there are in all
    noise : deviation of the noise in every dimension of a vector, against that of
        what its factors put there
    """
    world = _World(default_rng(SeedSequence([seed, 0])), labels)
    for shard, numbers in enumerate(np.array_split(np.arange(videos), shards)):
        rng = default_rng(SeedSequence([seed, 1, shard]))
        sets = [world.labels_of_a_video(rng) for _ in numbers]
        shared = np.concatenate(
            [
                np.stack([world.places[of].mean(axis=0) for of in sets]),
                rng.standard_normal((len(sets), _INSTANCE)),
            ],
            axis=1,
        )
        yield Videos(
            [_video_id(number, seed) for number in numbers],
            sets,
            world.visual.vectors(shared, rng, noise),
            world.acoustic.vectors(shared, rng, noise),
        )


def vocabulary(labels: int, seed: int) -> pd.DataFrame:
    """A row a label, with the columns of YouTube-8M's own vocabulary file."""
    world = _World(default_rng(SeedSequence([seed, 0])), labels)
    names = _names(default_rng(SeedSequence([seed, 2])), labels)
    return pd.DataFrame(
        {
            "Index": np.arange(labels),
            "TrainVideoCount": np.maximum(1, np.round(1e6 * world.popularity)).astype(int),
            "KnowledgeGraphId": [f"/x/{number:05d}" for number in range(labels)],
            "Name": names,
            "WikiUrl": "",
            "Vertical1": [VERTICALS[vertical] for vertical in world.verticals],
            "Vertical2": "",
            "Vertical3": "",
            "WikiDescription": [f"{name} is a label made up by tfrepro." for name in names],
        }
    )


class _World:
    """What all videos of a seed have in common.

    Attributes
    ----------
    topics, verticals : (L,) number of each label's
    popularity : (L,) falling, sums to 1
    places : (L, 32) where each label lies: near its topic, which is near its vertical
    visual, acoustic : the two :class:`_View`
    """

    def __init__(self, rng: Generator, labels: int):
        weights = 1 / (np.arange(labels) + 4)
        self.popularity = weights / weights.sum()
        self.topics = rng.permutation(np.arange(labels) % TOPICS)
        self.verticals = self.topics % len(VERTICALS)
        near = rng.standard_normal((len(VERTICALS), _PLACE))[self.verticals]
        nearer = rng.standard_normal((TOPICS, _PLACE))[self.topics]
        own = rng.standard_normal((labels, _PLACE))
        self.places = np.sqrt(0.4) * near + np.sqrt(0.4) * nearer + np.sqrt(0.2) * own
        d = np.arange(VISUAL)
        self.visual = _View(rng, 112, 0.40 + 0.40 * (1 + d / 30) ** -0.8, gain=0.35)
        d = np.arange(ACOUSTIC)
        self.acoustic = _View(rng, 56, 0.60 + 0.35 / (1 + d / 15), gain=0.25)

    def labels_of_a_video(self, rng: Generator) -> np.ndarray:
        """Label numbers, ascending: a main one, and companions mostly of its kind."""
        main = rng.choice(len(self.popularity), p=self.popularity)
        same_topic = self.topics == self.topics[main]
        same_vertical = self.verticals == self.verticals[main]
        chance = self.popularity * (0.02 + 0.3 * same_vertical + 1.0 * same_topic)
        others = rng.choice(len(chance), rng.poisson(COMPANIONS), p=chance / chance.sum())
        return np.unique([main, *others])


class _View:
    """One modality: how factors become vectors.

    Parameters
    ----------
    private : number of factors that no other modality sees
    deviation : (D,) of the vectors in each dimension
    gain : deviation of the logarithm of a video's own scale
    """

    def __init__(self, rng: Generator, private: int, deviation: np.ndarray, *, gain: float):
        inputs = _PLACE + _INSTANCE + private
        self.private = private
        self.deviation = deviation
        self.gain = gain
        self.first = _BEND * rng.standard_normal((inputs, _HIDDEN)) / np.sqrt(inputs)
        self.second = rng.standard_normal((_HIDDEN, len(deviation)))
        # So that every dimension has unit variance: 0.54 is a hidden unit's mean square.
        self.second /= np.sqrt(0.54 * _HIDDEN)

    def vectors(self, shared: np.ndarray, rng: Generator, noise: float) -> np.ndarray:
        """(N, D) float32 of the videos with these shared factors: (N, 64)."""
        factors = np.concatenate([shared, rng.standard_normal((len(shared), self.private))], axis=1)
        x = np.tanh(factors @ self.first) @ self.second
        x += noise * rng.standard_normal(x.shape)
        x *= self.deviation / np.sqrt(1 + noise**2)
        x *= np.exp(self.gain * rng.standard_normal((len(x), 1)) - self.gain**2)
        return np.clip(x, _LOWEST, _HIGHEST).astype(np.float32)


def _video_id(number: int, seed: int) -> str:
    """Four of 62 letters and digits, scattered; no two numbers below 62**4 share them."""
    # A factor without a common divisor with 62**4 makes this one to one.
    value = (number * 7_368_787 + seed * 104_729) % 62**4
    return "".join(_ID_DIGITS[value // 62**place % 62] for place in range(4))


def _names(rng: Generator, count: int) -> list[str]:
    """Words of two to four syllables, no two alike."""
    starts, ends = list("bdfgklmnprstvz"), ["a", "e", "i", "o", "u", "ai", "ea", "or", "un", "is"]
    names: dict[str, None] = {}
    while len(names) < count:
        syllables = rng.integers(2, 5)
        word = "".join(rng.choice(starts) + rng.choice(ends) for _ in range(syllables))
        names[word.capitalize()] = None
    return list(names)
