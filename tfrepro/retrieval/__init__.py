"""Search by vector, for people: an index on disk and a command that asks it."""
