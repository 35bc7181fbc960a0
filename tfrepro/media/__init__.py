"""Files -> arrays."""
