"""The registry: every name a paper's table may have as a row, and what makes it.

To add a method: write a class of the shape of
:class:`tfrepro.evaluation.method.Method`, of
:class:`tfrepro.evaluation.embedder.Embedder` for a table of retrieval, or of
:class:`tfrepro.evaluation.style_finder.StyleFinder` for tables on chunks of music
videos, give it a line in :data:`METHODS`, and an entry under a table's ``methods``
in ``params.yaml``.
Nothing is imported until it is made, so reading the registry costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from tfrepro.errors import UserError
from tfrepro.evaluation.embedder import Embedder
from tfrepro.evaluation.method import Method
from tfrepro.features.microvideos.extracted import MODALITIES
from tfrepro.settings import (
    fusion_methods,
    methods,
    musicvideo_methods,
    retrieval_methods,
    sequence_methods,
    venue_methods,
)
from tfrepro.settings.base import Section, no_such, validate

# Those of tfrepro.features.acoustic, whose import takes two seconds, which every stage that
# trains a method would pay. A test compares them.
BLOCKS = ("spectrum_mean", "spectrum_max", "mfcc_mean", "mfcc_max")


@dataclass(frozen=True)
class MethodEntry:
    """How a named method is made.

    Attributes
    ----------
    factory : ``module:Class``
    settings : what ``params.yaml`` may say about it
    fixed : constructor arguments that make this name what it is
    keras : whether it trains a network, and so needs a device set up first
    answers : with class probabilities, a :class:`Method`; with vectors that search
        and are found, an :class:`Embedder`; or with scores of chunks of music videos, a
        :class:`tfrepro.evaluation.style_finder.StyleFinder`
    """

    factory: str
    settings: type[Section]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    keras: bool = False
    answers: Literal["classes", "embeddings"] = "classes"

    @property
    def module(self) -> str:
        return self.factory.partition(":")[0]


def _softmax(*modalities: str) -> MethodEntry:
    return MethodEntry(
        "tfrepro.baselines.linear:SoftmaxOnFeatures", methods.Softmax, {"modalities": modalities}
    )


_SDA = MethodEntry(
    "tfrepro.models.sda_softmax:SdaSoftmax",
    methods.SdaSoftmax,
    {"modalities": BLOCKS},
    keras=True,
)

_LINEAR = "tfrepro.baselines.cross_modal"
_CROSSMODAL = "tfrepro.models.crossmodal:CrossModalEmbedding"


def _embedder(factory: str, section: type[Section], **fixed: Any) -> MethodEntry:
    keras = factory.startswith("tfrepro.models.")
    return MethodEntry(factory, section, fixed, keras, answers="embeddings")


_CONTRASTIVE = _embedder(
    "tfrepro.models.contrastive:ContrastiveEmbedding", retrieval_methods.Contrastive
)


def _early_fusion(layers: int) -> MethodEntry:
    return MethodEntry(
        "tfrepro.models.early_fusion:EarlyFusion",
        venue_methods.EarlyFusion,
        {"layers": layers},
        keras=True,
    )


def _dare(layers: int = 1, **without: bool) -> MethodEntry:
    return MethodEntry(
        "tfrepro.models.dare:Dare", venue_methods.Dare, {"layers": layers, **without}, keras=True
    )


def _dictionary(factory: str, *, tuned: bool = False, **fixed: bool) -> MethodEntry:
    section = venue_methods.TaskDrivenDictionary if tuned else venue_methods.Dictionary
    return MethodEntry(f"tfrepro.baselines.dictionary.{factory}", section, fixed)


def _sequential(factory: str, section: type[Section], *modalities: str) -> MethodEntry:
    fixed = {"modalities": modalities} if modalities else {}
    return MethodEntry(f"tfrepro.models.{factory}", section, fixed, keras=True)


def _eastern(*modalities: str) -> MethodEntry:
    return _sequential("eastern:Eastern", sequence_methods.Eastern, *modalities)


def _fusion(factory: str, section: type[Section], **fixed: Any) -> MethodEntry:
    return MethodEntry(f"tfrepro.models.{factory}", section, fixed, keras=True)


def _nmcl(*modalities: str, **fixed: Any) -> MethodEntry:
    chosen = {"modalities": modalities} if modalities else {}
    return _fusion("nmcl:Nmcl", fusion_methods.Nmcl, **chosen, **fixed)


_MUSIC_SEARCH = "tfrepro.models.music_video_search"


# By itself: a change in MethodEntry would put the results of all methods out of date.
@dataclass(frozen=True)
class _StyleEntry(MethodEntry):
    answers: Literal["chunks"] = "chunks"


def _style_finder(factory: str, section: type[Section], **fixed: str) -> MethodEntry:
    module = "tfrepro.models.music_video_styles"
    return _StyleEntry(f"{module}:{factory}", section, fixed, keras=True)


METHODS: Mapping[str, MethodEntry] = {
    "spectrum-mean": _softmax("spectrum_mean"),
    "spectrum-max": _softmax("spectrum_max"),
    "mfcc-mean": _softmax("mfcc_mean"),
    "mfcc-max": _softmax("mfcc_max"),
    "sda": _SDA,
    "sda-fast": _SDA,
    "sda-pretrained": MethodEntry(
        "tfrepro.models.sda_softmax:PretrainedSdaSoftmax",
        methods.PretrainedSdaSoftmax,
        {"modalities": BLOCKS},
        keras=True,
    ),
    "acoustic": _softmax(*BLOCKS),
    "acoustic-pca": MethodEntry(
        "tfrepro.baselines.linear:SoftmaxOnComponents", methods.PcaSoftmax, {"modalities": BLOCKS}
    ),
    "random": _embedder(f"{_LINEAR}:RandomEmbedding", retrieval_methods.RandomVectors),
    "ridge": _embedder(f"{_LINEAR}:RidgeEmbedding", retrieval_methods.RidgeRegression),
    "cca": _embedder(f"{_LINEAR}:CcaEmbedding", retrieval_methods.Cca),
    "crossmodal": _embedder(_CROSSMODAL, retrieval_methods.CrossModal, joint_length=True),
    "crossmodal-apart": _embedder(_CROSSMODAL, retrieval_methods.CrossModal, joint_length=False),
    "crossmodal-unlabelled": _embedder(
        _CROSSMODAL, retrieval_methods.UnlabelledCrossModal, joint_length=True, label_weight=0.0
    ),
    "contrastive": _CONTRASTIVE,
    "contrastive-plus": _CONTRASTIVE,
    "majority": MethodEntry("tfrepro.baselines.probe:MajorityClass", venue_methods.Majority),
    "logistic": MethodEntry(
        "tfrepro.baselines.probe:LinearProbe",
        venue_methods.Logistic,
        {"modalities": MODALITIES, "text": {}},
    ),
    "mdl": _dictionary("mdl:Mdl"),
    "mtdl": _dictionary("mtdl:Mtdl", tuned=True),
    "d3l": _dictionary("d3l:D3l", tuned=True, supervised=True),
    "d3l-unsupervised": _dictionary("d3l:D3l", supervised=False),
    "trumann": MethodEntry("tfrepro.baselines.trumann:Trumann", venue_methods.Trumann),
    "early-fusion-0": _early_fusion(0),
    "early-fusion-1": _early_fusion(1),
    "early-fusion-2": _early_fusion(2),
    "early-fusion-3": _early_fusion(3),
    "dare": _dare(),
    "dare-2": _dare(layers=2),
    "dare-3": _dare(layers=3),
    "dare-sparsity": _dare(similarity=False),
    "dare-no-sounds": _dare(transfer=False),
    "dare-shuffled-sounds": _dare(shuffle=True),
    "dmdl": _dictionary("dmdl:Dmdl"),
    "tmdl": MethodEntry("tfrepro.baselines.dictionary.tmdl:Tmdl", sequence_methods.Tmdl),
    "lstms": _sequential("recurrent:Lstms", sequence_methods.Lstms),
    "lstm-dl": _sequential("recurrent:LstmDl", sequence_methods.SequenceDictionary),
    "conv": _sequential("recurrent:Conv", sequence_methods.SequenceDictionary),
    "eastern": _eastern(),
    "eastern-v": _eastern("visual"),
    "eastern-a": _eastern("acoustic"),
    "eastern-t": _eastern("textual"),
    "eastern-va": _eastern("visual", "acoustic"),
    "eastern-vt": _eastern("visual", "textual"),
    "eastern-at": _eastern("acoustic", "textual"),
    "early-fusion": _early_fusion(2),
    "late-fusion": _fusion("fusion_baselines:LateFusion", fusion_methods.LateFusion),
    "early-att": _fusion("fusion_baselines:EarlyAttention", fusion_methods.AttentionFusion),
    "late-att": _fusion("fusion_baselines:LateAttention", fusion_methods.AttentionFusion),
    "nmcl": _nmcl(),
    "nmcl-t": _nmcl("textual"),
    "nmcl-a": _nmcl("acoustic"),
    "nmcl-v": _nmcl("visual"),
    "nmcl-at": _nmcl("acoustic", "textual"),
    "nmcl-vt": _nmcl("visual", "textual"),
    "nmcl-va": _nmcl("visual", "acoustic"),
    "nmcl-i": _nmcl(variant=1),
    "nmcl-ii": _nmcl(variant=2),
    "nmcl-iii": _nmcl(variant=3),
    "nmcl-iv": _nmcl(variant=4),
    # Other scores, or another divergence, are a matter of what params.yaml says of the name.
    "nmcl-scaled": _nmcl(),
    "nmcl-sigmoid": _nmcl(),
    "nmcl-smooth": _nmcl(),
    "nmcl-no-divergence": _nmcl(),
    "nmcl-frozen": _nmcl(gate="frozen"),
    "nmcl-removed": _nmcl(gate="removed"),
    "nmcl-no-attention": _nmcl(attend=False),
    "nmcl-neither": _nmcl(gate="removed", attend=False),
    "cca-initial": _embedder(
        "tfrepro.baselines.music_video_search:InitialCca", musicvideo_methods.CommonSpace
    ),
    "cca-deep": _embedder(f"{_MUSIC_SEARCH}:DeepCca", musicvideo_methods.DeepCommonSpace),
    "shared-dbn": _embedder(
        f"{_MUSIC_SEARCH}:SharedDbn", musicvideo_methods.MeanField, inference="mean-field"
    ),
    "shared-dbn-euclidean": _embedder(
        f"{_MUSIC_SEARCH}:SharedDbn", musicvideo_methods.MeanField, inference="mean-field"
    ),
    "shared-dbn-gibbs": _embedder(
        f"{_MUSIC_SEARCH}:SharedDbn", musicvideo_methods.Gibbs, inference="gibbs"
    ),
    "shared-dbn-tuned": _embedder(
        f"{_MUSIC_SEARCH}:ReconstructionSearch", musicvideo_methods.TunedSearch, kind="dbn-tuned"
    ),
    "shared-autoencoder": _embedder(
        f"{_MUSIC_SEARCH}:ReconstructionSearch",
        musicvideo_methods.AutoencoderSearch,
        kind="autoencoder",
    ),
    "initial": _style_finder("InitialStyles", musicvideo_methods.InitialStyles),
    "dbn": _style_finder("SharedStyles", musicvideo_methods.DbnStyles, kind="dbn"),
    "dbn-tuned": _style_finder("SharedStyles", musicvideo_methods.TunedDbnStyles, kind="dbn-tuned"),
    "autoencoder": _style_finder(
        "SharedStyles", musicvideo_methods.AutoencoderStyles, kind="autoencoder"
    ),
}


def read_hyper_parameters(
    name: str,
    values: Mapping[str, Any],
    *,
    prefix: str,
    file: str = "params.yaml",
    answers: str = "classes",
) -> Section:
    """What ``params.yaml`` says about a method under the key ``prefix``, checked.

    Raises UserError if there is no such method that answers so, or if a value is not
    allowed.
    """
    fitting = tuple(key for key, entry in METHODS.items() if entry.answers == answers)
    if name not in fitting:
        raise UserError(f"{file}: {prefix}.{name}: {no_such('method', name, fitting)}")
    return validate(METHODS[name].settings, values, prefix=f"{prefix}.{name}", file=file)


def make_method(name: str, hyper_parameters: Section, seed: int) -> Method | Embedder:
    """A fresh method of that name, or finder of styles, not yet fitted."""
    entry = METHODS[name]
    module, _, factory = entry.factory.partition(":")
    arguments = {**entry.fixed, **hyper_parameters.model_dump()}
    return getattr(import_module(module), factory)(**arguments, seed=seed)
