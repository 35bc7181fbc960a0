"""Networks of methods whose classes Keras does not know, in a file that it loads in safe mode."""

from collections.abc import Mapping
from typing import Any

import keras

from tfrepro.models.eastern import Eastern
from tfrepro.models.nmcl import Nmcl

SEQUENCES = {"eastern": Eastern}
VECTORS = {"nmcl": Nmcl}
# Heads of the divergence are there to be trained on alone.
NOT_NEEDED = {"nmcl": {"divergence_weight": 0.0}}


@keras.saving.register_keras_serializable("tfrepro")
class PublishedNetwork(keras.Model):
    """A method's network, with what it takes to make it again; it predicts, and is trained no more.

    Parameters
    ----------
    method : ``nmcl`` or ``eastern``
    arguments : of the method, see :class:`~tfrepro.models.nmcl.Nmcl` and
        :class:`~tfrepro.models.eastern.Eastern`
    dimensions : modality -> D
    classes : K

    Attributes
    ----------
    network : what the method makes, with its weights
    """

    def __init__(
        self,
        method: str,
        arguments: Mapping[str, Any],
        dimensions: Mapping[str, int],
        classes: int,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.settings = {
            "method": method,
            "arguments": dict(arguments),
            "dimensions": dict(dimensions),
            "classes": classes,
        }
        arguments = {**arguments, **NOT_NEEDED.get(method, {})}
        if method in SEQUENCES:
            fresh = SEQUENCES[method](**arguments).make_network(tuple(dimensions), classes)
            self.network = fresh.make_weights(dimensions)
        else:
            fresh = VECTORS[method](**arguments).make_network(dimensions, classes)
            self.network = fresh.make_weights()
        self.built = True

    @classmethod
    def of(cls, network: keras.Model, **made_from: Any) -> "PublishedNetwork":
        """One with the weights of a trained network; ``made_from`` is as of the class."""
        made = cls(**made_from)
        trained = {_name(weight): weight for weight in network.weights}
        for weight in made.network.weights:
            weight.assign(trained[_name(weight)])
        return made

    def call(self, inputs, training: bool = False):
        return self.network(inputs)

    def get_config(self):
        return {**super().get_config(), **self.settings}


def _name(weight) -> str:
    """The path of a weight within its network, whatever that is called."""
    return weight.path.partition("/")[2]
