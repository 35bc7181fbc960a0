"""What people call the dozen acoustic concepts of :mod:`tfrepro.simulate.voices`.

Each has its nouns in the singular, the commonest first; some have a second one that means
the same.
"""

VOICE_WORDS: dict[str, tuple[str, ...]] = {
    "bird": ("bird",),
    "whistle": ("whistle",),
    "siren": ("siren",),
    "engine": ("engine", "motor"),
    "guitar": ("guitar",),
    "bell": ("bell", "chime"),
    "clock": ("clock", "timepiece"),
    "footsteps": ("footstep",),
    "applause": ("applause", "clapping"),
    "rain": ("rain", "rainfall"),
    "wind": ("wind",),
    "thunder": ("thunder",),
}
