"""One file per published model, in Keras 3."""
