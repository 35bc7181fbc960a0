"""Six seconds of music -> 1,052 mid-level features: dynamics, rhythm, timbre, tonality."""
