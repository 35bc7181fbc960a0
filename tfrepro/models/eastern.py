"""EASTERN: parallel LSTMs, a common space, and a dictionary that the modalities share.

An LSTM of its own reads each modality m; h_m is its state after the last step. A linear map
takes it to x_m = W_m h_m + b_m in a common space of n dimensions, where x_m has the code
max(0, x_m W + b) over a dictionary of K atoms, the same for all modalities. A softmax of the
codes, side by side, tells the class.

With 500, 300 and 80 units, n = 150 and K = 100 the network has 10,381,692 parameters for the
paper's inputs (4,096, 512 and 100 numbers a step) and 22 classes.

Source: M. Liu et al., Towards Micro-video Understanding by Joint Sequential-Sparse Modeling,
section 4 and Table 4. What the paper leaves open: Adam's rate of 1e-3, batches of 128,
50 epochs, the initial weights, and inputs standardised by the training part.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tfrepro.models.sequence_classifier import (
    SequenceClassifier,
    SequenceNetwork,
    linear_maps,
    parallel_lstms,
    shared_dictionary,
)

UNITS: Mapping[str, int] = MappingProxyType({"visual": 500, "acoustic": 300, "textual": 80})
COMMON = 150
ATOMS = 100


class EasternNetwork(SequenceNetwork):
    """The paper's network; see :class:`SequenceNetwork` for what goes in and comes out.

    Parameters
    ----------
    units : modality -> H_m; these are its modalities
    common : n
    atoms : K
    """

    def __init__(self, units: Mapping[str, int], common: int, atoms: int, classes: int, seed: int):
        super().__init__(classes, seed)
        self.lstms = parallel_lstms(units, seed)
        self.maps = linear_maps(units, common, seed)
        self.dictionary = shared_dictionary(atoms, seed)

    def represent(self, inputs):
        states = {name: lstm(*inputs[name]) for name, lstm in self.lstms.items()}
        return self.dictionary([self.maps[name](h) for name, h in states.items()])


class Eastern(SequenceClassifier):
    """Learns classes of micro-videos from the sequences of their modalities.

    Parameters
    ----------
    units : modality -> units of its LSTM
    common : dimensions of the common space
    atoms : of the dictionary
    training : arguments of :class:`SequenceClassifier`
    """

    def __init__(
        self,
        *,
        units: Mapping[str, int] = UNITS,
        common: int = COMMON,
        atoms: int = ATOMS,
        **training,
    ):
        super().__init__(**training)
        self.units = units
        self.common = common
        self.atoms = atoms

    def make_network(self, modalities: Sequence[str], classes: int) -> EasternNetwork:
        units = {name: self.units[name] for name in modalities}
        return EasternNetwork(units, self.common, self.atoms, classes, self.seed)
