"""One file per baseline family."""
