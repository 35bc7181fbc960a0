"""The acoustic front end against a plain loop of librosa calls over the same files.

Run ``python tests/benchmarks/bench_acoustic.py``: ESC-10 from the mirror folder
if it is there, rendered clips otherwise. Prints clips a second on one core and
on two, the median ratio of alternating rounds, the largest difference of the
results, and the peak memory for 100 and 400 files. Other work on the machine
spoils the wall times, so the load is printed too, and processor times beside them.
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import librosa
import numpy as np
import soundfile

from tfrepro.features.acoustic import BLOCKS, AcousticFrontEnd
from tfrepro.features.extraction import extract
from tfrepro.parallel import map_files
from tfrepro.simulate.sounds import sound_clips

ESC10 = Path(__file__).resolve().parents[3] / "shared" / "data" / "esc10"
FILES_A_ROUND = 200
TOLERANCE = 1e-4


def plain_librosa(file: Path) -> dict[str, np.ndarray]:
    """The four blocks, by the calls that a reader of the paper would make."""
    y, sr = librosa.load(file, sr=22050)
    spectrum = np.abs(librosa.stft(y, n_fft=1024, hop_length=512))
    static = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=13, n_fft=1024, hop_length=512)
    differences = (librosa.feature.delta(static), librosa.feature.delta(static, order=2))
    cepstrum = np.concatenate([static, *differences])
    pooled = (spectrum.mean(1), spectrum.max(1), cepstrum.mean(1), cepstrum.max(1))
    return dict(zip(BLOCKS, pooled, strict=True))


def find_files(folder: Path) -> list[Path]:
    """ESC-10's clips, or rendered ones written into ``folder``."""
    files = sorted(ESC10.rglob("*.ogg"))
    if files:
        return files
    for number, clip in enumerate(sound_clips(96, 1, noise=1.0, companions=2.0, takes=2)):
        files.append(folder / f"{number:03d}.ogg")
        soundfile.write(files[-1], clip.y, clip.rate, format="OGG", subtype="VORBIS")
    return files


def one_core(files: list[Path]) -> Iterator[dict[str, np.ndarray]]:
    return map_files(AcousticFrontEnd().file, files, jobs=1, progress=False)


def two_cores(files: list[Path]) -> Iterator[dict[str, np.ndarray]]:
    return map_files(AcousticFrontEnd().file, files, jobs=2, progress=False)


def plain_loop(files: list[Path]) -> Iterator[dict[str, np.ndarray]]:
    return map(plain_librosa, files)


def timed(work: Callable, files: list[Path]) -> tuple[float, float, list]:
    """Wall seconds and this process' processor seconds of ``work``, and its results."""
    wall, processor = time.perf_counter(), time.process_time()
    results = list(work(files))
    return time.perf_counter() - wall, time.process_time() - processor, results


def largest_difference(ours: list, theirs: list) -> float:
    """Over all files and blocks, relative to the block's largest value."""
    return max(
        float(np.abs(a[name] - b[name]).max() / np.abs(b[name]).max())
        for a, b in zip(ours, theirs, strict=True)
        for name in BLOCKS
    )


def compare(work: Callable, files: list[Path], rounds: int) -> dict[str, float]:
    """Medians over rounds in which the plain loop and ``work`` take turns."""
    walls, processors, rates, worst = [], [], [], 0.0
    for _ in range(rounds):
        plain, plain_processor, theirs = timed(plain_loop, files)
        ours, our_processor, results = timed(work, files)
        walls.append(plain / ours)
        processors.append(plain_processor / our_processor)
        rates.append((len(files) / plain, len(files) / ours))
        worst = max(worst, largest_difference(results, theirs))
    plain_rate, our_rate = np.median(rates, axis=0)
    return {
        "plain": plain_rate,
        "ours": our_rate,
        "ratio": float(np.median(walls)),
        "processor": float(np.median(processors)),
        "worst": worst,
    }


def peak_memory(count: int) -> None:
    """Print the peak of this process, in MB, after the features of ``count`` files."""
    with tempfile.TemporaryDirectory() as folder:
        files = list(islice(cycle(find_files(Path(folder))), count))
        extract(AcousticFrontEnd().file, files, Path(folder) / "work", progress=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = find_files(Path(folder))
        some = files[:: -(-len(files) // FILES_A_ROUND)]
        print(f"{len(files)} files, {len(some)} a round, {rounds} rounds, load {os.getloadavg()}")
        for work in (plain_loop, one_core):
            list(work(some[:2]))
        start, _, _ = timed(two_cores, some)
        table = {work.__name__: compare(work, some, rounds) for work in (one_core, two_cores)}
    print(f"{'':12}{'librosa/s':>10}{'ours/s':>10}{'ratio':>8}{'worst difference':>18}")
    for name, row in table.items():
        print(
            f"{name:12}{row['plain']:10.1f}{row['ours']:10.1f}{row['ratio']:8.2f}{row['worst']:18.1e}"
        )
    cold = len(some) / start / table["two_cores"]["plain"]
    print(f"one_core by processor time: {table['one_core']['processor']:.2f}")
    print(f"two_cores with the start of the workers: {start:.1f} s a round, ratio {cold:.2f}")
    for count in (100, 400):
        arguments = [sys.executable, __file__, "--memory", str(count)]
        peak = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()
        print(f"peak memory of {count} files: {peak} MB")
    if max(row["worst"] for row in table.values()) > TOLERANCE:
        sys.exit(f"results differ by more than {TOLERANCE}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    peak_memory(given.memory) if given.memory else main(given.rounds)
