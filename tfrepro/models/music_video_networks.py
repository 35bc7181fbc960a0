"""The networks of music videos, made from what ``params.yaml`` says of them."""

from collections.abc import Mapping
from typing import Any, Literal

from tfrepro.models.dbn import MultimodalDbn
from tfrepro.models.rbm import RbmSettings
from tfrepro.models.unrolled_levels import MultimodalAutoencoder, TunedDbn

Kind = Literal["dbn", "dbn-tuned", "autoencoder"]


def make_network(
    kind: Kind, values: Mapping[str, Any], seed: int
) -> MultimodalDbn | TunedDbn | MultimodalAutoencoder:
    """An untrained network.

    Parameters
    ----------
    kind : ``dbn`` as the paper has it, ``dbn-tuned`` by back-propagation, or ``autoencoder``
    values : ``visual``, ``acoustic`` and ``shared``, with settings of machines or sizes of
        layers, and ``tuning`` or ``training`` of the kinds that have it: see
        :mod:`tfrepro.settings.musicvideo_methods`
    seed : of everything

    Raises ValueError for another kind.
    """
    if kind == "autoencoder":
        return MultimodalAutoencoder(**values, seed=seed)
    makers = {"dbn": MultimodalDbn, "dbn-tuned": TunedDbn}
    if kind not in makers:
        raise ValueError(f"kind = {kind!r}: must be dbn, dbn-tuned or autoencoder")
    machines = {
        "visual": machines_of(values["visual"]),
        "acoustic": machines_of(values["acoustic"]),
        "shared": RbmSettings(**values["shared"]),
    }
    return makers[kind](**{**values, **machines}, seed=seed)


def machines_of(layers: tuple[Mapping[str, Any], ...]) -> tuple[RbmSettings, ...]:
    """The settings of stacked machines, lowest first."""
    return tuple(RbmSettings(**layer) for layer in layers)
