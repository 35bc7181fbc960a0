"""Splits, runs, scores, significance, tables."""
