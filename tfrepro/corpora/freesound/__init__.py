"""Sounds and their tags from Freesound, or from what stands in for it."""
