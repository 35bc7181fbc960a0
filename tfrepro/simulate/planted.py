"""Micro-videos sampled directly as features, with planted structure, at any size.

Model
-----
Class c is a leaf of a two-level tree, in which the classes 2j and 2j + 1 are siblings. Sizes
of classes fall as (c + 1)^-tail. A video of class c by owner g is, in modality m,

    x_m = consistent · A_m s + complementary · B_m p_m + owners · O_m u_g + noise · ε

where s = √ρ a_c + √(1-ρ) s' is *consistent*, one vector for all modalities, and
p_m = √ρ b_mc + √(1-ρ) p'_m is *complementary*, of this modality alone; a_c and b_mc are the
sum of a direction of the parent and one of the class, s' and p'_m are the video's own, u_g
its owner's. The acoustic x has external · V k/√2 on top: V are the directions of *concepts*
that external sounds have too, k says which of the class' few concepts the video has, each
with a chance of one half. The visual x ends as max(0, x - θ), sparse as the units of fc7 are.
In sequences x is that of every step, with noise of its own, plus order · e_t: the classes
2j and 2j + 1 are then *twins*, alike in all but the order of their events, which one of them
plays backwards.

Conventions
-----------
All matrices and factors are normal, so scaled that a strength is the deviation that its part
has in every dimension (of x, before the max). At strength 0 the part is not there at all.
A modality that a video lacks is zeros, and of length 0.

The numbers are the same in whatever blocks they are asked for. On another kind of processor
the last bits may differ, for matrix products do.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence, default_rng

MODALITIES = ("visual", "acoustic", "textual")
VENUE188 = {"visual": 4096, "acoustic": 200, "textual": 100}
CONCEPTS = 313  # of DARE's external sounds
FEWEST = 10  # videos of a class, so that any class can be split
_BLOCK = 2048  # most videos that are made at once
_CONSISTENT, _COMPLEMENTARY, _OWNERS = 16, 12, 8  # factors of each kind
_CLASS = 0.3  # ρ, the class' part of the variance of a factor
_OWNER_VIDEOS = 4  # mean number of an owner
_POOL = 4  # concepts that a class may have
_COMPANIONS = 2.0  # mean number of further concepts of an external sound
_CONCEPT = 0.5**0.5  # deviation of one concept, of which a video has two, more or less
_EVENTS = 4
_QUIET, _SPREAD = 0.67, 0.3  # θ in deviations of x: a quarter of the units speaks
_WORLD, _INDEX, _SHARED, _VALUES, _SOUNDS = range(5)  # random streams


@dataclass(frozen=True)
class Effects:
    """Strengths of what is planted, each at least 0; ``silent`` and ``wordless`` below 1.

    Attributes
    ----------
    consistent, complementary, owners, noise, external : see the model above
    order : of events; without sequences it has nothing to act on
    tail : exponent of the class sizes
    silent, wordless : share of the videos without an acoustic or textual part

    Raises ValueError naming the effect.
    """

    consistent: float = 1.0
    complementary: float = 0.7
    order: float = 0.15
    tail: float = 1.0
    owners: float = 0.5
    noise: float = 1.5
    external: float = 0.3
    silent: float = 169 / 270_145
    wordless: float = 24_707 / 270_145

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} = {value}: must be at least 0")
        for name in ("silent", "wordless"):
            if getattr(self, name) >= 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must lie in [0, 1)")


@dataclass(frozen=True)
class Planted:
    """So many videos; nothing is made before it is asked for, and little is held.

    Attributes
    ----------
    videos, classes : N and C; at least ten videos a class
    dimensions : modality -> D, of all of ``MODALITIES``
    effects : what is planted
    seed : of everything
    sequences : modality -> T, the most steps there are; half of them at least are used.
        None for one vector a video
    concepts : K', how many concepts external sounds have, up to 313

    Raises ValueError naming what cannot be.
    """

    videos: int
    classes: int
    dimensions: Mapping[str, int]
    effects: Effects
    seed: int
    sequences: Mapping[str, int] | None = None
    concepts: int = CONCEPTS

    def __post_init__(self):
        for name in ("dimensions", "sequences"):
            sizes = getattr(self, name)
            if sizes is None:
                continue
            if set(sizes) != set(MODALITIES) or min(sizes.values()) < 1:
                raise ValueError(f"{name} = {dict(sizes)}: must be 1 or more for {MODALITIES}")
        if not 1 <= self.concepts <= CONCEPTS:
            raise ValueError(f"concepts = {self.concepts}: must be from 1 to {CONCEPTS}")
        if not 1 <= self.classes <= self.videos // FEWEST:
            raise ValueError(
                f"classes = {self.classes}: must be 1 or more, of {FEWEST} videos or more each; "
                f"there are {self.videos} videos"
            )

    def index(self) -> pd.DataFrame:
        """A row a video.

        Returns
        -------
        DataFrame
            ``id``, ``label`` (alphabetical order is that of the class numbers), ``group``
            (the owner), ``parent``, ``has_visual``, ``has_acoustic``, ``has_textual``; of
            sequences also ``<modality>_length``, in steps.
        """
        parts = []
        for block, start in enumerate(self._starts[:-1]):
            rows = self._rows(block)
            table = {
                "id": [f"planted-{start + row:07d}" for row in range(len(rows.labels))],
                "label": self._class_names[rows.labels],
                "group": [f"owner-{block:05d}-{owner:04d}" for owner in rows.owners],
                "parent": self._parent_names[rows.labels],
            }
            table |= {f"has_{name}": has for name, has in rows.has.items()}
            table |= {f"{name}_length": length for name, length in rows.lengths.items()}
            parts.append(pd.DataFrame(table))
        return pd.concat(parts, ignore_index=True)

    def blocks(self, rows: int = 8192) -> Iterator[dict[str, np.ndarray]]:
        """All videos in order, ``rows`` at a time: modality -> (n, D) or (n, T, D) float32."""
        arrays = self.arrays()
        for start in range(0, self.videos, rows):
            yield {name: array[start : start + rows] for name, array in arrays.items()}

    def arrays(self) -> dict[str, "PlantedArray"]:
        """Modality -> (N, D) or (N, T, D), made where it is read."""
        return {name: PlantedArray(self, name) for name in self.dimensions}

    def external_sounds(self, sounds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Sounds of no class, of the same concepts as those in the videos.

        Each has one concept, all as often, and a mean of two others; the complementary
        factors and the noise are as in the videos.

        Returns
        -------
        x : (sounds, D) float32, D of the acoustic modality
        concepts : (sounds, K') bool, which it has
        """
        rng, view = self._rng(_SOUNDS, seed), self._world.views["acoustic"]
        has = rng.random((sounds, self.concepts)) < _COMPANIONS / self.concepts
        has[np.arange(sounds), rng.integers(self.concepts, size=sounds)] = True
        x = has.astype(np.float32) @ view.concepts * _CONCEPT
        private = _normal(rng, sounds, _COMPLEMENTARY)
        x += self.effects.complementary * private @ view.complementary
        x += self.effects.noise * _normal(rng, *x.shape)
        return x, has

    @cached_property
    def _starts(self) -> np.ndarray:
        """(B + 1,) the first video of each block, and the end."""
        count = -(-self.videos // _BLOCK)
        sizes = [len(range(block, self.videos, count)) for block in range(count)]
        return np.concatenate([[0], np.cumsum(sizes)])

    @cached_property
    def _world(self) -> "_World":
        return _World(self._rng(_WORLD), self)

    @cached_property
    def _class_names(self) -> np.ndarray:
        digits = len(str(self.classes - 1))
        return np.array([f"class-{c:0{digits}d}" for c in range(self.classes)], dtype=object)

    @cached_property
    def _parent_names(self) -> np.ndarray:
        parents = self._world.parents
        digits = len(str(parents.max()))
        return np.array([f"parent-{parent:0{digits}d}" for parent in parents], dtype=object)

    def _rng(self, *stream: int) -> Generator:
        return default_rng(SeedSequence(self.seed, spawn_key=stream))

    def _rows(self, block: int) -> "_Rows":
        """What is known of a block's videos beside their features."""
        rng = self._rng(_INDEX, block)
        # Every so many-th place of the videos sorted by class, so that each class has just
        # its size in all and its share of every block, and no block must know the others.
        places = np.arange(block, self.videos, len(self._starts) - 1)
        labels = np.searchsorted(np.cumsum(self._world.sizes), places, side="right")
        owners = np.cumsum(rng.random(len(places)) < 1 / _OWNER_VIDEOS)
        order = rng.permutation(len(places))
        missing = {"acoustic": self.effects.silent, "textual": self.effects.wordless}
        has = {
            name: rng.permutation(places) >= round(missing.get(name, 0) * self.videos)
            for name in MODALITIES
        }
        lengths = {
            name: has[name] * rng.integers((most + 1) // 2, most + 1, len(places))
            for name, most in (self.sequences or {}).items()
        }
        return _Rows(labels[order], owners[order], has, lengths)

    def _values(self, block: int, modality: str) -> np.ndarray:
        """A block of one modality: (n, D) or (n, T, D) float32."""
        rows, effects, view = self._rows(block), self.effects, self._world.views[modality]
        shared = self._rng(_SHARED, block)
        consistent = _factors(shared, self._world.consistent[rows.labels])
        owners = _normal(shared, rows.owners.max() + 1, _OWNERS)[rows.owners]
        rng = self._rng(_VALUES, block, MODALITIES.index(modality))
        complementary = _factors(rng, view.places[rows.labels])
        still = effects.consistent * consistent @ view.consistent
        still += effects.complementary * complementary @ view.complementary
        still += effects.owners * owners @ view.owners
        if modality == "acoustic":
            has = self._world.draw_concepts(rows.labels, rng)
            still += effects.external * _CONCEPT * has @ view.concepts
        if self.sequences is None:
            x = still
            x += effects.noise * _normal(rng, *x.shape)
        else:
            x = _normal(rng, len(still), self.sequences[modality], still.shape[1])
            x *= effects.noise
            self._add_steps(x, still, rows.labels, rows.lengths[modality], view)
        if modality == "visual":
            x -= view.thresholds
            np.maximum(x, 0, out=x)
        if self.sequences is not None:
            x[np.arange(x.shape[1]) >= rows.lengths[modality][:, None]] = 0
        x[~rows.has[modality]] = 0
        return x

    def _add_steps(
        self,
        x: np.ndarray,
        still: np.ndarray,
        labels: np.ndarray,
        lengths: np.ndarray,
        view: "_View",
    ) -> None:
        """Add to ``x : (n, T, D)`` what does not change, (n, D), and the events."""
        backwards = labels % 2 == 1
        for step in range(x.shape[1]):
            place = np.where(backwards, lengths - 1 - step, step)
            # Steps behind the end are cleared later: which event they have is all one.
            event = np.clip(_EVENTS * place // np.maximum(lengths, 1), 0, _EVENTS - 1)
            x[:, step] += still
            x[:, step] += self.effects.order * view.events[labels // 2, event]


class PlantedArray:
    """One modality of all videos, made as it is read; slices in order cost the least.

    Parameters
    ----------
    planted : the videos
    modality : which
    """

    def __init__(self, planted: Planted, modality: str):
        steps = () if planted.sequences is None else (planted.sequences[modality],)
        self.shape = (planted.videos, *steps, planted.dimensions[modality])
        self._planted = planted
        self._modality = modality
        self._block, self._values = -1, np.empty(0, np.float32)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> np.ndarray:
        """The rows of a slice, float32; ValueError for a slice with a step, or anything else."""
        if not isinstance(rows, slice) or rows.step not in (None, 1):
            raise ValueError(f"{rows}: must be a slice without a step")
        first, last, _ = rows.indices(len(self))
        out = np.empty((max(last - first, 0), *self.shape[1:]), np.float32)
        starts, at = self._planted._starts, first
        while at < last:
            block = int(np.searchsorted(starts, at, side="right")) - 1
            stop = min(last, starts[block + 1])
            values = self._made(block)
            out[at - first : stop - first] = values[at - starts[block] : stop - starts[block]]
            at = stop
        return out

    def _made(self, block: int) -> np.ndarray:
        """The values of a block, kept until another is asked for: slices end inside of it."""
        if block != self._block:
            self._values = self._planted._values(block, self._modality)
            self._block = block
        return self._values


@dataclass(frozen=True)
class _Rows:
    """Some videos.

    Attributes
    ----------
    labels, owners : (n,) class and owner numbers; owners count anew in each block
    has : modality -> (n,) bool
    lengths : modality -> (n,) steps; empty if there are no sequences
    """

    labels: np.ndarray
    owners: np.ndarray
    has: dict[str, np.ndarray]
    lengths: dict[str, np.ndarray]


class _World:
    """What all videos of a seed have in common.

    Attributes
    ----------
    sizes : (C,) videos of each class, falling
    parents : (C,) numbers; twins have the same
    consistent : (C, 16) where each class lies, a_c
    pools : (C, 4) the concepts that a class may have
    views : modality -> :class:`_View`
    """

    def __init__(self, rng: Generator, planted: Planted):
        classes = np.arange(planted.classes)
        pairs = -(-planted.classes // 2)
        parents = rng.permutation(np.arange(pairs) % round(np.sqrt(pairs)))
        self.sizes = class_sizes(planted.videos, planted.classes, planted.effects.tail)
        self.parents = parents[classes // 2]
        # Twins of sequences are one kind: nothing but the order tells them apart.
        kinds = classes if planted.sequences is None else classes // 2
        self.consistent = _places(rng, self.parents, kinds, _CONSISTENT)
        pool = min(_POOL, planted.concepts)
        chosen = [rng.choice(planted.concepts, pool, replace=False) for _ in classes]
        self.pools = np.stack(chosen)[kinds]
        self.views = {
            name: _View(rng, self.parents, kinds, planted, planted.dimensions[name])
            for name in MODALITIES
        }
        self._concepts = planted.concepts

    def draw_concepts(self, labels: np.ndarray, rng: Generator) -> np.ndarray:
        """Which concepts videos of these classes have: (n, K') float32 of 0 and 1."""
        has = np.zeros((len(labels), self._concepts), np.float32)
        pools = self.pools[labels]
        has[np.arange(len(labels))[:, None], pools] = rng.random(pools.shape) < 0.5
        return has


class _View:
    """One modality: how factors become features.

    Attributes
    ----------
    places : (C, 12) where each class lies, b_mc
    consistent, complementary, owners : (factors, D) A_m, B_m and O_m
    concepts : (K', D) V
    events : (pairs, 4, D) what happens in videos of each pair of twins
    thresholds : (D,) θ
    """

    def __init__(
        self,
        rng: Generator,
        parents: np.ndarray,
        kinds: np.ndarray,
        planted: Planted,
        dimension: int,
    ):
        effects = planted.effects
        order = 0.0 if planted.sequences is None else effects.order
        parts = (effects.consistent, effects.complementary, effects.owners, effects.noise, order)
        self.places = _places(rng, parents, kinds, _COMPLEMENTARY)
        self.consistent = _normal(rng, _CONSISTENT, dimension) / np.float32(_CONSISTENT**0.5)
        self.complementary = _normal(rng, _COMPLEMENTARY, dimension)
        self.complementary /= np.float32(_COMPLEMENTARY**0.5)
        self.owners = _normal(rng, _OWNERS, dimension) / np.float32(_OWNERS**0.5)
        self.concepts = _normal(rng, planted.concepts, dimension)
        self.events = _normal(rng, -(-planted.classes // 2), _EVENTS, dimension)
        self.thresholds = _QUIET + _SPREAD * _normal(rng, dimension)
        self.thresholds *= np.float32(np.linalg.norm(parts))


def class_sizes(videos: int, classes: int, tail: float) -> np.ndarray:
    """Videos of each class, falling: (C,) int.

    Ten each, and the others in the ratio of rank^-tail; what rounding leaves over goes to
    the first classes.
    """
    weights = np.arange(1, classes + 1) ** -float(tail)
    others = videos - FEWEST * classes
    sizes = FEWEST + np.floor(others * weights / weights.sum()).astype(int)
    sizes[: videos - sizes.sum()] += 1
    return sizes


def _places(rng: Generator, parents: np.ndarray, kinds: np.ndarray, factors: int) -> np.ndarray:
    """Where classes lie, near their parents: (C, factors) float32."""
    near = _normal(rng, parents.max() + 1, factors)[parents]
    own = _normal(rng, kinds.max() + 1, factors)[kinds]
    return np.float32(0.5**0.5) * (near + own)


def _factors(rng: Generator, places: np.ndarray) -> np.ndarray:
    """The factors of videos whose classes lie there: (n, factors) float32."""
    own = _normal(rng, *places.shape)
    return np.float32(_CLASS**0.5) * places + np.float32((1 - _CLASS) ** 0.5) * own


def _normal(rng: Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)
