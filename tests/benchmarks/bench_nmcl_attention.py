"""NMCL's attention net, forwards and backwards: speed and peak memory against its plain form.

Run by hand: ``python tests/benchmarks/bench_nmcl_attention.py --threads 1``; with PyTorch, which
this project does not need, as ``PYTHONPATH=<folder with torch> python ...``. A step is the mean
cross entropy of 128 videos over 188 classes, from 2,604 features, and its gradients towards the
features, Ω, W and z. The plain form multiplies out the features as every class weighs them. All
forms start from the same numbers, and without dropout their losses and gradients must agree.

Nearly all of the time goes into three matrix products that every form has, close to the peak of
the processor, so without dropout none can be much faster than another; that is shown first. With
dropout ours does not compute the units that are dropped, while the plain forms do what
their frameworks' dropout does; the targets are of training with NMCL's rate. The forms take
turns, so that other work on the machine slows them alike, and ratios are of the same round. Peak
memory is measured in a process of its own for each form: what the resident set grows by in
steps of 128 videos, after a step of two.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from bench_streaming import peak_memory
from keras import ops

from tfrepro.layers.class_attention import ClassAttention, class_logits

try:
    import torch
    from torch.nn import functional
except ImportError:
    torch = None

BATCH, CLASSES, FEATURES, UNITS = 128, 188, 2604, 256
DROPOUT = 0.5
FASTER, SMALLER, FASTER_THAN_TORCH = 1.5, 5.0, 1.2
SAME = 0.95  # of the numbers


def numbers(rows: int) -> tuple[list[np.ndarray], np.ndarray]:
    """x, Ω, W and z, and the classes."""
    rng = np.random.default_rng(0)
    shapes = (rows, FEATURES), (FEATURES, CLASSES), (FEATURES, UNITS), (CLASSES, UNITS)
    made = [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]
    made[2] /= FEATURES**0.5
    made[3] /= UNITS**0.5
    return made, rng.integers(0, CLASSES, rows)


class Form:
    """A form of the net in TensorFlow: a step gives its loss and the four gradients."""

    def __init__(self, dropout: float):
        self.dropping = keras.layers.Dropout(dropout, seed=0)

    def logits(self, x, scores, kernel, vectors):
        """The plain form."""
        weighed = ops.expand_dims(x, 1) * ops.expand_dims(ops.transpose(scores), 0)
        theta = self.dropping(ops.relu(ops.matmul(weighed, kernel)), training=True)
        return ops.sum(theta * vectors, axis=2)

    @tf.function(reduce_retracing=True)
    def step(self, x, scores, kernel, vectors, y):
        inputs = [x, scores, kernel, vectors]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            logits = self.logits(*inputs)
            loss = ops.mean(ops.sparse_categorical_crossentropy(y, logits, from_logits=True))
        return loss, *tape.gradient(loss, inputs)

    def prepared(self, made: list[np.ndarray], y: np.ndarray) -> Callable:
        inputs = [*map(tf.constant, made), tf.constant(y)]
        return lambda: [out.numpy() for out in self.step(*inputs)]


class Ours(Form):
    """The layer, its weights fed in from outside."""

    def __init__(self, dropout: float, at_once: int | None):
        self.layer = ClassAttention(CLASSES, UNITS, dropout=dropout, at_once=at_once)
        self.layer.built = True

    def logits(self, x, scores, kernel, vectors):
        self.layer.scores, self.layer.kernel = scores, kernel
        return class_logits(*self.layer(x, training=True), vectors)


class Eager:
    """The plain form in PyTorch."""

    def __init__(self, dropout: float):
        self.dropout = dropout

    def prepared(self, made: list[np.ndarray], y: np.ndarray) -> Callable:
        inputs = [torch.from_numpy(one).requires_grad_() for one in made]
        return lambda: self.step(inputs, torch.from_numpy(y))

    def step(self, inputs: list, y) -> list[np.ndarray]:
        x, scores, kernel, vectors = inputs
        theta = functional.relu((x[:, None] * scores.T) @ kernel)
        logits = (functional.dropout(theta, self.dropout) * vectors).sum(2)
        loss = functional.cross_entropy(logits, y)
        gradients = torch.autograd.grad(loss, inputs)
        return [out.detach().numpy() for out in (loss, *gradients)]


def forms(dropout: float, at_once: int | None) -> dict:
    made = {"ours": Ours(dropout, at_once), "plain": Form(dropout)}
    return made | {"torch": Eager(dropout)} if torch else made


def differences(results: dict[str, list[np.ndarray]]) -> dict[str, float]:
    """By how much nearly all numbers differ from ours, in any output, as part of its largest.

    Not all: of six million hidden units one may be so near 0 that rounding decides on its side,
    and the gradients that go through it.
    """
    ours = results["ours"]
    return {
        name: max(
            np.quantile(np.abs(a - b), SAME) / np.abs(a).max()
            for a, b in zip(ours, result, strict=True)
        )
        for name, result in results.items()
    }


def rates(steps: dict[str, Callable], rounds: int) -> dict[str, np.ndarray]:
    """Videos a second in each round, after one that makes ready."""
    found = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if number:
                found[name].append(BATCH / (time.perf_counter() - start))
    return {name: np.array(of_one) for name, of_one in found.items()}


def growth(name: str, dropout: float, at_once: int | None) -> float:
    """MB by which this process grows, in steps of a whole batch after a step of two videos."""
    form = forms(dropout, at_once)[name]
    form.prepared(*numbers(2))()
    step = form.prepared(*numbers(BATCH))
    Path("/proc/self/clear_refs").write_text("5")  # the peak is now what is resident
    before = peak_memory()
    for _ in range(3):
        step()
    return 1000 * (peak_memory() - before)


def measured(name: str, given: argparse.Namespace, dropout: float) -> float:
    """:func:`growth` in a process of its own."""
    command = [sys.executable, __file__, "--memory", name, "--dropout", str(dropout)]
    command += ["--threads", str(given.threads)]
    if given.at_once:
        command += ["--at-once", str(given.at_once)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(given: argparse.Namespace, dropout: float) -> tuple[dict, dict, dict]:
    """Differences, median ratios of speed and ratios of memory, of ours to each peer."""
    made = forms(dropout, given.at_once)
    steps = {name: form.prepared(*numbers(BATCH)) for name, form in made.items()}
    apart = differences({name: step() for name, step in steps.items()})
    per_second = rates(steps, given.rounds)
    memory = {name: measured(name, given, dropout) for name in made}
    for name in made:
        print(
            f"dropout {dropout}, {name}: {np.median(per_second[name]):.0f} videos/s, "
            f"{memory[name]:.0f} MB"
        )
    peers = [name for name in made if name != "ours"]
    speed = {name: float(np.median(per_second["ours"] / per_second[name])) for name in peers}
    smaller = {name: memory[name] / memory["ours"] for name in peers}
    for name in peers:
        print(f"  to {name}: {speed[name]:.2f} times as fast, 1/{smaller[name]:.1f} the memory")
    return apart, speed, smaller


def main(given: argparse.Namespace) -> None:
    print(f"batches of {BATCH}, {given.threads} threads, load {os.getloadavg()}")
    if torch is None:
        print("PyTorch is not installed: not compared with")
    apart, _, _ = compare(given, 0.0)
    print("largest differences without dropout:", {k: f"{v:.1e}" for k, v in apart.items()})
    _, speed, smaller = compare(given, given.dropout)
    if max(apart.values()) > 1e-5:
        sys.exit("they do not compute the same")
    if speed["plain"] < FASTER:
        sys.exit(f"less than {FASTER} times as fast as the plain form")
    if smaller["plain"] < SMALLER:
        sys.exit(f"more than 1/{SMALLER:.0f} of the plain form's memory")
    if torch and speed["torch"] < FASTER_THAN_TORCH:
        sys.exit(f"less than {FASTER_THAN_TORCH} times as fast as PyTorch")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dropout", type=float, default=DROPOUT)
    parser.add_argument("--at-once", type=int)
    parser.add_argument("--memory", help="of this form alone, in MB")
    given = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(given.threads)
    tf.config.threading.set_inter_op_parallelism_threads(given.threads)
    if torch:
        torch.set_num_threads(given.threads)
    if given.memory:
        print(growth(given.memory, given.dropout, given.at_once))
    else:
        main(given)
