"""What a data set is, on disk and in memory."""
