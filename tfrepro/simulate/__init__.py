"""Data made here, with planted structure."""
