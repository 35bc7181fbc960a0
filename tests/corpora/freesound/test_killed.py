"""Runs that are killed at any point and go on.

Both kinds of work wait for one answer before they ask for the next (a preview's thread, too),
and note an answer before they go on. A kill can therefore lose no more than the answers that
were on their way or not yet on the disk: one page, or one preview a thread.
"""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tfrepro.corpora.freesound.api import Freesound
from tfrepro.corpora.freesound.journal import Journal

ROOT = Path(__file__).parents[3]
WORDS = ("dog", "bell", "rain", "door", "wind", "fire", "bird", "step", "wave", "horn")
KILLS = 8

HARVEST = """
import dataclasses, json, sys
from pathlib import Path
from tfrepro.corpora.freesound.api import Freesound

token, base, folder, words, out = sys.argv[1:]
with Freesound(token, folder, base=base, page_size=5, per_minute=10_000) as freesound:
    found = {word: freesound.search(word, 60) for word in words.split()}
sounds = {word: [dataclasses.asdict(sound) for sound in found[word]] for word in found}
Path(out).write_text(json.dumps(sounds))
"""

PREVIEWS = """
import dataclasses, json, sys
from pathlib import Path
from tfrepro.corpora.freesound.previews import fetch_previews
from tfrepro.corpora.freesound.sound import Sound

root, folder, number, jobs, out = sys.argv[1:]
sounds = [
    Sound(i, "", (), 1.0, "", "", f"{root}/previews/{i}.ogg") for i in range(1, int(number) + 1)
]
done = fetch_previews(sounds, Path(folder), longest_s=9, jobs=int(jobs), progress=False)
Path(out).write_text(json.dumps(dataclasses.asdict(done)))
"""

CORPUS = """
import json, os, sys
from pathlib import Path
from tfrepro.corpora.freesound import harvest
from tfrepro.corpora.sounds import write_sound_corpus
from tfrepro.files import atomic_folder
from tfrepro.settings.sounds import FreesoundHarvest

os.environ["FREESOUND_TOKEN"], settings, out = sys.argv[1:]
with atomic_folder(Path(out)) as folder:
    made = harvest.build(folder, FreesoundHarvest.model_validate_json(settings), None)
    write_sound_corpus(folder, *made)
"""


def run_with_kills(code, arguments, server, kills, rng, most):
    """Start again after each of so many kills, each after a few more requests; then to the end.

    Returns how many processes were killed before they were done.
    """
    killed = 0
    for _ in range(kills):
        process = _start(code, arguments)
        goal = server.total() + rng.randint(0, most)
        while server.total() < goal and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.015))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    last = _start(code, arguments)
    assert last.wait(60) == 0
    return killed


def _start(code, arguments):
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_harvest_killed_at_random_points_ends_as_if_undisturbed(
    server, tmp_path, token, make_sounds, seed
):
    server.sounds = make_sounds(330, WORDS)
    undisturbed = {}
    settings = {"base": server.base, "page_size": 5}
    with Freesound(token, tmp_path / "calm", **settings, per_minute=10_000) as freesound:
        for word in WORDS:
            undisturbed[word] = [_plain(sound) for sound in freesound.search(word, 60)]
    pages = server.total()
    assert pages == 70
    server.asked.clear()
    server.headers.clear()
    server.delay_s = 0.003

    out, folder = tmp_path / "out.json", tmp_path / "journal"
    arguments = [token, server.base, folder, " ".join(WORDS), out]
    killed = run_with_kills(HARVEST, arguments, server, KILLS, random.Random(seed), 12)

    assert killed >= KILLS / 2, "the kills came too late to show anything"
    assert json.loads(out.read_text()) == undisturbed
    assert len(server.asked) == pages
    again = server.total() - pages
    assert again <= killed, "a kill loses one page at most"
    assert max(server.asked.values()) <= 1 + killed
    journal = Journal(folder, **settings)
    assert len(journal) == pages
    # A kill may come between the note of a request and the request.
    assert server.total() <= len(journal.asked) <= server.total() + killed
    journal.close()


def test_previews_killed_at_random_points_end_as_if_undisturbed(server, tmp_path):
    number, jobs, kills = 60, 3, 3
    server.previews[7] = b"rubbish"
    server.preview_faults[8].extend([404] * (1 + kills))
    server.delay_s = 0.005
    out, folder = tmp_path / "out.json", tmp_path / "previews"
    arguments = [server.root, folder, number, jobs, out]
    killed = run_with_kills(PREVIEWS, arguments, server, kills, random.Random(2), 25)

    done = json.loads(out.read_text())
    assert [kept["id"] for kept in done["kept"]] == [i for i in range(1, 61) if i not in (7, 8)]
    assert [reject["id"] for reject in done["rejects"]] == [7, 8]
    assert server.total() <= number + killed * jobs, "a kill loses one preview a thread at most"
    assert not list(folder.glob("*.part"))
    assert len(list(folder.glob("*.ogg"))) == 58


def test_a_whole_corpus_killed_at_random_points_ends_as_if_undisturbed(
    server, tmp_path, token, make_sounds
):
    server.sounds = make_sounds(60, WORDS[:3])
    server.previews[1007] = b"rubbish"
    (tmp_path / "seeds.txt").write_text("dog\nbell\n")
    (tmp_path / "overrides.txt").write_text("field-recording = -\n")
    rules = {
        "seed_sounds": 60,
        "tag_sounds": 3,
        "tag_owners": 2,
        "nouns_only": False,
        "concept_sounds": 60,
        "least_sounds": 3,
    }
    settings = {
        "seeds": str(tmp_path / "seeds.txt"),
        "overrides": str(tmp_path / "overrides.txt"),
        "dictionary": "none",
        "rules": rules,
        "address": server.base,
        "longest_s": 60,
        "jobs": 2,
        "per_minute": 10_000,
        "per_day": 10_000,
    }

    def arguments(name):
        return [token, json.dumps(settings | {"downloads": str(tmp_path / f"{name} down")}),
                tmp_path / name]  # fmt: skip

    run_with_kills(CORPUS, arguments("calm"), server, 0, random.Random(0), 1)
    server.delay_s = 0.01
    killed = run_with_kills(CORPUS, arguments("killed"), server, 4, random.Random(3), 20)

    assert killed >= 2, "the kills came too late to show anything"
    calm = _files(tmp_path / "calm")
    assert calm == _files(tmp_path / "killed")
    assert {"clips.parquet", "concepts.json", "ATTRIBUTION.md", "rejects.csv"} < set(calm)
    assert sum(name.startswith("media/") for name in calm) == 39


def _files(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def _plain(sound):
    return {**vars(sound), "tags": list(sound.tags)}
