"""What retrieval by music is compared with: canonical correlation of the features themselves."""

from tfrepro.baselines.music_video import CcaSpace
from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet


class InitialCca:
    """Both modalities in the space of :class:`tfrepro.baselines.music_video.CcaSpace`.

    Parameters
    ----------
    components, ridge, variance, most, seed : its own

    Source: musicvideo, section 4.1, "CCA of initial feature".
    """

    def __init__(self, components: int, ridge: float, variance: float, most: int, seed: int = 0):
        self.components = components
        self.ridge = ridge
        self.variance = variance
        self.most = most
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "InitialCca":
        self.space_ = CcaSpace(
            self.components, self.ridge, self.variance, self.most, seed=self.seed
        ).fit(train.arrays["visual"], train.arrays["acoustic"])
        return self

    def embed(self, test: FeatureSet) -> Embeddings:
        """Weighted projections of length one: (N, components)."""
        visual, acoustic = (self.space_.project(m, test.arrays[m]) for m in ("visual", "acoustic"))
        return Embeddings.in_one_space(visual, acoustic)
