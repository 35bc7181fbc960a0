"""Music videos made here: music and pictures with planted structure.

What a video plays and shows is drawn first and kept, part by part, see
:mod:`tfrepro.simulate.music_plans`, which says what is planted; sound and pictures are made of
it when they are asked for. About a tenth of the videos are of one style.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.random import SeedSequence, default_rng

from tfrepro.simulate.music import RATE, soundtrack
from tfrepro.simulate.music_pictures import FRAME_RATE, SIZE, draw
from tfrepro.simulate.music_plans import PART_S, Effects, Part, draw_parts

STYLE, OTHER = "style", "other"
_VIDEO = 11  # random stream


@dataclass(frozen=True)
class MusicVideo:
    """One video: what is true of it, and what it looks and sounds like.

    Attributes
    ----------
    number : its number, from 0
    style : whether it is of the style
    seconds : how long it lasts
    parts : what is heard and seen every six seconds, the last perhaps for less
    seed, effects : what it was made with
    """

    number: int
    style: bool
    seconds: float
    parts: tuple[Part, ...]
    seed: int
    effects: Effects

    @property
    def label(self) -> str:
        """``style`` or ``other``."""
        return STYLE if self.style else OTHER

    @property
    def sound(self) -> np.ndarray:
        """Its sound: (n,) float32 at 22,050 Hz in [-1, 1], made anew each time."""
        y = soundtrack(self.parts, noise=self.effects.noise, rng=self._stream(1))
        return y[: round(self.seconds * RATE)]

    def frames(self, size: tuple[int, int] = SIZE) -> Iterator[np.ndarray]:
        """Its pictures, twelve a second: (H, W, 3) uint8 RGB each, drawn when taken."""
        pictures = draw(self.parts, noise=self.effects.noise, rng=self._stream(2), size=size)
        return islice(pictures, round(self.seconds * FRAME_RATE))

    def _stream(self, modality: int) -> np.random.Generator:
        return default_rng(SeedSequence([self.seed, _VIDEO, self.number, modality]))


def music_videos(
    videos: int, seed: int, effects: Effects, *, seconds: float = 60.0, share: float = 0.1
) -> Iterator[MusicVideo]:
    """``videos`` videos; a longer row of them starts with a shorter one.

    Parameters
    ----------
    seconds : how long each lasts, at least one
    share : of the videos of the style, in [0, 1], as nearly as whole numbers can be

    Raises
    ------
    ValueError
        if ``seconds`` or ``share`` lie elsewhere
    """
    if not 1 <= seconds < math.inf or not 0 <= share <= 1:
        raise ValueError(f"seconds {seconds} must be at least 1, share {share} within [0, 1]")
    for number in range(videos):
        style = math.floor((number + 1) * share + 0.5) > math.floor(number * share + 0.5)
        rng = default_rng(SeedSequence([seed, _VIDEO, number, 0]))
        parts = draw_parts(math.ceil(seconds / PART_S), style, effects, rng)
        yield MusicVideo(number, style, seconds, parts, seed, effects)
