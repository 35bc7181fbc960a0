"""The registry: every name a paper's table may have as a row, and what makes it.

To add a method: write a class of the shape of
:class:`tfrepro.evaluation.method.Method`, give it a line in :data:`METHODS`,
and an entry under a table's ``methods`` in ``params.yaml``. Nothing is imported
until it is made, so reading the registry costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from tfrepro.errors import UserError
from tfrepro.evaluation.method import Method
from tfrepro.features.acoustic import BLOCKS
from tfrepro.settings import methods as settings
from tfrepro.settings.base import Section, no_such, validate


@dataclass(frozen=True)
class MethodEntry:
    """How a named method is made.

    Attributes
    ----------
    factory : ``module:Class``
    settings : what ``params.yaml`` may say about it
    fixed : constructor arguments that make this name what it is
    keras : whether it trains a network, and so needs a device set up first
    """

    factory: str
    settings: type[Section]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    keras: bool = False

    @property
    def module(self) -> str:
        return self.factory.partition(":")[0]


def _softmax(*modalities: str) -> MethodEntry:
    return MethodEntry(
        "tfrepro.baselines.linear:SoftmaxOnFeatures", settings.Softmax, {"modalities": modalities}
    )


_SDA = MethodEntry(
    "tfrepro.models.sda_softmax:SdaSoftmax",
    settings.SdaSoftmax,
    {"modalities": BLOCKS},
    keras=True,
)

METHODS: Mapping[str, MethodEntry] = {
    "spectrum-mean": _softmax("spectrum_mean"),
    "spectrum-max": _softmax("spectrum_max"),
    "mfcc-mean": _softmax("mfcc_mean"),
    "mfcc-max": _softmax("mfcc_max"),
    "sda": _SDA,
    "sda-fast": _SDA,
    "sda-pretrained": MethodEntry(
        "tfrepro.models.sda_softmax:PretrainedSdaSoftmax",
        settings.PretrainedSdaSoftmax,
        {"modalities": BLOCKS},
        keras=True,
    ),
    "acoustic": _softmax(*BLOCKS),
    "acoustic-pca": MethodEntry(
        "tfrepro.baselines.linear:SoftmaxOnComponents", settings.PcaSoftmax, {"modalities": BLOCKS}
    ),
}


def read_hyper_parameters(
    name: str, values: Mapping[str, Any], *, prefix: str, file: str = "params.yaml"
) -> Section:
    """What ``params.yaml`` says about a method under the key ``prefix``, checked.

    Raises UserError if there is no such method, or if a value is not allowed.
    """
    if name not in METHODS:
        raise UserError(f"{file}: {prefix}.{name}: {no_such('method', name, tuple(METHODS))}")
    return validate(METHODS[name].settings, values, prefix=f"{prefix}.{name}", file=file)


def make_method(name: str, hyper_parameters: Section, seed: int) -> Method:
    """A fresh method of that name, not yet fitted."""
    entry = METHODS[name]
    module, _, factory = entry.factory.partition(":")
    arguments = {**entry.fixed, **hyper_parameters.model_dump()}
    return getattr(import_module(module), factory)(**arguments, seed=seed)
