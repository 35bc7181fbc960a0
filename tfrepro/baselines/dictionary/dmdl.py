"""DMDL: a multimodal dictionary learned without labels, and a linear classifier a modality."""

from tfrepro.baselines.dictionary.classifiers import QUADRATIC
from tfrepro.baselines.dictionary.method import DictionaryMethod


class Dmdl(DictionaryMethod):
    """Least squares from the code of each modality to the one-hot label, then a joint vote.

    The decision is argmin_c Σ_s ‖ŷ^s − e_c‖², with ŷ^s = α^s W^s. Probabilities are the softmax
    of −½ Σ_s ‖ŷ^s − e_c‖²: those of a class, all alike beforehand, that each ŷ^s is off by
    noise of unit variance. Since ‖ŷ − e_c‖² = ‖ŷ‖² + 1 − 2 ŷ_c, that is the softmax of Σ_s ŷ^s_c,
    and the most likely class is the nearest. They rank the classes; they are never confident.

    Parameters and attributes are those of
    :class:`~tfrepro.baselines.dictionary.method.DictionaryMethod`.

    Source: "DMDL", EASTERN, section 5.2; S. Bahrampour et al., 2016, section IV.
    """

    classifier = QUADRATIC
