"""Corpora of micro-videos: which videos there are, and what is known about them."""
