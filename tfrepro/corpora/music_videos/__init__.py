"""Corpora of music videos: which videos there are, their styles, and how to split them."""
