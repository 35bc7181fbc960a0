"""Arrays -> vectors."""
