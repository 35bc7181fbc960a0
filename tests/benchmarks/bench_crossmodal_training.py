"""Training examples a second of the paper's model: ours against the same in eager PyTorch.

Run by hand where PyTorch is installed, which this project does not need:
``PYTHONPATH=<folder with torch> python tests/benchmarks/bench_crossmodal_training.py``.
Same batches, sizes, losses, clipping and optimiser, on the same cores; both start from
the same weights, so their first losses must agree. They take turns, so that other work
on the machine slows both alike; ratios are of the same round.

Timed are steps before λ counts, when ours leaves the classifier alone, and steps with it.
The paper's schedule is 10,000 of the one and 14,000 of the other. The eager network is timed
as the published code has it, where λ = 0 is a factor, and with a branch of its own.
``--precision bfloat16`` gives both bfloat16 products.
"""

import argparse
import os
import sys
import time
from itertools import pairwise

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import torch
from torch import nn
from torch.nn import functional as F

from tfrepro.models.crossmodal import (
    ACOUSTIC_UNITS,
    VISUAL_UNITS,
    CrossModalNetwork,
    paper_optimizer,
)
from tfrepro.models.negative_sampling import label_matrix, mispaired_batches
from tfrepro.models.training import compile_network, train_compiled

BATCH, CLASSES, STEPS = 1024, 3862, 8
BEFORE, AFTER = 10_000, 14_000  # steps of the paper's schedule: λ = 0, and λ = 0.02
NEVER = 10**9
LABEL_WEIGHT, WEIGHT_DECAY, RATE, EPSILON = 0.02, 1e-8, 1e-4, 1e-5
TARGET = 1.2


class EagerNetwork(nn.Module):
    """The paper's model as one would write it in PyTorch."""

    def __init__(self):
        super().__init__()
        self.visual = self._tower(1024, VISUAL_UNITS)
        self.acoustic = self._tower(128, ACOUSTIC_UNITS)
        self.classifier = nn.Linear(VISUAL_UNITS[-1], CLASSES)

    @staticmethod
    def _tower(inputs: int, units: tuple[int, ...]) -> nn.Sequential:
        pairs = pairwise((inputs, *units))
        return nn.Sequential(*(part for pair in pairs for part in (nn.Linear(*pair), nn.ReLU())))

    def copy_weights(self, network: CrossModalNetwork) -> None:
        layers = [
            layer
            for tower in (self.visual, self.acoustic, [self.classifier])
            for layer in tower
            if isinstance(layer, nn.Linear)
        ]
        variables = iter(network.trainable_variables)
        with torch.no_grad():
            for layer in layers:
                layer.weight.copy_(torch.from_numpy(np.array(next(variables)).T))
                layer.bias.copy_(torch.from_numpy(np.array(next(variables))))

    def loss(self, visual, acoustic, targets, label_weight):
        """Without the labels, and the classifier, if ``label_weight`` is None."""
        length = torch.cat([visual, acoustic], 1).norm(dim=1, keepdim=True)
        v = F.normalize(self.visual(visual / length), dim=1)
        a = F.normalize(self.acoustic(acoustic / length), dim=1)
        cosine = (v * a).sum(1)
        pairing = torch.where(targets["negative"] > 0, F.relu(cosine - 0.2) / 0.8, 1 - cosine)
        decay = sum(w.square().sum() for w in self.parameters() if w.ndim == 2)
        loss = pairing.mean() + 0.5 * WEIGHT_DECAY * decay
        if label_weight is None:
            return loss
        entropy = sum(
            self._cross_entropy(torch.sigmoid(self.classifier(x)), targets[f"{name}_labels"])
            for name, x in (("visual", v), ("acoustic", a))
        )
        return loss + label_weight * entropy.sqrt()

    @staticmethod
    def _cross_entropy(P, labels):
        p = P.gather(1, labels.clamp(min=0).long())
        instead = torch.log(p + EPSILON) - torch.log(1 - p + EPSILON)
        absent = torch.log(1 - P + EPSILON).sum(1)
        return -(absent + (instead * (labels >= 0)).sum(1)).mean()


def examples() -> tuple:
    """Features and labels of four batches of videos."""
    rng = np.random.default_rng(0)
    visual = 0.5 * rng.standard_normal((4 * BATCH, 1024), dtype=np.float32)
    acoustic = 0.7 * rng.standard_normal((4 * BATCH, 128), dtype=np.float32)
    return visual, acoustic, label_matrix(rng.integers(0, CLASSES, (4 * BATCH, 3)), CLASSES)


def batches(data: tuple):
    return mispaired_batches(*data, batch=BATCH, probability=0.6, seed=0)


def train_ours(network: CrossModalNetwork, data: tuple, steps: int) -> float:
    """Train on so many batches; the loss, averaged over them."""
    return train_compiled(network, batches(data), steps, epochs=1)["loss"][-1]


class Eager:
    """The eager network with its optimiser."""

    def __init__(self, twin: CrossModalNetwork, low: bool):
        self.network = EagerNetwork()
        self.network.copy_weights(twin)
        self.optimizer = torch.optim.Adam(self.network.parameters(), RATE)
        self.low = low

    def train(self, data: tuple, label_weight: float | None, steps: int = STEPS) -> float:
        """The loss, averaged over the steps."""
        total, stream = 0.0, batches(data)
        for _ in range(steps):
            (visual, acoustic), targets = next(stream)
            visual, acoustic = torch.from_numpy(visual), torch.from_numpy(acoustic)
            targets = {name: torch.from_numpy(value) for name, value in targets.items()}
            with torch.autocast("cpu", torch.bfloat16, enabled=self.low):
                loss = self.network.loss(visual, acoustic, targets, label_weight)
            self.optimizer.zero_grad()
            loss.backward()
            for parameter in self.network.parameters():
                if parameter.grad is not None:
                    nn.utils.clip_grad_norm_(parameter, 1.0)
            self.optimizer.step()
            total += float(loss.detach())
        return total / steps


def our_network(label_start: int) -> CrossModalNetwork:
    network = CrossModalNetwork(CLASSES, label_start=label_start, weight_decay=WEIGHT_DECAY)
    network.build([(None, 1024), (None, 128)])
    compile_network(network, paper_optimizer(RATE, BATCH), STEPS)
    return network


def seconds(train, *arguments) -> float:
    start = time.perf_counter()
    train(*arguments)
    return (time.perf_counter() - start) / STEPS


def schedule(before: float, after: float) -> float:
    """Seconds a step, over the paper's schedule."""
    return (BEFORE * before + AFTER * after) / (BEFORE + AFTER)


def main(rounds: int, threads: int, precision: str) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    torch.set_num_threads(threads)
    low = precision == "bfloat16"
    keras.config.set_dtype_policy("mixed_bfloat16" if low else "float32")
    early, late = our_network(NEVER), our_network(0)
    eager, data = Eager(late, low), examples()
    print(f"batches of {BATCH}, {precision}, {threads} threads, load {os.getloadavg()}")
    first = train_ours(late, data, STEPS), eager.train(data, LABEL_WEIGHT)
    print(f"loss of the first {STEPS} batches: ours {first[0]:.5f}, eager {first[1]:.5f}")
    train_ours(early, data, STEPS)
    rows = []
    for number in range(rounds):
        rows.append(
            [
                seconds(train_ours, early, data, STEPS),
                seconds(train_ours, late, data, STEPS),
                seconds(eager.train, data, None),
                seconds(eager.train, data, LABEL_WEIGHT),
            ]
        )
        print(f"round {number + 1}, ms a step:", np.round(1000 * np.array(rows[-1])))
    ratio = report(np.array(rows))
    if abs(first[0] - first[1]) > (1e-2 if low else 1e-3) * first[1]:
        sys.exit("the two do not train the same model")
    if ratio < TARGET:
        sys.exit(f"less than {TARGET} times as fast")


def report(rows: np.ndarray) -> float:
    """Print what (rounds, 4) times say; the ratio that the target is for."""
    before, after, eager_before, eager_after = rows.T
    ours = schedule(before, after)
    ratio = float(np.median(eager_after / ours))
    print(
        f"examples/s over the paper's schedule: ours {BATCH / np.median(ours):.0f}, "
        f"eager {BATCH / np.median(eager_after):.0f}\n"
        f"ratio over the schedule {ratio:.2f}; "
        f"to an eager network that leaves out the classifier while λ is 0 "
        f"{np.median(schedule(eager_before, eager_after) / ours):.2f}\n"
        f"ratio of steps before λ counts {np.median(eager_before / before):.2f}, "
        f"of steps with it {np.median(eager_after / after):.2f}"
    )
    return ratio


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    given = parser.parse_args()
    main(given.rounds, given.threads, given.precision)
