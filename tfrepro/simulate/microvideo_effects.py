"""How strong each effect is that is planted in the micro-videos made here."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Effects:
    """How strong each planted effect is; at zero it is absent.

    Attributes
    ----------
    consistent : chance that a video shows its venue's theme, in all modalities at once;
        else each modality shows any theme
    complementary : chance that it shows its venue's own cue; else any cue
    order : chance that its venue's own events come in their own order; else in any
    weak_sound, silent, wordless : shares of videos whose sound is nearly drowned in
        noise, that have no sound track, and that have no caption
    noise : of pictures and sounds; 1 is usual, at least 0
    sociality : how much an owner's style colours the owner's videos
    tail : exponent of the class sizes, at least 0
    external : share of the voices of :mod:`tfrepro.simulate.voices` in what is heard;
        the rest are bands of noise

    All but ``noise`` and ``tail`` lie in [0, 1].

    Raises
    ------
    ValueError
        if a strength lies elsewhere
    """

    consistent: float = 1.0
    complementary: float = 1.0
    order: float = 1.0
    weak_sound: float = 0.15
    silent: float = 0.03
    wordless: float = 0.1
    noise: float = 1.0
    sociality: float = 1.0
    tail: float = 1.0
    external: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = np.finfo(float).max if field.name in ("noise", "tail") else 1.0
            if not 0 <= value <= most:
                raise ValueError(f"{field.name} = {value}: must lie in [0, {most:g}]")
