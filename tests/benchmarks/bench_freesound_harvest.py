"""A harvest the size of DARE's, killed at random points, against one that is left in peace.

Run by hand: ``python tests/benchmarks/bench_freesound_harvest.py``, and leave the library alone
for the three minutes it takes: every process reads it anew. A server on loopback speaks
Freesound's API for planted sounds, whose number and tags are such that the steps of the
procedure come near the counts that the paper prints. A process of its own harvests it
undisturbed; then others do, one after the other on one journal, each killed (SIGKILL) at a
random point of its twentieth of the run, until the last may end. Prints the counts beside the
printed ones, and requests, wall time, peak memory and the size of the journal. Fails if the two
differ by a byte in their tables or in a page of their journals, if a kill came too late, or if
the killed harvest asked for more than one page again for each kill.

The catalogue: of many planted sounds, the first ``--most`` of each concept stay, ``--rare`` of
every third, since the paper's 465 concepts are two kinds, 313 with 140 sounds on average and 152
with 14. A search finds a noun in either number, and first those sounds that it is the title of.
"""

import argparse
import filecmp
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.corpora.freesound.api import PAGE_SIZE, Freesound
from tfrepro.corpora.freesound.nouns import TABLES, Nouns, read_nouns, write_nouns
from tfrepro.corpora.freesound.procedure import Thresholds, build_concept_dataset
from tfrepro.evaluation.sound_statistics import PRINTED_STEPS
from tfrepro.published import cell
from tfrepro.simulate.sound_tags import TaggedSounds, tagged_sounds

sys.path.insert(0, str(Path(__file__).parents[1] / "corpora" / "freesound"))

from server import TOKEN, FreesoundServer

RARE_EVERY = 3
UNLIMITED = 10**6  # requests a minute and a day
LONGEST_LIFE_S = 0.015  # after the request a kill waits for
OUTPUTS = ("clips.parquet", "concepts.parquet", "counts.json")


class IndexedServer(FreesoundServer):
    """The loopback Freesound, for more sounds than can be looked through for every page."""

    def __init__(self, sounds: pd.DataFrame):
        super().__init__()
        # A page leaves in several pieces, the last of which would wait for an acknowledgement.
        self._http.RequestHandlerClass.disable_nagle_algorithm = True
        titled, tagged = defaultdict(list), defaultdict(list)
        for sound in sounds.rename(columns={"licence": "license", "user": "username"}).to_dict(
            "records"
        ):
            entry = sound | self._addresses(sound)
            title = _singular(sound["name"].split()[0])
            for word in {_singular(tag) for tag in sound["tags"]}:
                (titled if word == title else tagged)[word].append(entry)
        self._found = {word: titled[word] + tagged[word] for word in titled | tagged}

    def matching(self, query: str) -> list[dict]:
        return self._found.get(_singular(query), [])


def _singular(tag: str) -> str:
    return tag.removesuffix("s")


def even_out(planted: TaggedSounds, most: int, rare: int) -> pd.DataFrame:
    """The first sounds of each main concept, fewer of every third."""
    limits = np.full(len(planted.words), most)
    limits[RARE_EVERY - 1 :: RARE_EVERY] = rare
    earlier = pd.Series(planted.truth).groupby(planted.truth).cumcount().to_numpy()
    return planted.sounds[earlier < limits[planted.truth]]


def write_job(folder: Path, planted: TaggedSounds, base: str, given: argparse.Namespace) -> None:
    """What every harvesting process needs: a dictionary, seed words, thresholds."""
    empty = {name: pd.DataFrame(columns=TABLES[name], dtype=str) for name in ("forms", "glosses")}
    write_nouns(folder / "nouns", Nouns(planted.senses, **empty))
    numbers = np.linspace(0, len(planted.words) - 1, given.seeds).astype(int)
    job = {
        "base": base,
        "seeds": [planted.words[number][0] for number in numbers],
        "thresholds": {
            "seed_sounds": given.seed_sounds,
            "tag_sounds": 50,
            "tag_owners": 1,
            "nouns_only": True,
            "concept_sounds": 500,
            "least_sounds": 100,
        },
    }
    (folder / "job.json").write_text(json.dumps(job))


def harvest(folder: Path, token: str) -> None:
    """The work of a harvesting process, with the journal and the outputs in ``folder``."""
    job = json.loads((folder.parent / "job.json").read_text())
    nouns = read_nouns(folder.parent / "nouns")
    memory = [peak_memory()]
    limits = {"per_minute": UNLIMITED, "per_day": UNLIMITED}
    with Freesound(token, folder, base=job["base"], **limits) as freesound:
        memory.append(peak_memory())
        made = build_concept_dataset(
            freesound,
            job["seeds"],
            Thresholds(**job["thresholds"]),
            nouns=nouns,
            overrides={},
            progress=False,
        )
    memory.append(peak_memory())
    made.clips.to_parquet(folder / "clips.parquet")
    made.concepts.to_parquet(folder / "concepts.parquet")
    (folder / "counts.json").write_text(json.dumps(dict(made.counts)))
    (folder / "memory.json").write_text(json.dumps(memory))


def peak_memory() -> float:
    """MB of this process; what getrusage tells includes the parent's before the exec."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def start(folder: Path, token: str = TOKEN) -> subprocess.Popen:
    arguments = [sys.executable, __file__, "--harvest", str(folder), "--token", token]
    return subprocess.Popen(arguments, env={**os.environ, "no_proxy": "127.0.0.1"})


def run_to_end(folder: Path, token: str = TOKEN) -> float:
    """Wall seconds of a harvesting process that ends by itself."""
    begun = time.perf_counter()
    if start(folder, token).wait():
        sys.exit(f"the harvest in {folder} failed")
    return time.perf_counter() - begun


@dataclass(frozen=True)
class Kill:
    """``pages`` were served before its process began, which asked after ``resumed_s``."""

    pages: int
    resumed_s: float
    hit: bool
    torn: bool


def run_and_kill(folder: Path, server: FreesoundServer, goal: int, rng: random.Random) -> Kill:
    """A process that is killed once ``goal`` requests were served, one of them its own."""
    pages, begun = server.total(), time.perf_counter()
    process = start(folder)
    wait_for(server, pages + 1, process)
    resumed_s = time.perf_counter() - begun
    wait_for(server, goal, process)
    time.sleep(rng.uniform(0, LONGEST_LIFE_S))
    process.kill()
    hit = process.wait() == -signal.SIGKILL
    return Kill(pages, resumed_s, hit, not journal_of(folder).read_bytes().endswith(b"\n"))


def wait_for(server: FreesoundServer, requests: int, process: subprocess.Popen) -> None:
    while server.total() < requests and process.poll() is None:
        time.sleep(0.0005)


def goals_of(kills: int, pages: int, rng: random.Random) -> list[int]:
    """Numbers of requests, one somewhere in each of ``kills`` equal parts of a run."""
    edges = np.linspace(0, pages, kills + 1).astype(int)
    return [rng.randint(first + 1, last - 1) for first, last in pairwise(edges)]


def journal_of(folder: Path) -> Path:
    return folder / "pages.jsonl"


def lines_of(folder: Path) -> tuple[list[bytes], int]:
    """The pages of a journal as they were written, and how many requests it notes."""
    lines = journal_of(folder).read_bytes().splitlines()[1:]
    pages = [line for line in lines if not line.startswith(b'{"asked"')]
    return pages, len(lines) - len(pages)


def print_steps(counts: dict[str, int]) -> None:
    print(f"{'step':20}{'here':>10}{'printed':>10}")
    for step, (row, score) in PRINTED_STEPS.items():
        printed = cell("dare", "section3_2", row, score).mean
        print(f"{step:20}{counts[step]:10,}{printed:10,.0f}{counts[step] / printed - 1:+8.1%}")


def print_undisturbed(folder: Path, seconds: float, requests: int) -> None:
    print_steps(json.loads((folder / "counts.json").read_text()))
    print(f"undisturbed: {requests} requests, {seconds:.1f} s, {sizes_of(folder)}")


def print_killed(folder: Path, seconds: float, requests: int, kills: list[Kill]) -> None:
    print(f"killed {len(kills)} times: {requests} requests, {seconds:.1f} s, {sizes_of(folder)}")
    print("served before the start: s to the next request", end="")
    print("".join(f", {kill.pages}: {kill.resumed_s:.1f}" for kill in kills))
    torn = sum(kill.torn for kill in kills)
    print(f"{sum(kill.hit for kill in kills)} kills hit a live process, {torn} tore a line")


def sizes_of(folder: Path) -> str:
    imported, opened, peak = json.loads((folder / "memory.json").read_text())
    size = journal_of(folder).stat().st_size / 2**20
    return (
        f"peak memory of the process that ended {peak:.0f} MB (imports {imported:.0f}, "
        f"journal opened {opened:.0f}), journal {size:.1f} MB"
    )


def failures(calm: Path, killed: Path, requests: tuple[int, int], kills: list[Kill]) -> list[str]:
    """What is not as it must be, and a line about what was asked again."""
    (pages, _), (others, noted) = lines_of(calm), lines_of(killed)
    again = requests[1] - requests[0]
    print(f"asked again: {again}, noted but never asked: {noted - requests[1]}")
    checks = {
        **{name: filecmp.cmp(calm / name, killed / name, shallow=False) for name in OUTPUTS},
        "pages of the journals": pages == others,
        "pages asked again": 0 <= again <= len(kills),
        "kills that hit": all(kill.hit for kill in kills),
    }
    return [name for name, fine in checks.items() if not fine]


def compare(folder: Path, server: FreesoundServer, given: argparse.Namespace) -> list[str]:
    calm, killed, rng = folder / "calm", folder / "killed", random.Random(given.seed)
    seconds = run_to_end(calm)
    requests = server.total()
    print_undisturbed(calm, seconds, requests)
    server.asked.clear()
    begun = time.perf_counter()
    goals = goals_of(given.kills, requests, rng)
    kills = [run_and_kill(killed, server, goal, rng) for goal in goals]
    run_to_end(killed)
    print_killed(killed, time.perf_counter() - begun, server.total(), kills)
    found = failures(calm, killed, (requests, server.total()), kills)
    seconds, before = run_to_end(killed, token=""), server.total()
    print(f"from the full journal alone: {seconds:.1f} s, {sizes_of(killed)}")
    return found + ["requests with a full journal"] * (server.total() > before)


def main(given: argparse.Namespace) -> None:
    concepts, companions = given.concepts, given.companions
    planted = tagged_sounds(given.sounds, concepts, given.seed, companions=companions)
    sounds = even_out(planted, given.most, given.rare)
    server = IndexedServer(sounds)
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"{len(sounds)} sounds, {concepts} concepts, pages of {PAGE_SIZE}, load {load}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_job(Path(folder), planted, server.base, given)
            found = compare(Path(folder), server, given)
    finally:
        server.close()
    if found:
        sys.exit(f"not as it must be: {', '.join(found)}")
    print("identical: " + ", ".join((*OUTPUTS, "pages of the journals")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sounds", type=int, default=300_000, help="planted, before most go")
    parser.add_argument("--concepts", type=int, default=474)
    parser.add_argument("--companions", type=float, default=10.0, help="other concepts of a sound")
    parser.add_argument("--most", type=int, default=152, help="sounds of a concept")
    parser.add_argument("--rare", type=int, default=2, help="sounds of every third concept")
    parser.add_argument("--seeds", type=int, default=131)
    parser.add_argument("--seed-sounds", type=int, default=150)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--harvest", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--token", default=TOKEN, help=argparse.SUPPRESS)
    options = parser.parse_args()
    harvest(options.harvest, options.token) if options.harvest else main(options)
