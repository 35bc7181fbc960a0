"""The hyper-parameters of a method that estimates venues, on one corpus."""

from pathlib import Path

from tfrepro.methods import METHODS, read_hyper_parameters
from tfrepro.settings.base import Section
from tfrepro.settings.venues import Values, Venues, merged


def hyper_parameters(
    paper: Venues, corpus: str, method: str, values: Values, sounds: Path | None
) -> Section:
    """Those of a method on a corpus, checked.

    Parameters
    ----------
    values : ``paper.methods[method]``; a stage names it itself, since it depends on it
    sounds : folder of the external sounds, for a method that learns from them
    """
    entry = METHODS[method]
    made = merged(paper.deep, paper.overrides[corpus], method, values, deep=entry.keras)
    if "sounds" in entry.settings.model_fields:
        made |= {"sounds": sounds and str(sounds)}
    return read_hyper_parameters(method, made, prefix="dare.venues.methods")
