"""Settings of the micro-video corpora, and of what is made of them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from tfrepro.corpora.registry import MICRO_VIDEO_CORPORA
from tfrepro.settings.base import Section, known
from tfrepro.settings.methods import Autoencoder
from tfrepro.settings.sounds import RenderedSounds

MicroVideoCorpus = Annotated[str, AfterValidator(known(MICRO_VIDEO_CORPORA, "micro-video corpus"))]
Share = Annotated[float, Field(ge=0, le=1)]
Strength = Annotated[float, Field(ge=0)]


class Visual(Section):
    """What makes vectors of frames; see :func:`tfrepro.features.visual.extractor.make_extractor`.

    Attributes
    ----------
    extractor : ``alexnet`` (4,096-D), ``resnet50`` (2,048-D), ``tflite`` (any model), or
        ``handmade`` (844-D histograms of gradients, colours and textures)
    weights : ``imagenet``, ``random``, a file, or ``none`` of handmade ones
    seed : of random weights
    every_s, frames : a frame every so many seconds, so many of them: EASTERN's sequence
    pooled : what is averaged to one vector, those ``frames``, or ``key-frames`` by scene change
    threshold : of a change of scene, see :func:`tfrepro.features.key_frames.key_frames`
    most : key frames of a video
    """

    extractor: Literal["alexnet", "resnet50", "tflite", "handmade"]
    weights: str = Field(min_length=1)
    seed: int = Field(ge=0)
    every_s: float = Field(gt=0)
    frames: int = Field(ge=1)
    pooled: Literal["frames", "key-frames"]
    threshold: float = Field(ge=0, le=1)
    most: int = Field(ge=1)


class AudioSet(Section):
    """Scores of AudioSet's concepts.

    Attributes
    ----------
    model : TFLite file, such as YAMNet; null for none
    class_map : CSV file of its classes
    """

    model: Path | None
    class_map: Path | None

    @model_validator(mode="after")
    def _both_or_none(self) -> "AudioSet":
        if (self.model is None) != (self.class_map is None):
            raise ValueError("model and class_map: name both, or set both to null")
        return self


class Extraction(Section):
    """Media to features.

    Attributes
    ----------
    seconds : one-second clips of the sound track: EASTERN's sequence
    """

    visual: Visual
    seconds: int = Field(ge=1)
    audioset: AudioSet


class RenderedEffects(Section):
    """Strengths of what is planted; see :class:`tfrepro.simulate.microvideo_effects.Effects`."""

    consistent: Share
    complementary: Share
    order: Share
    weak_sound: Share
    silent: Share
    wordless: Share
    noise: Strength
    sociality: Share
    tail: Strength
    external: Share


class RenderedMicroVideos(Section):
    """The micro-videos made here; see :mod:`tfrepro.simulate.microvideos`.

    Attributes
    ----------
    sounds : made beside them, the external sounds
    """

    videos: int = Field(ge=80)
    seed: int = Field(ge=0)
    effects: RenderedEffects
    sounds: RenderedSounds
    extraction: Extraction


class OwnVideos(Section):
    """Your own videos; see :mod:`tfrepro.corpora.own_videos`.

    Attributes
    ----------
    folder : where the files are
    manifest : CSV or Parquet file, a row a video
    least_videos : a venue with fewer is left out
    sounds : folder of a sound corpus as the stage ``sounds`` builds it, for DARE; or null
    """

    folder: Path | None
    manifest: Path | None
    sounds: Path | None
    least_videos: int = Field(ge=1)
    extraction: Extraction

    @model_validator(mode="after")
    def _weights_that_know_something(self) -> "OwnVideos":
        if self.extraction.visual.weights == "random":
            raise ValueError("extraction.visual.weights is random: name imagenet or a file")
        return self


class CaptionedVideos(Section):
    """YouTube-8M videos with captions.

    Attributes
    ----------
    classes : ``verticals``, or ``entities``, of which the verticals are the parents
    least_videos : a class with fewer is left out
    external_least_videos : an entity with fewer is no concept of the external sounds
    """

    classes: Literal["verticals", "entities"]
    least_videos: int = Field(ge=1)
    external_least_videos: int = Field(ge=1)


class Mosi(Section):
    """Utterances after those before them.

    Attributes
    ----------
    length : utterances of a sequence, the last one its own
    """

    length: int = Field(ge=1)


class PlantedEffects(Section):
    """Strengths of what is planted; see :class:`tfrepro.simulate.planted.Effects`."""

    consistent: Strength
    complementary: Strength
    order: Strength
    tail: Strength
    owners: Strength
    noise: Strength
    external: Strength
    silent: Annotated[float, Field(ge=0, lt=1)]
    wordless: Annotated[float, Field(ge=0, lt=1)]


class Sizes(Section):
    """A number a modality."""

    visual: int = Field(ge=1)
    acoustic: int = Field(ge=1)
    textual: int = Field(ge=1)


class PlantedVideos(Section):
    """Features sampled directly; see :class:`tfrepro.simulate.planted.Planted`.

    Attributes
    ----------
    sequences : steps of each modality; null for one vector a video
    external : sounds with concepts, beside the videos
    """

    videos: int = Field(ge=20)
    classes: int = Field(ge=2)
    seed: int = Field(ge=0)
    dimensions: Sizes
    sequences: Sizes | None
    concepts: int = Field(ge=1, le=313)
    external: int = Field(ge=0)
    effects: PlantedEffects

    @model_validator(mode="after")
    def _ten_videos_a_class(self) -> "PlantedVideos":
        if self.videos < 10 * self.classes:
            raise ValueError(f"videos = {self.videos}: must be ten a class, {10 * self.classes}")
        return self


class ReleasedVenues(Section):
    """VENUE-188 as it was released.

    Attributes
    ----------
    file : HDF5, of either form
    names : ``leaf_venue_name.txt``
    visual : number of visual columns; null to see from the file
    """

    file: Path | None
    names: Path | None
    visual: int | None = Field(ge=1)


class ReleasedSequences(Section):
    """EASTERN's set as arrays; see :mod:`tfrepro.corpora.microvideos.eastern`.

    Attributes
    ----------
    folder : holds the arrays
    """

    folder: Path | None


class Text(Section):
    """Words to vectors.

    Attributes
    ----------
    dimensions, window, min_count, epochs, seed, words_first :
        see :class:`tfrepro.features.paragraph_vectors.ParagraphVectors`
    length : words of a sequence
    english_only : leave out words with other characters, as EASTERN does
    stop_words : leave out English stop words, as EASTERN does; reads the source ``text``
    """

    dimensions: int = Field(ge=1)
    window: int = Field(ge=1)
    min_count: int = Field(ge=1)
    epochs: int = Field(ge=1)
    seed: int = Field(ge=0)
    words_first: bool
    length: int = Field(ge=1)
    english_only: bool
    stop_words: bool


class Completion(Section):
    """Missing modalities; see :class:`tfrepro.features.completion.LowRankCompletion`."""

    factors: int = Field(ge=1)
    ridge: float = Field(gt=0)
    seed: int = Field(ge=0)


class Prepared(Section):
    """What is learned on training videos before any method is.

    Attributes
    ----------
    split_seeds : of the two draws of a corpus that has no split of its own
    acoustic : the autoencoder that makes 200-D codes of 1,104-D sounds
    """

    split_seeds: tuple[int, int]
    text: Text
    acoustic: Autoencoder
    completion: Completion


class Probe(Section):
    """A linear classifier a modality, to see what each knows.

    Attributes
    ----------
    folds : of cross-validation
    seed : of the folds
    Cs : inverse penalties, chosen among on part of each training part
    """

    folds: int = Field(ge=2)
    seed: int = Field(ge=0)
    Cs: tuple[Annotated[float, Field(gt=0)], ...] = Field(min_length=1)


class MicroVideos(Section):
    """One section a corpus, and how their features are prepared and probed."""

    corpora: tuple[MicroVideoCorpus, ...] = Field(min_length=1)
    rendered: RenderedMicroVideos
    own: OwnVideos
    yt8m_captions: CaptionedVideos = Field(alias="yt8m-captions")
    mosi: Mosi
    planted: PlantedVideos
    planted_sequences: PlantedVideos = Field(alias="planted-sequences")
    venue188: ReleasedVenues
    eastern: ReleasedSequences
    prepared: Prepared
    probe: Probe


def section_of(videos: MicroVideos, corpus: str) -> Section:
    """The section of a corpus by its name in the file."""
    return getattr(videos, corpus.replace("-", "_"))
