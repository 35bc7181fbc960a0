"""Video files, and maybe their words -> features like those that a model was trained on.

A model that is to look at a file needs all that was done to its training videos before: the
settings of the extraction, the weights of its network, the acoustic autoencoder, the vectors of
words, and the completion of what a video lacks. On disk that is a folder without pickles:

- ``front_end.json``: settings, modalities and where their weights come from
- ``encoder.keras``: the 1,104-D acoustic vector to its code, if there is one
- ``paragraphs``, ``words``: if there are textual vectors
- ``completion.npz``
- ``weights``: the file of the visual network's weights, if it is one
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tfrepro.clips.saved_completion import load_completion, save_completion
from tfrepro.clips.text_front_end import Cutting, TextFrontEnd, load_text_front_end
from tfrepro.errors import UserError
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.completion import LowRankCompletion
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.extracted import MODALITIES, with_presence
from tfrepro.features.microvideos.media import STEPS, MediaFeatures, media_features
from tfrepro.features.visual.extractor import IMAGENET, NONE, RANDOM
from tfrepro.files import read_json, write_json
from tfrepro.parallel import Rejected, map_files
from tfrepro.settings.base import Section, validate
from tfrepro.settings.microvideos import AudioSet, Extraction

FACTS, ENCODER, COMPLETION, WEIGHTS = "front_end.json", "encoder.keras", "completion.npz", "weights"
STEPPED = ("visual", "acoustic")


@dataclass(frozen=True)
class Clip:
    """A file, and what its owner wrote."""

    path: Path
    text: str = ""


class FrontEndFacts(Section):
    """What ``front_end.json`` holds.

    Attributes
    ----------
    extraction : media to features; weights that are a file are named by it alone
    modalities : those of one vector a video that the training videos had, and their D
    extractors : modality -> the network that its vectors came from
    text : how texts are cut; None if there are no textual vectors
    """

    extraction: Extraction
    modalities: dict[str, int]
    extractors: dict[str, dict[str, Any]]
    text: Cutting | None


@dataclass(frozen=True)
class FrontEnd:
    """Files -> a feature set.

    Attributes
    ----------
    facts : see :class:`FrontEndFacts`
    media : pictures and sounds to vectors
    encoder : Keras model, (N, 1104) -> (N, D_a); None where there are no sounds
    text : words to vectors; None where there are none
    completion : fills in the vectors that a clip lacks
    """

    facts: FrontEndFacts
    media: MediaFeatures
    encoder: Any
    text: TextFrontEnd | None
    completion: LowRankCompletion

    @property
    def modalities(self) -> tuple[str, ...]:
        """Those that a model sees, in the papers' order."""
        return tuple(self.facts.modalities)

    def __call__(
        self, clips: Sequence[Clip], *, jobs: int = 1, progress: bool = False
    ) -> tuple[FeatureSet, dict[Path, str]]:
        """The features of the clips that can be read, and why the others cannot.

        The index says in ``has_<modality>`` what a clip has; of the others the vectors are
        completed, the sequences zeros.
        """
        files = [clip.path for clip in clips]
        results = map_files(self.media, files, jobs=jobs, title="clips", progress=progress)
        made, kept, rejects = [], [], {}
        for clip, result in zip(clips, results, strict=True):
            if isinstance(result, Rejected):
                rejects[clip.path] = result.reason
            else:
                made.append(result)
                kept.append(clip)
        return self._features(kept, made), rejects

    def sound_codes(
        self, files: Sequence[Path], *, jobs: int = 1, progress: bool = False
    ) -> tuple[np.ndarray, list[Path], dict[Path, str]]:
        """Acoustic vectors of files with a sound, (N, D_a); their files; why others have none."""
        front_end = self.media.acoustic
        results = map_files(front_end.file, files, jobs=jobs, title="sounds", progress=progress)
        blocks, kept, rejects = [], [], {}
        for file, result in zip(files, results, strict=True):
            if isinstance(result, Rejected):
                rejects[file] = result.reason
            else:
                blocks.append(np.concatenate([result[name] for name in BLOCKS]))
                kept.append(file)
        empty = np.empty((0, self.facts.modalities.get("acoustic", 0)), np.float32)
        return (self._codes(np.stack(blocks)) if blocks else empty), kept, rejects

    def _features(self, clips: Sequence[Clip], made: Sequence[Mapping[str, np.ndarray]]):
        arrays = {name: np.stack([one[name] for one in made]) for name in (made[0] if made else ())}
        steps = {name: arrays.pop(f"{name}_{STEPS}")[:, 0] for name in STEPPED if made}
        index = pd.DataFrame(
            {"id": [str(c.path) for c in clips], "label": "", "text": [c.text for c in clips]}
        )
        if not made:
            return FeatureSet(index, {}, {})
        index = with_presence(index, acoustic=steps["acoustic"] > 0)
        for name, lengths in steps.items():
            index[f"{name}_sequence_length"] = lengths.astype(int)
        arrays |= self._textual(index)
        if "acoustic" in self.facts.modalities:
            arrays["acoustic"] = self._acoustic(arrays, index["has_acoustic"].to_numpy(bool))
        wanted = {*self.modalities, *(f"{name}_sequence" for name in self.modalities)}
        arrays = {name: array for name, array in arrays.items() if name in wanted}
        return self.complete(FeatureSet(index, arrays, {}))

    def _textual(self, index: pd.DataFrame) -> dict[str, np.ndarray]:
        """Textual arrays; says in the index which there are, and how long they are."""
        if self.text is None:
            index["has_textual"] = False
            return {}
        arrays, lengths, has = self.text(list(index["text"]))
        index["textual_sequence_length"], index["has_textual"] = lengths, has
        return arrays

    def _acoustic(self, arrays: Mapping[str, np.ndarray], heard: np.ndarray) -> np.ndarray:
        codes = np.zeros((len(heard), self.facts.modalities["acoustic"]), np.float32)
        if heard.any():
            X = np.concatenate([arrays[name] for name in BLOCKS], axis=1)
            codes[heard] = self._codes(X[heard])
        return codes

    def _codes(self, X: np.ndarray) -> np.ndarray:
        """(N, 1104) -> (N, D_a)."""
        from tfrepro.models.autoencoder import apply_in_batches

        if self.encoder is None:
            raise UserError("this model was trained without sounds, and cannot take one")
        return apply_in_batches(self.encoder, X)

    def complete(self, features: FeatureSet, keep: str | None = None) -> FeatureSet:
        """With the vectors that clips lack filled in.

        keep : a modality from which all others are filled in, as if there were nothing else
        """
        blocks = {name: features.arrays[name] for name in self.modalities}
        missing = {
            name: ~features.index[f"has_{name}"].to_numpy(bool) | (keep not in (None, name))
            for name in blocks
        }
        filled = self.completion.complete(blocks, missing)
        return FeatureSet(
            features.index, {**features.arrays, **filled}, features.meta, features.classes
        )

    def save(self, folder: Path) -> None:
        """Write the front end into a folder that is not there yet."""
        folder.mkdir(parents=True)
        facts, weights = self.facts, self.facts.extraction.visual.weights
        if weights not in (IMAGENET, RANDOM, NONE):
            file = Path(weights)
            (folder / WEIGHTS).mkdir()
            shutil.copyfile(file, folder / WEIGHTS / file.name)
            extraction = _with_weights(facts.extraction, file.name)
            facts = facts.model_copy(update={"extraction": extraction})
        write_json(folder / FACTS, facts.model_dump(mode="json"))
        save_completion(folder / COMPLETION, self.completion)
        if self.text is not None:
            self.text.save(folder)
        if self.encoder is not None:
            self.encoder.save(folder / ENCODER)


def _with_weights(extraction: Extraction, weights: str) -> Extraction:
    visual = extraction.visual.model_copy(update={"weights": weights})
    return extraction.model_copy(update={"visual": visual})


def learned_front_end(
    features: FeatureSet, learned: Path, extraction: Extraction, cutting: Cutting
) -> FrontEnd:
    """The front end of features that are prepared.

    Parameters
    ----------
    features : prepared, with ``split``, what each video has, and the settings in ``meta``
    learned : folder with what was learned then: ``acoustic-autoencoder``, ``paragraphs``, ...
    extraction : what their media were looked at with
    cutting : how texts were cut

    The completion, which is not kept, is fitted once more on the same rows; what the arrays
    hold of a vector that was missing plays no part in it. Raises UserError if the file of the
    visual weights is another one by now.
    """
    from tfrepro.models.autoencoder import load_encoder

    modalities = {n: features.arrays[n].shape[1] for n in MODALITIES if n in features.arrays}
    described = features.meta["modalities"]
    extraction = extraction.model_copy(update={"audioset": AudioSet(model=None, class_map=None)})
    media = media_features(extraction)
    if media.visual.describe() != described["visual"]["extractor"]:
        raise UserError(
            f"{extraction.visual.weights}: not the weights that the features were made with; "
            "make them again"
        )
    split = features.index["split"].to_numpy()
    train = np.flatnonzero(split == "train")
    missing = {n: ~features.index[f"has_{n}"].to_numpy(bool)[train] for n in modalities}
    completion = LowRankCompletion(**features.meta["prepared"]["completion"]).fit(
        {name: np.asarray(features.arrays[name][train]) for name in modalities}, missing
    )
    text = load_text_front_end(learned, cutting) if "textual" in modalities else None
    encoder = learned / "acoustic-autoencoder" / ENCODER
    facts = FrontEndFacts(
        extraction=extraction,
        modalities=modalities,
        extractors={name: described[name]["extractor"] for name in modalities},
        text=text and cutting,
    )
    return FrontEnd(
        facts,
        media,
        load_encoder(encoder) if "acoustic" in modalities else None,
        text,
        completion,
    )


def load_front_end(folder: Path) -> FrontEnd:
    """A front end that :meth:`FrontEnd.save` wrote; no code in it is run.

    Raises UserError naming what is missing or is something else.
    """
    from tfrepro.models.autoencoder import load_encoder

    try:
        values = read_json(folder / FACTS)
    except FileNotFoundError:
        raise UserError(f"{folder / FACTS}: missing; {folder} is no front end") from None
    except ValueError as error:
        raise UserError(f"{folder / FACTS}: not JSON ({error})") from None
    facts = validate(FrontEndFacts, values, file=str(folder / FACTS))
    extraction, weights = facts.extraction, facts.extraction.visual.weights
    if weights not in (IMAGENET, RANDOM, NONE):
        extraction = _with_weights(extraction, str(folder / WEIGHTS / Path(weights).name))
    return FrontEnd(
        facts,
        media_features(extraction),
        load_encoder(folder / ENCODER) if "acoustic" in facts.modalities else None,
        load_text_front_end(folder, facts.text) if facts.text else None,
        load_completion(folder / COMPLETION),
    )
