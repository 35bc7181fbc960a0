"""MDL: a multimodal dictionary learned without labels, and a softmax classifier of its codes."""

from tfrepro.baselines.dictionary.classifiers import SOFTMAX
from tfrepro.baselines.dictionary.method import DictionaryMethod


class Mdl(DictionaryMethod):
    """Joint-sparse codes of all modalities, side by side, into a softmax.

    The paper cites a shift-invariant audio-visual dictionary, which does not apply to one
    vector a video; this is the unsupervised stage of MTDL.

    Parameters and attributes are those of
    :class:`~tfrepro.baselines.dictionary.method.DictionaryMethod`.

    Source: "MDL", DARE, section 5.2.
    """

    classifier = SOFTMAX
