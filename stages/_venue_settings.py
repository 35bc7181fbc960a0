"""The hyper-parameters of a method that estimates venues, on one corpus."""

from collections.abc import Mapping
from pathlib import Path

from tfrepro.methods import METHODS, read_hyper_parameters
from tfrepro.settings.base import Section
from tfrepro.settings.venues import Values, merged


def hyper_parameters(
    method: str,
    values: Values,
    shared: Values,
    own: Mapping[str, Values],
    *,
    prefix: str,
    sounds: Path | None = None,
) -> Section:
    """Those of a method on a corpus, checked.

    Parameters
    ----------
    values : of the method on any corpus
    shared : those that all networks have in common
    own : what is different on this corpus, see :func:`tfrepro.settings.venues.merged`
    prefix : where the methods stand in ``params.yaml``
    sounds : folder of the external sounds, for a method that learns from them
    """
    entry = METHODS[method]
    made = merged(shared, own, method, values, deep=entry.keras)
    if "sounds" in entry.settings.model_fields:
        made |= {"sounds": sounds and str(sounds)}
    return read_hyper_parameters(method, made, prefix=prefix)
