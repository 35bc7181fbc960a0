"""A copy of this project with parameters so small that `dvc repro` takes a minute."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


class Project:
    """A copy of the project in a folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        }

    def dvc(self, *words: str) -> str:
        """What a DVC command prints; raises if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    def start(self, *words: str) -> subprocess.Popen:
        """A DVC command in a process group of its own, to be killed."""
        return subprocess.Popen(
            [sys.executable, "-m", "dvc", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def commit(self, message: str) -> None:
        """Commit all that git does not ignore."""
        author = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
        for words in (["add", "-A"], [*author, "commit", "-q", "--allow-empty", "-m", message]):
            subprocess.run(["git", *words], cwd=self.folder, check=True)

    def diff(self, what: str) -> dict[str, dict]:
        """``params`` or ``metrics`` that differ between the last two commits: file -> key."""
        said = self.dvc(what, "diff", "HEAD~1", "HEAD", "--json")
        [line] = [line for line in said.splitlines() if line.startswith("{")]
        found = json.loads(line)
        return found.get("diff", found)

    def metrics(self) -> dict[str, str]:
        """The text of every metrics file."""
        home = self.folder / "data" / "metrics"
        return {str(file.relative_to(home)): file.read_text() for file in home.rglob("*.json")}


def copy_project(folder: Path) -> Project:
    """The project as it is in the working tree, without its data, set to miniature size."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if _is_input(name) and (ROOT / name).exists():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    _make_small(folder / "params.yaml")
    return Project(folder)


def _is_input(name: str) -> bool:
    """Whether a file of the project is none that the pipeline makes."""
    made = name.startswith("data/") and not name.startswith("data/concepts/")
    return bool(name) and not made and name != "dvc.lock"


def _make_small(file: Path) -> None:
    params = yaml.safe_load(file.read_text())
    autoencoder = {
        "preset": "fast",
        "layers": [12, 6],
        "corruption": [0.1, 0.2],
        "compression": "none",
    }
    params["compute"]["jobs"] = 1
    params["sounds"]["rendered"]["clips"] = 192
    params["sounds"]["rendered"]["rules"] |= {"tag_sounds": 5, "least_sounds": 5}
    params["autoencoder"]["model"] = autoencoder
    params["dare"]["table2"] |= {
        "folds": 3,
        "pretrain_on": ["rendered"],
        "methods": {"mfcc-mean": {"C": 1.0}, "sda": {"C": 1.0, "autoencoder": autoencoder}},
    }
    venues = params["dare"]["venues"]
    methods = ("majority", "mdl", "early-fusion-1", "dare", "dare-2", "dare-sparsity")
    venues |= {
        "runs": 2,
        "rows": {
            "table3": ["majority", "mdl", "early-fusion-1", "dare"],
            "table4": ["dare", "dare-2"],
            "table5": ["dare", "dare-sparsity"],
        },
        "methods": {name: venues["methods"][name] for name in methods},
        "overrides": {"rendered": {}},
        "sweeps": {"runs": 1, "values": {"concepts": [0.0, 1.0], "dropout": [0.1]}},
        "search": {
            "corpora": ["rendered"],
            "runs": 1,
            "grids": {"early-fusion-1": {"learning_rate": [0.001, 0.1]}},
        },
    }
    venues["deep"] |= {"units": 8, "epochs": 2, "batch": 32, "patience": None}
    venues["planted"]["methods"] = ["dare"]
    videos = params["microvideos"]
    videos["rendered"]["videos"] = 80
    videos["rendered"]["sounds"]["clips"] = 48
    videos["rendered"]["sounds"]["rules"] |= {"tag_sounds": 2, "least_sounds": 2}
    videos["rendered"]["extraction"]["visual"]["frames"] = 2
    videos["prepared"]["acoustic"] = autoencoder
    videos["prepared"]["text"] |= {"dimensions": 8, "epochs": 3}
    videos["prepared"]["completion"]["factors"] = 4
    videos["probe"] |= {"folds": 2, "Cs": [1.0]}
    eastern = params["eastern"]
    sizes = {"units": {"visual": 4, "acoustic": 4, "textual": 4}, "common": 4, "atoms": 4}
    fused = {"common": 4, "atoms": 4}
    eastern |= {
        "rows": {
            "table1": ["majority", "tmdl", "eastern"],
            "table2": ["conv", "eastern"],
            "table3": ["eastern-va", "eastern"],
        },
        "methods": {
            "majority": {},
            "tmdl": eastern["methods"]["tmdl"] | {"atoms_per_class": 2, "iterations": 2},
            "conv": fused,
            "eastern": sizes,
            "eastern-va": sizes,
        },
        "overrides": {"rendered": {}},
    }
    eastern["splits"] |= {"draws_on": {"rendered": 2}, "test": 0.3}
    eastern["deep"] |= {"epochs": 2, "batch": 32}
    eastern["cases"] = {"right": 1, "wrong": 1}
    eastern["sizes"] |= {"corpora": ["rendered"], "runs": 1, "values": {"common": [2, 4]}}
    eastern["order"]["methods"] = ["eastern"]
    nmcl = params["nmcl"]
    fused = ("majority", "logistic", "late-att", "nmcl-at", "nmcl", "nmcl-ii", "nmcl-removed")
    nmcl |= {
        "runs": 2,
        "rows": {
            "table2": ["majority", "late-att", "nmcl"],
            "table3": ["nmcl-at", "nmcl"],
            "table4": ["nmcl-at", "nmcl"],
            "table5": ["nmcl-ii", "nmcl"],
            "gate": ["nmcl", "nmcl-removed"],
        },
        "methods": {name: nmcl["methods"][name] for name in fused},
        "overrides": {"rendered": {}, "planted": {}},
        "search": {
            "corpora": ["rendered"],
            "runs": 1,
            "grids": {"logistic": {"Cs": [[0.1], [1.0]]}},
        },
    }
    nmcl["deep"] |= {"units": 8, "epochs": 2, "batch": 32}
    nmcl["concepts"] |= {"videos": 2, "concepts": 4}
    nmcl["planted"] |= {"runs": 1, "effects": {"consistent": [0.3]}, "methods": ["nmcl"]}
    params["music_videos"]["rendered"] |= {"videos": 8, "seconds": 60, "share": 0.5}
    music = params["musicvideo"]
    music["runs"] = 2
    music["styles"]["folds"] = 2
    for part, names in {
        "retrieval": ("random", "cca-initial", "shared-dbn", "shared-autoencoder"),
        "styles": ("initial", "dbn"),
    }.items():
        music[part]["methods"] = {name: music[part]["methods"][name] for name in names}
        small = music[part]["overrides"]["rendered"]
        music[part]["overrides"] = {"rendered": {n: v for n, v in small.items() if n in names}}
    params["yt8m"]["rendered"] |= {"videos": 256, "shards": 2}
    params["yt8m"]["rendered"]["split"] |= {"test": 64}
    contrastive = params["crossmodal"]["methods"]["contrastive"]
    small = {"visual_hidden": [24], "acoustic_hidden": [24], "dimensions": 8}
    params["crossmodal"] |= {
        "seeds": 2,
        "ks": [1, 5],
        "pools": [16, 32],
        "shuffles": 2,
        "fewer_videos": {"methods": ["cca"], "videos": {"rendered": [100]}},
        "methods": {
            "random": {"dimensions": 8},
            "cca": {"components": 8, "visual_ridge": 0.3, "acoustic_ridge": 0.3},
            "contrastive": contrastive | small | {"batch": 32, "steps": 12},
        },
        "overrides": {"rendered": {}},
        "gallery": {"method": "contrastive", "ids": [], "queries": 2, "matches": 2, "seed": 1},
        "index": {"method": "contrastive", "finds": "acoustic", "approximate": False},
    }
    params["models"]["search"]["seeds"] = 2
    params["models"]["search"]["contrastive"] |= small | {"batch": 16, "steps": 8}
    file.write_text(yaml.safe_dump(params, sort_keys=False))


@pytest.fixture
def untouched(tmp_path: Path) -> Project:
    """A miniature project in which nothing was run yet."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """A miniature project after one uninterrupted `dvc repro`."""
    project = copy_project(tmp_path_factory.mktemp("finished"))
    project.dvc("repro")
    return project
