"""DARE: a deep transfer model of the venue, helped by external sounds.

The acoustic part of a video is mapped to the concepts of external, tagged sounds by the same
D^a that maps those (J1), pairs of videos are brought together or apart by their venue (J2),
and an early fusion of all modalities estimates the venue (J3).

Conventions
-----------
N videos, D_m dimensions of the modality m, K classes; N' external sounds of K' concepts, their
vectors x̃ : (N', D_a), and ã : (N', K') 1 for each concept that a sound has.

Source: DARE, section 4. Sizes and rates: section 5.1.3.
"""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from numpy.random import default_rng

from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.rows import read_rows
from tfrepro.features.scaling import Scaling
from tfrepro.files import atomic_folder, read_json, write_json
from tfrepro.models.batches import shuffled_batches
from tfrepro.models.dare_objectives import (
    JointObjective,
    SoundTransfer,
    VenueSimilarity,
)
from tfrepro.models.early_fusion import Arrays, EarlyFusion, ScaledRows, Steps, one_of
from tfrepro.models.pair_sampling import PairSampler

SOUND, TEXT = "acoustic", "textual"


class Dare(EarlyFusion):
    """A method of the registry.

    Parameters
    ----------
    layers, units, dropout, loss, reduction, scaling, init_std, learning_rate, batch, epochs,
    patience, seed : as of :class:`EarlyFusion`
    sounds : folder of the external sounds, a feature set with ``acoustic`` vectors like those
        of the videos and a column ``concepts``; None for none
    concepts : how many concepts are learned from the sounds, drawn by the seed, each number
        of them a part of the next; None for all
    transfer : whether J1 counts
    similarity : whether J2 counts; if not, this is the paper's DARE-sparsity
    shuffle : give the sounds each other's tags, to see what they are worth
    acoustic_units : K' where there are no sounds to say how many concepts there are
    textual_units : size of a^t
    partners : S, videos of its class and as many of others that an anchor is paired with
    same, other : candidates for these, see :class:`PairSampler`
    steps : ``alternating``, a step an objective, each with an Adagrad of its own, or ``joint``,
        one for their sum

    Attributes
    ----------
    network_ : :class:`~tfrepro.models.venue_network.VenueNetwork`
    concepts_ : names of the K' concepts; empty if there are no sounds
    taught_ : (K',) bool, which of them were learned from sounds
    history_ : ``epoch``; means ``loss`` (of the sum) and, of alternating steps, ``transfer``,
        ``similarity``, ``estimation``; of ``valid`` ``micro_f1`` and ``macro_f1``
    """

    def __init__(
        self,
        layers: int = 1,
        units: int = 1024,
        *,
        sounds: Path | None = None,
        concepts: int | None = None,
        transfer: bool = True,
        similarity: bool = True,
        shuffle: bool = False,
        acoustic_units: int = 313,
        textual_units: int = 200,
        partners: int = 1,
        same: int = 8,
        other: int = 256,
        steps: str = "alternating",
        **training,
    ):
        super().__init__(layers, units, **training)
        self.sounds = sounds
        self.concepts = concepts
        self.transfer = transfer
        self.similarity = similarity
        self.shuffle = shuffle
        self.acoustic_units = acoustic_units
        self.textual_units = textual_units
        self.partners = partners
        self.same = same
        self.other = other
        self.steps = steps

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Dare":
        """Train; without ``valid`` the last epoch's weights are kept.

        Raises ValueError for a word that is no setting, UserError if the sounds are no feature
        set.
        """
        one_of("steps", self.steps, ("alternating", "joint"))
        self._sounds, self.concepts_ = None, ()
        self.taught_ = np.zeros(self.acoustic_units, bool)
        if self.sounds is not None and SOUND in train.arrays:
            self._sounds = read_feature_set(Path(self.sounds))
            self._learn_concepts()
        return super().fit(train, valid)

    def concept_scores(self, features: FeatureSet) -> np.ndarray:
        """a^a of each video: how much of each concept is heard in it, (N, K')."""
        X = ScaledRows(SOUND, features.arrays[SOUND], self.scaling_)[:]
        return X @ keras.ops.convert_to_numpy(self.network_.mappings[SOUND].kernel)

    def _learn_concepts(self) -> None:
        tags = self._sounds.index["concepts"]
        self.concepts_ = tuple(sorted({name for names in tags for name in names}))
        order = default_rng([self.seed, 3]).permutation(len(self.concepts_))
        self.taught_ = np.zeros(len(self.concepts_), bool)
        if self.transfer:
            self.taught_[order[: self.concepts]] = True

    def _mapped(self, arrays: Arrays) -> dict[str, int]:
        sizes = {SOUND: len(self.taught_), TEXT: self.textual_units}
        return {name: size for name, size in sizes.items() if name in arrays}

    def _steps(self, train: FeatureSet, arrays: Arrays) -> Steps:
        objectives = [("estimation", self._estimation(), None)]
        if self.similarity and self.network_.mappings:
            objectives.insert(0, ("similarity", *self._similarity(train, arrays)))
        if self.taught_.any():
            objectives.insert(0, ("transfer", *self._transfer()))
        if self.steps == "joint":
            return self._joint(objectives)
        return Steps([(name, self._compiled(model), make) for name, model, make in objectives])

    def _joint(self, objectives: list[tuple]) -> Steps:
        joint = JointObjective({name: model for name, model, _ in objectives})

        def make(videos: Arrays, labels: np.ndarray):
            made = {
                name: other(videos, labels) if other else (videos, labels)
                for name, _, other in objectives
            }
            return {k: x for k, (x, _) in made.items()}, {k: y for k, (_, y) in made.items()}

        return Steps([("loss", self._compiled(joint), make)])

    def _transfer(self) -> tuple:
        """J1, and batches of clips that have a concept to learn."""
        number = {name: k for k, name in enumerate(self.concepts_)}
        tags = np.zeros((len(self._sounds), len(number)), np.float32)
        for row, names in enumerate(self._sounds.index["concepts"]):
            tags[row, [number[name] for name in names]] = 1
        if self.shuffle:
            tags = default_rng([self.seed, 4]).permutation(tags)
        rows = np.flatnonzero(tags[:, self.taught_].any(axis=1))
        X, batches = self._sounds.arrays[SOUND], shuffled_batches(rows, self.batch, self.seed)

        def make(videos: Arrays, labels: np.ndarray):
            (chosen,) = next(batches)
            return self.scaling_(SOUND, read_rows(X, chosen)), tags[chosen]

        return SoundTransfer(self.network_.mappings[SOUND], self.taught_), make

    def _similarity(self, train: FeatureSet, arrays: Arrays) -> tuple:
        """J2, and batches of pairs."""
        objective = VenueSimilarity(self.network_, self.reduction)
        rng = default_rng([self.seed, 5])
        sampler = PairSampler(arrays, train.y, self.scaling_, rng, same=self.same, other=self.other)
        anchors = max(1, self.batch // (2 * self.partners))

        def make(videos: Arrays, labels: np.ndarray):
            pairs = sampler.draw(min(anchors, len(train)), self.partners)
            return objective.pair_inputs(pairs.left, pairs.right), pairs.gamma

        return objective, make

    def save(self, folder: Path, scores: Mapping[str, float]) -> None:
        """Write the trained network and what it needs; :func:`load_dare` reads it.

        scores : of the model, for ``model.json``

        The folder is there whole or not at all.
        """
        with atomic_folder(folder) as part:
            self.network_.save(part / "network.keras")
            self.scaling_.save(part / "scaling.npz")
            facts = {
                "classes": list(self.classes_),
                "concepts": list(self.concepts_),
                "scaling": self.scaling,
                "scores": dict(scores),
            }
            write_json(part / "model.json", facts)


def load_dare(folder: Path) -> Dare:
    """A model that :meth:`Dare.save` wrote: it predicts, and says what it heard.

    The network is loaded in safe mode. Raises UserError naming the file that is missing.
    """
    for name in ("model.json", "scaling.npz", "network.keras"):
        if not (folder / name).is_file():
            raise UserError(f"{folder / name}: missing; {folder} is no DARE model")
    facts = read_json(folder / "model.json")
    dare = Dare(scaling=facts["scaling"])
    dare.scaling_ = Scaling.load(facts["scaling"], folder / "scaling.npz")
    dare.network_ = keras.models.load_model(folder / "network.keras", compile=False, safe_mode=True)
    dare.classes_, dare.concepts_ = tuple(facts["classes"]), tuple(facts["concepts"])
    return dare
