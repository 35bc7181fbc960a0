"""Your own clip: from a file to an answer, with nothing but the folder of a published model."""
