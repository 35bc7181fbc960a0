"""Frames of a video -> vectors, by networks that know images."""
