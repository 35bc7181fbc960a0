"""Mixing of training examples, for two modalities at once."""

from keras import ops


def mix_with_neighbours(weight, *modalities):
    """Each row blended with the row before it, every modality by the same weight.

    x_i' = w_i x_i + (1 - w_i) x_{i-1}, the first row's neighbour being the last; a
    blend of two sounds belongs to the same blend of their images. Rows that come
    shuffled have neighbours that are drawn at random.

    Parameters
    ----------
    weight : (B, 1) in [1/2, 1], the row's own share, so that it stays recognisable
    modalities : each (B, D)

    Source: mixup, H. Zhang et al., ICLR 2018, for inputs alone.
    """
    return tuple(weight * x + (1.0 - weight) * ops.roll(x, 1, axis=0) for x in modalities)
