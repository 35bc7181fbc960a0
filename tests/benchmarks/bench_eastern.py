"""Training videos a second of EASTERN at the paper's sizes: ours against eager PyTorch.

Run by hand where PyTorch is installed, which this project does not need:
``PYTHONPATH=<folder with torch> python tests/benchmarks/bench_eastern.py --threads 1``.
Same batches, sizes, loss and optimiser, on the same cores; both start from the same weights,
so the losses of the first batch must agree. They take turns, so that other work on the
machine slows both alike. The eager network reads its sequences plain, taking the state at
each one's end, and packed; the ratio is to the faster of the two.
"""

import argparse
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from tfrepro.models.eastern import ATOMS, COMMON, UNITS, EasternNetwork
from tfrepro.models.training import compile_network, train_compiled

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
    from torch.nn.utils.rnn import pack_padded_sequence
except ImportError:
    print("PyTorch is not installed: nothing to compare with")
    sys.exit()

BATCH, CLASSES, STEPS, RATE = 128, 22, 4, 1e-3
SIZES = {"visual": (12, 4096), "acoustic": (6, 512), "textual": (20, 100)}  # T, D
TARGET = 1.0


class EagerNetwork(nn.Module):
    """The paper's model as one would write it in PyTorch."""

    def __init__(self, packed: bool):
        super().__init__()
        self.packed = packed
        self.lstms = nn.ModuleDict(
            {name: nn.LSTM(D, UNITS[name], batch_first=True) for name, (_, D) in SIZES.items()}
        )
        self.maps = nn.ModuleDict({name: nn.Linear(H, COMMON) for name, H in UNITS.items()})
        self.dictionary = nn.Conv2d(1, ATOMS, (COMMON, 1))
        self.classifier = nn.Linear(len(SIZES) * ATOMS, CLASSES)

    def forward(self, inputs):
        columns = [self.maps[name](self._state(name, *inputs[name])) for name in SIZES]
        codes = F.relu(self.dictionary(torch.stack(columns, dim=2)[:, None]))
        return self.classifier(codes.squeeze(2).transpose(1, 2).flatten(1))

    def _state(self, name, x, lengths):
        if self.packed:
            x = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            return self.lstms[name](x)[1][0][0]
        states = self.lstms[name](x)[0]
        return states[torch.arange(len(x)), lengths - 1]

    @torch.no_grad()
    def copy_weights(self, network: EasternNetwork) -> None:
        for name in SIZES:
            kernel, recurrent, bias = map(_gates_of_torch, network.lstms[name].get_weights())
            lstm = self.lstms[name]
            lstm.weight_ih_l0.copy_(kernel.T)
            lstm.weight_hh_l0.copy_(recurrent.T)
            lstm.bias_ih_l0.copy_(bias)
            lstm.bias_hh_l0.zero_()
            _copy_dense(self.maps[name], network.maps[name])
        kernel, bias = map(torch.from_numpy, network.dictionary.get_weights())
        self.dictionary.weight.copy_(kernel.T[:, None, :, None])
        self.dictionary.bias.copy_(bias)
        _copy_dense(self.classifier, network.classifier)


def _gates_of_torch(weight: np.ndarray) -> torch.Tensor:
    i, f, o, g = np.split(weight, 4, axis=-1)
    return torch.from_numpy(np.concatenate([i, f, g, o], axis=-1))


def _copy_dense(layer: nn.Linear, source: keras.layers.Dense) -> None:
    kernel, bias = map(torch.from_numpy, source.get_weights())
    layer.weight.copy_(kernel.T)
    layer.bias.copy_(bias)


def batches(seed: int = 0):
    """The same four batches again and again; texts have 1 to 20 words."""
    rng, made = np.random.default_rng(seed), []
    for _ in range(STEPS):
        inputs = {
            name: (
                rng.standard_normal((BATCH, T, D), dtype=np.float32),
                rng.integers(1 if name == "textual" else T, T + 1, BATCH).astype(np.int32),
            )
            for name, (T, D) in SIZES.items()
        }
        made.append((inputs, rng.integers(0, CLASSES, BATCH).astype(np.int32)))
    while True:
        yield from made


def for_torch(batch: tuple) -> tuple:
    inputs, y = batch
    tensors = {
        name: (torch.from_numpy(x), torch.from_numpy(lengths).long())
        for name, (x, lengths) in inputs.items()
    }
    return tensors, torch.from_numpy(y).long()


class Eager:
    """An eager network with its optimiser."""

    def __init__(self, twin: EasternNetwork, packed: bool):
        self.network = EagerNetwork(packed)
        self.network.copy_weights(twin)
        self.optimizer = torch.optim.Adam(self.network.parameters(), RATE)

    def loss(self, batch: tuple) -> torch.Tensor:
        inputs, y = for_torch(batch)
        return F.cross_entropy(self.network(inputs), y)

    def train(self, stream) -> None:
        for _ in range(STEPS):
            loss = self.loss(next(stream))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()


def our_network() -> EasternNetwork:
    network = EasternNetwork(UNITS, COMMON, ATOMS, CLASSES, seed=0)
    network.make_weights({name: D for name, (_, D) in SIZES.items()})
    compile_network(network, keras.optimizers.Adam(RATE), STEPS)
    return network


def videos_per_second(train, *arguments) -> float:
    start = time.perf_counter()
    train(*arguments)
    return STEPS * BATCH / (time.perf_counter() - start)


def main(rounds: int, threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    torch.set_num_threads(threads)
    stream, ours = batches(), our_network()
    plain, packed = Eager(ours, packed=False), Eager(ours, packed=True)
    inputs, y = first = next(stream)
    losses = [float(ours.compute_loss(inputs, y, ours(inputs)))]
    losses += [float(eager.loss(first).detach()) for eager in (plain, packed)]
    print(f"batches of {BATCH}, {threads} threads, load {os.getloadavg()}")
    print("loss of the first batch: ours {:.6f}, plain {:.6f}, packed {:.6f}".format(*losses))
    start = time.perf_counter()
    train_compiled(ours, stream, STEPS, 1)
    print(f"{time.perf_counter() - start:.1f} s for the first {STEPS} steps, with compilation")
    rows = []
    for number in range(rounds):
        rows.append(
            [
                videos_per_second(train_compiled, ours, stream, STEPS, 1),
                videos_per_second(plain.train, stream),
                videos_per_second(packed.train, stream),
            ]
        )
        print(f"round {number + 1}, videos/s:", np.round(rows[-1], 1))
    mine, *eager = np.array(rows).T
    ratio = float(np.median(mine / np.maximum(*eager)))
    print(
        f"videos/s: ours {np.median(mine):.1f}, plain {np.median(eager[0]):.1f}, "
        f"packed {np.median(eager[1]):.1f}; ratio to the faster {ratio:.2f}"
    )
    if np.ptp(losses) > 1e-4:
        sys.exit("they do not train the same model")
    if ratio < TARGET:
        sys.exit(f"less than {TARGET} times as fast")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    given = parser.parse_args()
    main(given.rounds, given.threads)
