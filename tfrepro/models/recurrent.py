"""EASTERN's deep rivals, each of them EASTERN without, or with another, one of its parts.

=========  ==================================================  ==========
method     what reads a modality                               dictionary
=========  ==================================================  ==========
`Eastern`  an LSTM of its own, then a linear map               shared
`Lstms`    an LSTM of its own                                  none
`LstmDl`   a linear map of every step, then one LSTM for all   shared
`Conv`     the mean over time, then a linear map               shared
=========  ==================================================  ==========

Source: EASTERN, sections 5.2 and 5.5. Its results of LSTM+DL are those of a method that always
answers with the commonest class; a network that learns will not repeat them.
"""

from collections.abc import Mapping, Sequence

from keras import ops

from tfrepro.layers.masked_lstm import MaskedLstm
from tfrepro.layers.time_mean import time_mean
from tfrepro.models.eastern import ATOMS, COMMON, UNITS
from tfrepro.models.sequence_classifier import (
    SequenceClassifier,
    SequenceNetwork,
    linear_maps,
    parallel_lstms,
    shared_dictionary,
)


class LstmsNetwork(SequenceNetwork):
    """The states of parallel LSTMs, side by side.

    Parameters
    ----------
    units : modality -> H_m; these are its modalities
    """

    def __init__(self, units: Mapping[str, int], classes: int, seed: int):
        super().__init__(classes, seed)
        self.lstms = parallel_lstms(units, seed)

    def represent(self, inputs):
        states = [lstm(*inputs[name]) for name, lstm in self.lstms.items()]
        return ops.concatenate(states, axis=1)


class LstmDlNetwork(SequenceNetwork):
    """Codes of the states of one LSTM, which reads every modality.

    The modalities differ in size, and the paper does not say how one LSTM can read them: here
    a linear map takes each step to the common space first.

    Parameters
    ----------
    common : n, dimensions of the common space and units of the LSTM
    atoms : K
    """

    def __init__(self, modalities: Sequence[str], common: int, atoms: int, classes: int, seed: int):
        super().__init__(classes, seed)
        self.maps = linear_maps(modalities, common, seed)
        self.lstm = MaskedLstm(common, 10 * seed + 7, name="shared_lstm")
        self.dictionary = shared_dictionary(atoms, seed)

    def represent(self, inputs):
        states = []
        for name, linear in self.maps.items():
            steps, lengths = inputs[name]
            states.append(self.lstm(linear(steps), lengths))
        return self.dictionary(states)


class ConvNetwork(SequenceNetwork):
    """Codes of the means over time, which know nothing of order.

    Parameters
    ----------
    common : n
    atoms : K
    """

    def __init__(self, modalities: Sequence[str], common: int, atoms: int, classes: int, seed: int):
        super().__init__(classes, seed)
        self.maps = linear_maps(modalities, common, seed)
        self.dictionary = shared_dictionary(atoms, seed)

    def represent(self, inputs):
        return self.dictionary(
            [linear(time_mean(*inputs[name])) for name, linear in self.maps.items()]
        )


class Lstms(SequenceClassifier):
    """Parallel LSTMs whose states go right to the softmax.

    Parameters
    ----------
    units : modality -> units of its LSTM
    training : arguments of :class:`SequenceClassifier`
    """

    def __init__(self, *, units: Mapping[str, int] = UNITS, **training):
        super().__init__(**training)
        self.units = units

    def make_network(self, modalities: Sequence[str], classes: int) -> LstmsNetwork:
        units = {name: self.units[name] for name in modalities}
        return LstmsNetwork(units, classes, self.seed)


class _WithDictionary(SequenceClassifier):
    """A method with a common space and a dictionary, the same sizes for every modality.

    Parameters
    ----------
    common : dimensions of the common space
    atoms : of the dictionary
    training : arguments of :class:`SequenceClassifier`
    """

    def __init__(self, *, common: int = COMMON, atoms: int = ATOMS, **training):
        super().__init__(**training)
        self.common = common
        self.atoms = atoms


class LstmDl(_WithDictionary):
    """One LSTM for all modalities, of ``common`` units, then the dictionary."""

    def make_network(self, modalities: Sequence[str], classes: int) -> LstmDlNetwork:
        return LstmDlNetwork(modalities, self.common, self.atoms, classes, self.seed)


class Conv(_WithDictionary):
    """The dictionary on means over time, without any LSTM."""

    def make_network(self, modalities: Sequence[str], classes: int) -> ConvNetwork:
        return ConvNetwork(modalities, self.common, self.atoms, classes, self.seed)
