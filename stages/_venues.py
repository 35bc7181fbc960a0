"""What the stages of DARE's Tables 3 to 5 share: settings, sounds, runs."""

from pathlib import Path
from typing import Any

from _micro_video_paths import prepared

from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.runs import write_run
from tfrepro.evaluation.validated import initialisations, validated
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.write import EXTERNAL, VIDEOS
from tfrepro.methods import METHODS, read_hyper_parameters
from tfrepro.settings.base import Section
from tfrepro.settings.venues import Venues

# With so few videos, all fits take less time than TensorFlow to start in another process.
FEW = 600


def videos_of(corpus: str) -> Path:
    """The feature set that venues are estimated from."""
    return prepared(corpus) / VIDEOS


def sounds_of(corpus: str) -> Path | None:
    """The feature set of the external sounds, if the corpus has any."""
    folder = prepared(corpus) / EXTERNAL
    return folder if folder.is_dir() else None


def hyper_parameters(paper: Venues, corpus: str, method: str) -> Section:
    """Those of a method on a corpus, checked; of DARE with the sounds."""
    entry = METHODS[method]
    values = paper.values(corpus, method, deep=entry.keras)
    if "sounds" in entry.settings.model_fields:
        sounds = sounds_of(corpus)
        values |= {"sounds": sounds and str(sounds)}
    return read_hyper_parameters(method, values, prefix="dare.venues.methods")


def sound_files(corpus: str) -> list[Path]:
    """What a method reads besides the videos."""
    folder = sounds_of(corpus)
    return sorted(folder.iterdir()) if folder else []


def tree_files(values: Section) -> list[Path]:
    """Of a label tree that a method's settings name."""
    folder = getattr(values, "tree_folder", None)
    return sorted(folder.iterdir()) if folder and folder.is_dir() else []


def jobs_for(features: FeatureSet, jobs: int) -> int:
    """Processes for some fits on these videos."""
    return 1 if len(features) <= FEW else jobs


def run_initialisations(
    paper: Venues,
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    *,
    jobs: int,
    **how: Any,
) -> None:
    """The experiment: the method from every initialisation, scored on the test part."""
    splits = initialisations(features.index["split"].to_numpy(), paper.runs)
    jobs = jobs_for(features, jobs)
    run = run_method(
        validated(make), features, {"test": splits}, work, seed=paper.seed, jobs=jobs, **how
    )
    write_run(folder, run)
