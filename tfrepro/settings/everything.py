"""The whole of ``params.yaml``, checked before any work starts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tfrepro.errors import UserError
from tfrepro.methods import METHODS, read_hyper_parameters
from tfrepro.settings.autoencoder import AcousticAutoencoder
from tfrepro.settings.base import Section
from tfrepro.settings.crossmodal import CrossModalPaper
from tfrepro.settings.dare import Dare
from tfrepro.settings.eastern import EasternPaper
from tfrepro.settings.microvideos import MicroVideos
from tfrepro.settings.models import Models
from tfrepro.settings.music_videos import MusicVideos, RenderedMusicVideos, section_of
from tfrepro.settings.musicvideo import MusicVideoPaper
from tfrepro.settings.nmcl import NmclPaper
from tfrepro.settings.reading import FILE, read_section
from tfrepro.settings.shared import Acoustic, Compute, Sources
from tfrepro.settings.sounds import Sounds
from tfrepro.settings.venues import Venues, merged
from tfrepro.settings.yt8m import Yt8m


class Settings(Section):
    """Every section of the file."""

    compute: Compute
    sources: Sources
    sounds: Sounds
    acoustic: Acoustic
    autoencoder: AcousticAutoencoder
    microvideos: MicroVideos
    music_videos: MusicVideos
    dare: Dare
    eastern: EasternPaper
    nmcl: NmclPaper
    yt8m: Yt8m
    crossmodal: CrossModalPaper
    musicvideo: MusicVideoPaper
    models: Models


def read_everything(file: Path = FILE) -> Settings:
    """All settings; UserError with a line for each mistake in the file."""
    settings = read_section(Settings, "", file)
    mistakes = []
    for prefix, name, values, answers in _method_entries(settings):
        try:
            read_hyper_parameters(name, values, prefix=prefix, file=str(file), answers=answers)
        except UserError as error:
            mistakes.append(str(error))
    eastern, nmcl = settings.eastern, settings.nmcl
    used = {
        "dare.venues": (*settings.dare.venues.corpora, *settings.dare.venues.search.corpora),
        "eastern": (*eastern.corpora, *eastern.sizes.corpora),
        "nmcl": (*nmcl.corpora, *nmcl.search.corpora),
        "models": settings.models.corpora,
        "models.search": settings.models.search.corpora,
    }
    named = [("microvideos", settings.microvideos, *users) for users in used.items()]
    named.append(("music_videos", settings.music_videos, "musicvideo", settings.musicvideo.corpora))
    for section, made, prefix, corpora in named:
        for corpus in corpora:
            if corpus not in made.corpora:
                mistakes.append(
                    f"{file}: {prefix} names {corpus}: add it to {section}.corpora as well"
                )
    mistakes += [f"{file}: {mistake}" for mistake in _too_few_music_videos(settings)]
    mistakes += [f"{file}: {mistake}" for mistake in _not_to_be_published(settings)]
    if "rendered" not in (*settings.crossmodal.corpora, *eastern.corpora):
        mistakes.append(
            f"{file}: crossmodal.corpora and eastern.corpora: one of them must name rendered, too, "
            "whose galleries the report shows"
        )
    if mistakes:
        raise UserError("\n".join(mistakes))
    return settings


def _too_few_music_videos(settings: Settings) -> Iterator[str]:
    """Rendered corpora whose training videos cannot be divided into folds."""
    styles = settings.musicvideo.styles
    for corpus in settings.musicvideo.corpora:
        videos = section_of(settings.music_videos, corpus)
        if not isinstance(videos, RenderedMusicVideos):
            continue
        learned_from = videos.rarer - round(videos.rarer * styles.test)
        if learned_from < styles.folds:
            yield (
                f"musicvideo.styles.folds = {styles.folds}: music_videos.{corpus} leaves "
                f"{learned_from} videos of a kind to train on; must be as many at least"
            )


def _not_to_be_published(settings: Settings) -> Iterator[str]:
    """Models of venues that no stage trains, or that the papers' sections say nothing of."""
    papers = {key.partition(".")[0]: (key, p) for key, p in _venue_papers(settings).items()}
    for method in settings.models.venues:
        key, paper = papers[method]
        if method not in paper.methods:
            yield f"models.venues names {method}: add it to {key}.methods as well"
        for corpus in settings.models.corpora:
            if corpus not in paper.overrides:
                yield f"models.corpora names {corpus}: give it {{}} in {key}.overrides"
            # The stage of this figure trains the model.
            if method == "dare" and corpus not in settings.dare.venues.figure6.corpora:
                yield f"models.corpora names {corpus}: add it to {key}.figure6.corpora as well"


def _venue_papers(settings: Settings) -> dict[str, Venues | EasternPaper | NmclPaper]:
    """Where the tables on venues stand in the file."""
    return {
        "dare.venues": settings.dare.venues,
        "eastern": settings.eastern,
        "nmcl": settings.nmcl,
    }


def _method_entries(settings: Settings) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """Where a method is named, its name, its hyper-parameters, and how it must answer."""
    for name, values in settings.dare.table2.methods.items():
        yield "dare.table2.methods", name, values, "classes"
    for prefix, paper in _venue_papers(settings).items():
        for corpus in ("", *paper.overrides):
            where = f"{prefix}.overrides.{corpus}" if corpus else f"{prefix}.methods"
            for name in paper.methods:
                deep = name in METHODS and METHODS[name].keras
                own = paper.overrides.get(corpus, {})
                values = merged(paper.deep, own, name, paper.methods[name], deep=deep)
                yield where, name, values, "classes"
    paper = settings.crossmodal
    for name, values in paper.methods.items():
        yield "crossmodal.methods", name, values, "embeddings"
    for corpus, overrides in paper.overrides.items():
        for name in overrides:
            values = {**paper.methods[name], **overrides[name]}
            yield f"crossmodal.overrides.{corpus}", name, values, "embeddings"
    yield "models.search", "contrastive", settings.models.search.contrastive, "embeddings"
    music = settings.musicvideo
    for key, part, answers in (
        ("retrieval", music.retrieval, "embeddings"),
        ("styles", music.styles, "chunks"),
    ):
        for corpus in ("", *part.overrides):
            where = f"musicvideo.{key}." + (f"overrides.{corpus}" if corpus else "methods")
            for name, values in part.methods.items():
                own = part.overrides.get(corpus, {})
                yield where, name, merged({}, own, name, values, deep=False), answers
