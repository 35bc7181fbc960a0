"""CD-1 training samples a second, 1,024 visible and 1,024 hidden units: ours against scikit-learn.

Run by hand: ``python tests/benchmarks/bench_rbm.py``. The peer is scikit-learn's ``BernoulliRBM``
as it comes, with its batches of ten, in single precision, which is the faster of its two. It
follows persistent contrastive divergence, which takes the same five products of B x D x H numbers
a batch as CD-1. Also timed, and not a target, is the peer with our batches of 128: it spends about
half of its time in those products, which nobody can do three times as fast on the same cores.

The peer of the arithmetic is a plain product of a batch with the weights, 2 B D H operations; CD-1
is counted as five of them. Whatever else training does, feeding it included, counts as time only.

All take turns, so that other work on the machine slows them alike; ratios are of the same round.
Timed is the processor time of this process, so use one thread (the default) on a busy machine.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from sklearn.neural_network import BernoulliRBM
from threadpoolctl import threadpool_limits

from tfrepro.layers.rbm import BernoulliRbm
from tfrepro.models.batches import shuffled_batches
from tfrepro.models.rbm import ContrastiveDivergence, RbmSettings, ScheduledMomentum
from tfrepro.models.training import compile_network, train_compiled

D = H = 1024
BATCH, STEPS, PEER_ROWS, PRODUCTS = 128, 10, 256, 20
TARGET, LEAST_SHARE = 3.0, 0.4


def our_network() -> ContrastiveDivergence:
    settings = RbmSettings(H, 0.05, steps=STEPS, batch=BATCH, reports=1)
    network = ContrastiveDivergence(BernoulliRbm(H, 0), settings)
    network.build((None, D))
    compile_network(network, ScheduledMomentum(settings), STEPS)
    return network


def train_peer(X: np.ndarray, batch: int) -> None:
    BernoulliRBM(H, batch_size=batch, n_iter=1, random_state=0).fit(X[:PEER_ROWS])


def plain_products() -> Callable[[], None]:
    x, W = tf.random.normal((BATCH, D)), tf.random.normal((D, H))
    product = tf.function(lambda: tf.matmul(x, W))

    def run() -> None:
        for _ in range(PRODUCTS):
            product().numpy()

    return run


def seconds(work: Callable[[], None], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def main(rounds: int, threads: int, precision: str) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    clock = time.process_time if threads == 1 else time.perf_counter
    X = (np.random.default_rng(0).random((STEPS * BATCH, D)) < 0.3).astype(np.float32)
    network, multiply = our_network(), plain_products()
    print(f"{D} x {H}, {precision}, {threads} threads, load {os.getloadavg()}")
    rows = []
    for number in range(rounds + 1):
        batches = shuffled_batches(X, BATCH, number)
        each = [
            len(X) / seconds(lambda b=batches: train_compiled(network, b, STEPS, 1), clock),
            PEER_ROWS / seconds(lambda: train_peer(X, 10), clock),
            PEER_ROWS / seconds(lambda: train_peer(X, BATCH), clock),
            PRODUCTS * BATCH / seconds(multiply, clock),
        ]
        if number:  # the first makes ready
            rows.append(each)
            print(
                f"round {number}, ours, peer, peer in batches of {BATCH}, products:", np.round(each)
            )
    report(np.array(rows))


def report(rows: np.ndarray) -> None:
    """Print what (rounds, 4) samples a second say, and end as a failure below a target."""
    ours, peer, peer_in_our_batches, product = rows.T
    ratio = float(np.median(ours / peer))
    share = float(np.median(5 * ours / product))
    operations = 2 * D * H / 1e9
    print(
        f"samples/s: ours {np.median(ours):.0f}, scikit-learn {np.median(peer):.0f}, "
        f"with batches of {BATCH} {np.median(peer_in_our_batches):.0f}\n"
        f"ratio {ratio:.2f}, at equal batches {np.median(ours / peer_in_our_batches):.2f}\n"
        f"GFLOP/s: ours {5 * operations * np.median(ours):.1f}, "
        f"plain products {operations * np.median(product):.1f}, share {share:.2f}"
    )
    if ratio < TARGET:
        sys.exit(f"less than {TARGET} times as fast")
    if share < LEAST_SHARE:
        sys.exit(f"less than {LEAST_SHARE:.0%} of a plain product")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    given = parser.parse_args()
    with threadpool_limits(given.threads):
        main(given.rounds, given.threads, given.precision)
