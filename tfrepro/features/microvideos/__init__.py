"""Micro-videos -> vectors and sequences of three modalities."""
