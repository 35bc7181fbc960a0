"""MTDL: multimodal task-driven dictionary learning."""

from tfrepro.baselines.dictionary.classifiers import QUADRATIC
from tfrepro.baselines.dictionary.method import TaskDrivenMethod


class Mtdl(TaskDrivenMethod):
    """Starts as :class:`~tfrepro.baselines.dictionary.dmdl.Dmdl`, then learns from the labels.

    Dictionaries and classifiers together follow the gradient of the squared errors,
    Σ_s ½ ‖e_y − α^s W^s‖², through the joint-sparse codes. Decision and probabilities are DMDL's.

    Parameters and attributes are those of
    :class:`~tfrepro.baselines.dictionary.method.TaskDrivenMethod`.

    Source: "MTDL", DARE, section 5.2; S. Bahrampour et al., Multimodal Task-Driven Dictionary
    Learning for Image Classification, 2016.
    """

    classifier = QUADRATIC
