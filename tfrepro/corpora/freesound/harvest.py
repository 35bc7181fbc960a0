"""The concept dataset from Freesound itself: words by its API, sounds as its previews.

Answers and previews are kept in a folder of their own, so that a harvest that was killed
goes on where it stopped, days later if need be, and a corpus with another threshold asks
only for what is new.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tfrepro.corpora.freesound.api import TOKEN_VARIABLE, Freesound
from tfrepro.corpora.freesound.collection import (
    clip_rows,
    with_files,
    write_attribution,
    write_harvest,
)
from tfrepro.corpora.freesound.dictionary import load_dictionary
from tfrepro.corpora.freesound.merging import read_overrides
from tfrepro.corpora.freesound.previews import Previews, fetch_previews
from tfrepro.corpora.freesound.procedure import ConceptDataset, Thresholds, build_concept_dataset
from tfrepro.corpora.freesound.seeds import read_seeds
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.corpora.sound_file import SoundFile
from tfrepro.corpora.sounds import CorpusCard
from tfrepro.errors import UserError
from tfrepro.settings.sounds import FreesoundHarvest
from tfrepro.sources import Resolved

CARD = CorpusCard(
    name="freesound",
    title="Sounds of Freesound by concept, harvested as DARE describes it",
    stands_in_for="the 313-concept Freesound collection of DARE",
    licence="each sound under its own Creative Commons licence",
)


def build(
    folder: Path, settings: FreesoundHarvest, find_source: Callable[[str], Resolved]
) -> tuple[pd.DataFrame, CorpusCard]:
    """Search, label and download; the previews become files in ``folder/media``.

    The token is read from the environment variable ``FREESOUND_TOKEN``; where all answers
    are kept already it may be missing. Raises UserError for what the next run may get.
    """
    thresholds = Thresholds(**settings.rules.model_dump())
    with Freesound(
        os.environ.get(TOKEN_VARIABLE, ""),
        settings.downloads,
        base=settings.address,
        per_minute=settings.per_minute,
        per_day=settings.per_day,
    ) as catalogue:
        seeds, overrides = read_seeds(settings.seeds), read_overrides(settings.overrides)
        # A missing token is better told of now than after the minute the dictionary takes.
        catalogue.search(seeds[0], thresholds.seed_sounds)
        dataset = build_concept_dataset(
            catalogue,
            seeds,
            thresholds,
            nouns=load_dictionary(settings.dictionary, find_source),
            overrides=overrides,
        )
    previews = fetch_previews(
        _sounds(dataset),
        settings.downloads / "previews",
        longest_s=settings.longest_s,
        jobs=settings.jobs,
    )
    _refuse_passing(previews)
    files = _take_over(previews, settings.downloads / "previews", folder)
    dataset = with_files(dataset, files, thresholds.least_sounds)
    _write_rejects(folder, previews)
    write_harvest(folder, dataset, thresholds)
    write_attribution(folder, dataset.clips)
    return clip_rows(dataset, files), CARD


def _sounds(dataset: ConceptDataset) -> list[Sound]:
    """What there is to download."""
    return [
        Sound(row.id, "", (), row.duration, row.licence, row.user, row.preview)
        for row in dataset.clips.itertuples()
    ]


def _refuse_passing(previews: Previews) -> None:
    """A corpus must not depend on the weather in the network."""
    passing = [reject for reject in previews.rejects if reject.passing]
    if passing:
        raise UserError(
            f"{len(passing)} previews could not be had now ({passing[0].id}: "
            f"{passing[0].reason}): run again, it goes on with them"
        )


def _take_over(previews: Previews, kept: Path, folder: Path) -> dict[int, SoundFile]:
    """Each preview as a file of the corpus: a second name for it, or a copy."""
    media = folder / "media"
    media.mkdir()
    for preview in previews.kept:
        try:
            os.link(kept / preview.file, media / preview.file)
        except OSError:
            shutil.copy2(kept / preview.file, media / preview.file)
    return {
        preview.id: SoundFile(f"media/{preview.file}", "", preview.sha256)
        for preview in previews.kept
    }


def _write_rejects(folder: Path, previews: Previews) -> None:
    rows = [(reject.id, reject.reason) for reject in previews.rejects]
    pd.DataFrame(rows, columns=["id", "reason"]).to_csv(folder / "rejects.csv", index=False)
