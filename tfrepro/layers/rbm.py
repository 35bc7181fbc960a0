"""Restricted Boltzmann machines: energies, conditionals and free energies.

Conventions
-----------
D visible units v, real (Gaussian) or in [0, 1] (Bernoulli), and H hidden units h in {0, 1}, tied
by W (D, H); biases a (D,) of the visible units and b (H,) of the hidden ones. N rows. Energies
are in nats: p(v, h) = exp(-E(v, h)) / Z.

Source: musicvideo, section 3.1; G. Hinton, A practical guide to training restricted Boltzmann
machines, 2010, sections 2, 13.2 and 16.1 (free energy).
"""

import keras
from keras import ops


class Rbm(keras.layers.Layer):
    """What both kinds have in common; called on (N, D), it gives p(h = 1 | v) (N, H).

    E(v, h) = E(v) - b·h - vᵀWh, where a kind says what its visible units cost by themselves.

    Weights start normal with deviation 1/√D, biases at zero.

    Parameters
    ----------
    units : H
    seed : of the initial weights and of what is sampled, two streams of their own
    """

    def __init__(self, units: int, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed
        self._stream = keras.random.SeedGenerator(2 * seed + 1)

    def build(self, input_shape):
        inputs = input_shape[-1]
        start = keras.initializers.RandomNormal(stddev=inputs**-0.5, seed=2 * self.seed)
        self.kernel = self._weight("kernel", (inputs, self.units), start)
        self.visible_bias = self._weight("visible_bias", (inputs,), "zeros")
        self.hidden_bias = self._weight("hidden_bias", (self.units,), "zeros")
        self.built = True

    def call(self, v):
        return ops.sigmoid(self.hidden_input(v))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def hidden_input(self, v):
        """The log odds of h = 1: b + vW, (N, D) -> (N, H)."""
        return self._product(v, self.kernel) + self.hidden_bias

    def visible_input(self, h):
        """What the hidden units tell the visible ones: a + hWᵀ, (N, H) -> (N, D)."""
        return self._product(h, ops.transpose(self.kernel)) + self.visible_bias

    def visible_mean(self, h):
        """E[v | h]: (N, H) -> (N, D)."""
        raise NotImplementedError

    def sample_visible(self, h):
        """v drawn from p(v | h): (N, H) -> (N, D)."""
        raise NotImplementedError

    def visible_energy(self, v):
        """The energy of the visible units by themselves: (N, D) -> (N,) nats."""
        raise NotImplementedError

    def sample_hidden(self, v):
        """h drawn from p(h | v): (N, D) -> (N, H) of zeros and ones."""
        return self.sample(self(v))

    def sample(self, probability):
        """Zeros and ones that are one with those probabilities."""
        return draw(probability, self._stream)

    def energy(self, v, h):
        """E(v, h): (N, D), (N, H) -> (N,) nats."""
        v, h = (ops.cast(x, self.variable_dtype) for x in (v, h))
        return self.visible_energy(v) - ops.sum(self.hidden_input(v) * h, axis=-1)

    def free_energy(self, v, hidden_input=None):
        """F(v) = -log Σ_h exp(-E(v, h)) = E(v) - Σ_j log(1 + exp(b_j + (vW)_j)).

        Parameters
        ----------
        v : (N, D)
        hidden_input : (N, H) what :meth:`hidden_input` gives for v, where it is known already

        Returns
        -------
        (N,) nats; p(v) = exp(-F(v)) / Z
        """
        v = ops.cast(v, self.variable_dtype)
        if hidden_input is None:
            hidden_input = self.hidden_input(v)
        return self.visible_energy(v) - ops.sum(ops.softplus(hidden_input), axis=-1)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "seed": self.seed}

    def _weight(self, name: str, shape: tuple[int, ...], initializer):
        # Sums stay in full precision: only products follow the layer's policy.
        return self.add_weight(name=name, shape=shape, initializer=initializer, autocast=False)

    def _product(self, x, W):
        product = ops.matmul(ops.cast(x, self.compute_dtype), ops.cast(W, self.compute_dtype))
        return ops.cast(product, self.variable_dtype)


@keras.saving.register_keras_serializable("tfrepro")
class GaussianRbm(Rbm):
    """Real visible units of variance one, as standardised features have: E(v) = ½‖v - a‖².

    p(v | h) is normal with mean a + Wh and the identity as covariance.
    """

    def visible_energy(self, v):
        return 0.5 * ops.sum(ops.square(v - self.visible_bias), axis=-1)

    def visible_mean(self, h):
        return self.visible_input(h)

    def sample_visible(self, h):
        mean = self.visible_input(h)
        return mean + keras.random.normal(
            ops.shape(mean), dtype=self.variable_dtype, seed=self._stream
        )


@keras.saving.register_keras_serializable("tfrepro")
class BernoulliRbm(Rbm):
    """Visible units in {0, 1}, or the probabilities of another layer's: E(v) = -a·v."""

    def visible_energy(self, v):
        return -ops.sum(v * self.visible_bias, axis=-1)

    def visible_mean(self, h):
        return ops.sigmoid(self.visible_input(h))

    def sample_visible(self, h):
        return self.sample(self.visible_mean(h))


def draw(probability, stream: keras.random.SeedGenerator):
    """Zeros and ones that are one with those probabilities, of any shape."""
    dtype = keras.backend.standardize_dtype(probability.dtype)
    drawn = keras.random.uniform(ops.shape(probability), dtype=dtype, seed=stream)
    return ops.cast(drawn < probability, dtype)
