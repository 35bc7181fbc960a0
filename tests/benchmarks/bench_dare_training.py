"""Training videos a second of DARE at the paper's sizes: ours against the same in PyTorch.

Run by hand where PyTorch is installed, which this project does not need:
``PYTHONPATH=<folder with torch> python tests/benchmarks/bench_dare_training.py --threads 1``.
A step is what there is for a batch of 512 videos: J1 on 512 clips, J2 on 512 pairs and J3 on
the videos, one after another, each with an Adagrad of its own. Batches are the same for both,
and so are the pairs, which are drawn beforehand: drawing them is in neither time, and printed
apart. First, without dropout and at a rate that shows, the losses of some steps from the same
weights must agree. They then take turns, so that other work on the machine slows both alike;
ratios are of the same round, to the faster of PyTorch's plain Adagrad and its ``foreach``; its
``fused`` one is printed too. Where others use the cores, PyTorch's threads lose more than ours
by waiting for each other: one thread is the fairer comparison.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from itertools import cycle

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from tfrepro.features.scaling import Scaling
from tfrepro.models.dare_objectives import SoundTransfer, VenueEstimation, VenueSimilarity
from tfrepro.models.early_fusion import ACCUMULATED, Steps
from tfrepro.models.pair_sampling import PairSampler
from tfrepro.models.training import compile_network
from tfrepro.models.venue_network import VenueNetwork

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    print("PyTorch is not installed: nothing to compare with")
    sys.exit()

DIMENSIONS = {"visual": 4096, "acoustic": 200, "textual": 100}
CONCEPTS, TEXTS, HIDDEN, CLASSES = 313, 200, 1024, 188
BATCH, RATE, DROPOUT, STD = 512, 0.005, 0.1, 0.01
SHOWING = 0.5  # a rate at which four steps change every loss
BATCHES, STEPS = 4, 4
KINDS = {"plain": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}
TARGET = 1.2


def batches() -> tuple[list[tuple], float]:
    """Clips and tags, pairs, videos and labels of some steps; seconds to draw the pairs of one."""
    rng = np.random.default_rng(0)
    arrays = {
        name: rng.standard_normal((8 * BATCH, D), dtype=np.float32)
        for name, D in DIMENSIONS.items()
    }
    scaling, y = Scaling("unit"), rng.integers(0, CLASSES, 8 * BATCH)
    sampler, made, seconds = PairSampler(arrays, y, scaling, rng), [], []
    for _ in range(BATCHES):
        start = time.perf_counter()
        pairs = sampler.draw(BATCH // 2)
        seconds.append(time.perf_counter() - start)
        clips = rng.standard_normal((BATCH, DIMENSIONS["acoustic"]), dtype=np.float32)
        tags = (rng.random((BATCH, CONCEPTS)) < 3 / CONCEPTS).astype(np.float32)
        rows = rng.permutation(len(y))[:BATCH]
        videos = {name: scaling(name, X[rows]) for name, X in arrays.items()}
        made.append(((scaling("acoustic", clips), tags), pairs, (videos, y[rows])))
    return made, min(seconds)


class Ours:
    """DARE's network and steps, on given batches."""

    def __init__(self, dropout: float, rate: float):
        self.network = VenueNetwork(
            DIMENSIONS,
            CLASSES,
            mapped={"acoustic": CONCEPTS, "textual": TEXTS},
            hidden=[HIDDEN],
            dropout=dropout,
            init_std=STD,
            seed=0,
        )
        self.network.build()
        similarity = VenueSimilarity(self.network, "sum")
        objectives = {
            "transfer": (
                SoundTransfer(self.network.mappings["acoustic"], np.ones(CONCEPTS)),
                lambda videos, y: self.clips,
            ),
            "similarity": (
                similarity,
                lambda videos, y: (
                    similarity.pair_inputs(self.pairs.left, self.pairs.right),
                    self.pairs.gamma,
                ),
            ),
            "estimation": (VenueEstimation(self.network, "squared", "sum"), None),
        }
        for objective, _ in objectives.values():
            optimizer = keras.optimizers.Adagrad(rate, initial_accumulator_value=ACCUMULATED)
            compile_network(objective, optimizer, steps=1)
        self.steps = Steps([(name, *of_one) for name, of_one in objectives.items()])

    def train(self, batch: tuple) -> None:
        self.clips, self.pairs, videos = batch
        self.steps.step(*videos)

    def losses(self, batch: tuple) -> list[float]:
        """J1, J2 and J3 of a step that is trained."""
        self.steps.start()
        self.train(batch)
        logs = self.steps.logs()
        return [logs[name] for name in ("transfer", "similarity", "estimation")]


class EagerNetwork(nn.Module):
    """The paper's model as one would write it in PyTorch."""

    def __init__(self, dropout: float):
        super().__init__()
        self.acoustic = nn.Linear(DIMENSIONS["acoustic"], CONCEPTS, bias=False)
        self.textual = nn.Linear(DIMENSIONS["textual"], TEXTS, bias=False)
        self.tower = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(DIMENSIONS["visual"] + CONCEPTS + TEXTS, HIDDEN),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(HIDDEN, CLASSES),
        )

    def concepts(self, x):
        parts = [x["visual"], self.acoustic(x["acoustic"]), self.textual(x["textual"])]
        return torch.cat(parts, dim=1)

    def transfer(self, clips, tags):
        return (self.acoustic(clips) - tags).square().sum(1).mean()

    def similarity(self, left, right, gamma):
        return -F.logsigmoid(gamma * (self.concepts(left) * self.concepts(right)).sum(1)).sum()

    def estimation(self, videos, y):
        P = self.tower(self.concepts(videos)).softmax(1)
        return 0.5 * (F.one_hot(y, CLASSES) - P).square().sum()

    @torch.no_grad()
    def copy_weights(self, network: VenueNetwork) -> None:
        for name, mapping in network.mappings.items():
            getattr(self, name).weight.copy_(torch.from_numpy(np.array(mapping.kernel).T))
        layers = [layer for layer in self.tower if isinstance(layer, nn.Linear)]
        for layer, source in zip(layers, network.tower, strict=True):
            *kernels, bias = source.get_weights()
            layer.weight.copy_(torch.from_numpy(np.concatenate(kernels).T))
            layer.bias.copy_(torch.from_numpy(bias))


class Eager:
    """The eager network with an optimiser for each objective."""

    def __init__(self, dropout: float, rate: float, twin: VenueNetwork, kind: str):
        self.network = EagerNetwork(dropout)
        self.network.copy_weights(twin)
        self.optimizers = [
            torch.optim.Adagrad(
                self.network.parameters(),
                rate,
                initial_accumulator_value=ACCUMULATED,
                eps=1e-7,
                **KINDS[kind],
            )
            for _ in range(3)
        ]

    def losses(self, batch: tuple) -> list[float]:
        """J1, J2 and J3 of a step that is trained."""
        clips, pairs, (videos, y) = batch
        left, right, videos = map(_tensors, (pairs.left, pairs.right, videos))
        return [
            self._step(self.optimizers[0], self.network.transfer, *map(torch.from_numpy, clips)),
            self._step(
                self.optimizers[1],
                self.network.similarity,
                left,
                right,
                torch.from_numpy(pairs.gamma),
            ),
            self._step(self.optimizers[2], self.network.estimation, videos, torch.from_numpy(y)),
        ]

    train = losses

    def _step(self, optimizer: torch.optim.Optimizer, objective: Callable, *inputs) -> float:
        loss = objective(*inputs)
        self.network.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())


def _tensors(block: dict) -> dict:
    return {name: torch.from_numpy(X) for name, X in block.items()}


def losses_agree(made: list[tuple]) -> bool:
    """Whether some steps without dropout cost both the same."""
    ours = Ours(0.0, SHOWING)
    eager = Eager(0.0, SHOWING, ours.network, "plain")
    found = np.array([[each.losses(batch) for each in (ours, eager)] for batch in made])
    for step, (mine, theirs) in enumerate(found, 1):
        print(f"J1, J2, J3 of step {step}: ours {mine.round(4)}, eager {theirs.round(4)}")
    return np.allclose(found[:, 0], found[:, 1], rtol=1e-3)


def videos_per_second(train: Callable, stream) -> float:
    start = time.perf_counter()
    for _ in range(STEPS):
        train(next(stream))
    return STEPS * BATCH / (time.perf_counter() - start)


def main(rounds: int, threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    torch.set_num_threads(threads)
    made, drawing = batches()
    print(f"batches of {BATCH}, {threads} threads, load {os.getloadavg()}")
    print(f"pairs of a step are drawn in {1000 * drawing:.0f} ms, which is not counted")
    agree = losses_agree(made)
    ours, stream = Ours(DROPOUT, RATE), cycle(made)
    eager = {kind: Eager(DROPOUT, RATE, ours.network, kind) for kind in KINDS}
    rows = []
    for number in range(rounds + 1):
        each = [videos_per_second(one.train, stream) for one in (ours, *eager.values())]
        if number:  # the first makes ready
            rows.append(each)
            print(f"round {number}, videos/s:", np.round(each))
    mine, plain, foreach, fused = np.array(rows).T
    ratio = float(np.median(mine / np.maximum(plain, foreach)))
    print(
        f"videos/s: ours {np.median(mine):.0f}, plain {np.median(plain):.0f}, "
        f"foreach {np.median(foreach):.0f}, fused {np.median(fused):.0f}; "
        f"ratio to the faster of plain and foreach {ratio:.2f}, "
        f"to fused {np.median(mine / fused):.2f}"
    )
    if not agree:
        sys.exit("they do not train the same model")
    if ratio < TARGET:
        sys.exit(f"less than {TARGET} times as fast")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    given = parser.parse_args()
    main(given.rounds, given.threads)
