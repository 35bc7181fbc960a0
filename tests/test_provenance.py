"""A metric can never outlive the code that made it: checksums, stages, rooms."""

import ast
import fnmatch
import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tfrepro import provenance
from tfrepro.methods import METHODS
from tfrepro.provenance import checksum, code_of_everything, code_of_files, code_of_module

ROOT = Path(__file__).parents[1]
STAGES = ROOT / "stages"
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


def clear():
    """Forget what was read of files that a test has changed."""
    provenance._imports.cache_clear()
    provenance._checksum.cache_clear()


# --- What a checksum is over -------------------------------------------------------------------

CODE = '''
"""A module."""

from tfrepro import one


class Model:
    """A class."""

    def fit(self, x):
        """A function."""
        return x + 1  # a comment
'''


@pytest.fixture
def checksum_of(tmp_path):
    """The checksum of a file with that text."""

    def of(text):
        file = tmp_path / "script.py"
        file.write_text(text)
        clear()
        return checksum(code_of_files([file]))

    return of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another module."""'),
        ('"""A class."""', '"""Another\n\n    class."""'),
        ('        """A function."""\n', ""),
        ("  # a comment", "  # another"),
        ("x + 1  # a comment", "(x  +  1)"),
        ('"""A module."""', '# nothing\n\n\n"""A module."""'),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(checksum_of, old, new):
    assert old in CODE
    assert checksum_of(CODE.replace(old, new)) == checksum_of(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x + 1", "x + 2"),
        ("x + 1", "1 + x"),
        ("def fit", "def fits"),
        ("self, x", "self, x=0"),
        ("import one", "import two"),
        ("class Model", "class Model(Base)"),
        ("        return", "        'not a docstring'\n        x = 'text'\n        return"),
    ],
)
def test_code_counts(checksum_of, old, new):
    assert old in CODE
    assert checksum_of(CODE.replace(old, new)) != checksum_of(CODE)


# --- Which files it is over: on a copy of the project that can be edited -------------------------


class Copy:
    """A copy of the library and the stages; ``edit`` changes a file, ``parts`` has the sums."""

    def __init__(self, root):
        self.root = root

    def edit(self, file, old, new):
        path = self.root / file
        text = path.read_text() if path.exists() else old
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def parts(self):
        clear()
        code = code_of_everything(self.root / "stages")
        return {part: checksum(files) for part, files in code.items()}

    def changed_by(self, *edit):
        before = self.parts()
        self.edit(*edit)
        after = self.parts()
        return {part for part in before if before[part] != after[part]}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in ("tfrepro", "stages"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    monkeypatch.setattr(provenance, "_ROOT", tmp_path)
    yield Copy(tmp_path)
    clear()


@pytest.fixture(scope="module")
def everything():
    clear()
    return code_of_everything(STAGES)


def test_the_copy_has_the_checksums_of_the_project(copy, everything):
    assert copy.parts() == {part: checksum(files) for part, files in everything.items()}


def test_every_script_method_and_corpus_has_a_checksum(everything):
    scripts = {f"stages/{f.stem}" for f in STAGES.glob("*.py") if not f.name.startswith("_")}
    assert scripts < set(everything)
    assert {f"methods/{name}" for name in METHODS} < set(everything)
    corpora = {"sounds/rendered", "sounds/esc10", "videos/yt8m", "music_videos/yt8m-music"}
    assert corpora < set(everything)
    assert all(re.fullmatch("[0-9a-f]{12}", checksum(files)) for files in everything.values())


def test_imports_are_followed_through_other_modules(everything):
    files = everything["stages/dare_table2"]
    assert "tfrepro/evaluation/tables.py" in files, "imported by the script"
    assert "tfrepro/evaluation/significance.py" in files, "imported by tables"
    assert "tfrepro/errors.py" in files
    assert "tfrepro/evaluation/__init__.py" in files, "runs when a module of the room is imported"


def test_imports_within_functions_are_followed(everything):
    assert "tfrepro/models/devices.py" in everything["stages/dare_table2_run"]


def test_helpers_beside_a_script_are_followed(everything):
    assert "stages/_train.py" in everything["stages/dare_table2_run"]
    assert "stages/_code.py" in everything["stages/dare_table2_run"], "imported by _train"
    assert "stages/_train.py" not in everything["stages/sounds"]


def test_modules_that_are_not_imported_do_not_count(everything):
    assert "tfrepro/models/autoencoder.py" in everything["methods/sda"]
    assert "tfrepro/models/autoencoder.py" not in everything["methods/acoustic"]


def test_files_are_named_from_the_projects_root_wherever_it_lies(everything):
    names = {file for files in everything.values() for file in files if file.endswith(".py")}
    assert all((ROOT / name).is_file() for name in names)


def test_an_edit_deep_in_the_library_changes_what_uses_it_and_nothing_else(copy):
    changed = copy.changed_by("tfrepro/evaluation/significance.py", "float(np.sign", "abs(np.sign")
    assert "stages/dare_table2" in changed
    assert not {part for part in changed if part.startswith(("methods/", "sounds/"))}
    assert "stages/sounds" not in changed


def test_an_edit_of_a_class_changes_the_methods_that_are_made_of_it(copy):
    changed = copy.changed_by(
        "tfrepro/models/sda_softmax.py", "return super()", "return 2 * super()"
    )
    assert {part for part in changed if part.startswith("methods/")} == {
        "methods/sda",
        "methods/sda-fast",
        "methods/sda-pretrained",
    }


def test_a_new_method_changes_the_checksum_of_no_other(copy, monkeypatch):
    before = copy.parts()
    copy.edit(
        "tfrepro/methods.py", '    "sda": _SDA,\n', '    "sda": _SDA,\n    "new": _softmax("x"),\n'
    )
    monkeypatch.setitem(METHODS, "new", METHODS["mfcc-mean"])
    after = copy.parts()
    assert after.pop("methods/new")
    assert after == before


def test_a_new_corpus_changes_the_checksum_of_no_other(copy, monkeypatch):
    before = copy.parts()
    old = '    "esc10": '
    copy.edit("tfrepro/corpora/registry.py", old, f'    "new": CorpusEntry("a:b"),\n{old}')
    monkeypatch.setitem(provenance.SOUND_CORPORA, "new", provenance.SOUND_CORPORA["rendered"])
    after = copy.parts()
    assert after.pop("sounds/new")
    assert after == before


def test_a_changed_entry_changes_the_checksum_of_its_method_alone(copy, monkeypatch):
    before = copy.parts()
    monkeypatch.setitem(METHODS, "mfcc-mean", METHODS["mfcc-max"])
    after = copy.parts()
    assert {part for part in before if before[part] != after[part]} == {"methods/mfcc-mean"}


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("tfrepro/methods.py", "**arguments, seed=seed)", "**arguments)", "stages/dare_table2_run"),
        ("tfrepro/corpora/registry.py", "getattr(import", "print(import", "stages/sounds"),
    ],
)
def test_how_a_registry_makes_its_entries_counts(copy, file, old, new, part):
    assert part in copy.changed_by(file, old, new)


def test_a_changed_page_of_a_source_changes_the_corpus_that_reads_it(copy):
    page = "tfrepro/sources/registry/esc10.yaml"
    changed = copy.changed_by(page, "sha256: ", "sha256:  ")
    assert changed == {"sounds/esc10", "sounds/freesound-vu"}  # which has some of its clips


def test_settings_do_not_count_for_their_values_are_parameters(copy):
    assert copy.changed_by("tfrepro/settings/dare.py", "ge=2", "ge=3") == set()


PYTHON = [*sorted((ROOT / "tfrepro").rglob("*.py")), *sorted(STAGES.glob("*.py"))]


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_imports_in_a_way_that_checksums_do_not_see(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("import_module", "__import__", "spec_from_file_location", "exec", "eval"):
                registry = str(file.relative_to(ROOT)) in provenance._REGISTRIES
                assert registry, f"line {node.lineno}: {called} outside a registry"


# --- dvc.yaml against what the scripts do ---------------------------------------------------------

# No result depends on where work runs, nor on where a file with a known checksum comes from.
NO_RESULT_DEPENDS_ON = ("compute", "sources")


def as_pattern(text):
    """``data/code/methods/${item.method}.json`` as a pattern of file names."""
    return re.sub(r"\$\{[^}]*\}", "*", text)


def script_of(stage):
    """The script a stage's command runs."""
    (script,) = re.findall(r"stages/(\w+)\.py", PIPELINE[stage]["cmd"])
    return script


def deps_of(stage):
    return {as_pattern(dep) for dep in PIPELINE[stage]["deps"]}


def params_of(stage):
    return {as_pattern(param) for param in PIPELINE[stage].get("params", [])}


def trees_of(script):
    """The syntax trees of a script and of the helpers beside it that it uses."""
    files = code_of_files([STAGES / f"{script}.py"])
    return [ast.parse((ROOT / file).read_text()) for file in files if file.startswith("stages/")]


def strings_in(tree):
    """Every string, with a star for what is filled in."""
    nodes = list(ast.walk(tree))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    pieces = {id(piece) for node in joined for piece in node.values}
    for node in joined:
        yield "".join(v.value if isinstance(v, ast.Constant) else "*" for v in node.values)
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in pieces:
            yield str(node.value)


def sections_read(trees):
    """Class name -> key, for every ``read_section(Class, "key")``, a star for what is filled in."""
    found = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "read_section":
                section, key = node.args
                literal = isinstance(key, ast.Constant | ast.JoinedStr)
                assert literal, f"read_section({ast.unparse(key)})"
                found[ast.unparse(section)] = next(strings_in(ast.Expression(key)))
    return found


def keys_used(trees):
    """The dotted keys that code reads: ``section.field`` where it takes fields, else ``section``.

    A section is followed through variables it is assigned to and through parameters annotated
    with its class. ``*`` stands for a computed key, and for a section that is handed on whole.
    """
    sections = sections_read(trees)
    return set().union(*(_keys_used_in(tree, sections) for tree in trees))


def _keys_used_in(tree, sections):
    nodes = list(ast.walk(tree))
    calls = {
        id(node): sections[ast.unparse(node.args[0])]
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "read_section"
    }
    annotated = {
        node.arg: ast.unparse(node.annotation)
        for node in nodes
        if isinstance(node, ast.arg) and node.annotation
    }
    names = {name: sections[kind] for name, kind in annotated.items() if kind in sections} | {
        node.targets[0].id: calls[id(node.value)]
        for node in nodes
        if isinstance(node, ast.Assign) and id(node.value) in calls
    }
    items = {id(node.value): node.slice for node in nodes if isinstance(node, ast.Subscript)} | {
        id(node.args[0]): node.args[1]
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr"
    }
    constants = {
        node.targets[0].id: node.value.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    arguments = {
        id(argument)
        for node in nodes
        if isinstance(node, ast.Call)
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]
    }
    used = {f"{key}.*" for call, key in calls.items() if call in arguments}
    for node in nodes:
        if not isinstance(node, ast.Attribute):
            continue
        of = node.value
        section = names.get(of.id) if isinstance(of, ast.Name) else calls.get(id(of))
        if section is None:
            continue
        key = section if node.attr.startswith("model_") else f"{section}.{node.attr}"
        if id(node) in items:
            item = items[id(node)]
            name = constants.get(ast.unparse(item), getattr(item, "value", None))
            key += f".{name}" if isinstance(name, str) else ".*"
        used.add(key)
    return used


def covers(declared, key):
    """Whether a declared parameter is what a key reads, or holds it; stars only match stars."""
    return key == declared or key.removesuffix("*").startswith(f"{declared}.")


WORKING = [stage for stage in PIPELINE if stage != "check"]


def test_every_stage_has_a_script_and_every_script_a_stage():
    scripts = {file.stem for file in STAGES.glob("*.py") if not file.name.startswith("_")}
    assert {script_of(stage) for stage in PIPELINE} == scripts


@pytest.mark.parametrize("stage", WORKING)
def test_a_stage_depends_on_the_code_of_its_script(stage):
    assert f"data/code/stages/{script_of(stage)}.json" in deps_of(stage)


def test_the_check_depends_on_all_code_and_all_parameters():
    assert deps_of("check") == {"params.yaml", "stages", "tfrepro", "data/concepts"}
    assert PIPELINE["check"]["outs"] == ["data/code"]


@pytest.mark.parametrize("stage", WORKING)
def test_a_stage_that_makes_a_method_depends_on_the_code_of_that_method(stage):
    if "stages/_train.py" not in code_of_files([STAGES / f"{script_of(stage)}.py"]):
        return
    if "stages/_rows.py" in code_of_files([STAGES / f"{script_of(stage)}.py"]):
        paper = script_of(stage).removesuffix("_run")
        assert f"data/code/rows/{paper}.json" in deps_of(stage)
        return
    item = "${item.method}"
    methods = [dep for dep in PIPELINE[stage]["deps"] if dep.startswith("data/code/methods/")]
    assert len(methods) == 1
    if item in PIPELINE[stage]["cmd"]:
        assert methods == [f"data/code/methods/{item}.json"]
    else:
        name = Path(methods[0]).stem
        strings = {s for tree in trees_of(script_of(stage)) for s in strings_in(tree)}
        assert name in METHODS
        assert name in strings, "the script names the method it makes"


@pytest.mark.parametrize("kind", ["sounds", "videos", "microvideos", "music_videos"])
def test_building_a_corpus_depends_on_the_code_of_that_corpus(kind):
    assert f"data/code/{kind}/${{item.corpus}}.json" in PIPELINE[kind]["deps"]


@pytest.mark.parametrize("stage", WORKING)
def test_every_checksum_a_stage_keeps_beside_its_result_is_one_it_depends_on(stage):
    """Else a change of that code would make its tables look stale for ever."""
    strings = {s for tree in trees_of(script_of(stage)) for s in strings_in(tree)}
    kinds = "stages|methods|sounds|videos|microvideos|music_videos"
    kept = {s for s in strings if re.fullmatch(rf"({kinds})/[\w*-]+", s)}
    for part in kept:
        file = f"data/code/{part}.json"
        assert any(fnmatch.fnmatch(dep, file) or fnmatch.fnmatch(file, dep)
                   or file.startswith(f"{dep}/")
                   or (dep.startswith("data/code/rows/") and part.startswith("methods/"))
                   for dep in deps_of(stage)), f"{file} is not among the deps"  # fmt: skip


@pytest.mark.parametrize("stage", WORKING)
def test_every_parameter_a_stage_reads_is_declared(stage):
    declared = params_of(stage)
    for key in keys_used(trees_of(script_of(stage))):
        if key.split(".")[0] in NO_RESULT_DEPENDS_ON and key != "compute.precision":
            continue
        assert any(covers(param, key) for param in declared), f"{key} is not among the params"


@pytest.mark.parametrize("stage", WORKING)
def test_a_stage_that_trains_networks_depends_on_their_precision(stage):
    trains = "tfrepro/models/devices.py" in code_of_files([STAGES / f"{script_of(stage)}.py"])
    assert trains == ("compute.precision" in params_of(stage))


@pytest.mark.parametrize("stage", WORKING)
def test_no_stage_declares_a_parameter_it_does_not_read(stage):
    used = keys_used(trees_of(script_of(stage)))
    for param in params_of(stage):
        assert any(covers(param, key) for key in used), f"{param} is not read"


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("s = read_section(Table, 'dare.table')\nprint(s.folds, s.seed)",
         {"dare.table.folds", "dare.table.seed"}),
        ("jobs = read_section(Compute, 'compute').jobs", {"compute.jobs"}),
        ("s = read_section(Split, f'yt8m.{corpus}.split')\nprint(s.seed)", {"yt8m.*.split.seed"}),
        ("values = read_section(Acoustic, 'acoustic').model_dump()", {"acoustic"}),
        ("own = getattr(read_section(Sounds, 'sounds'), corpus)", {"sounds.*"}),
        ("train(read_section(Compute, 'compute'))\ndef train(c: Compute): return c.jobs",
         {"compute.*", "compute.jobs"}),
        ("s = read_section(Table, 'dare')\ns.methods['sda']['C']", {"dare.methods.sda"}),
        ("s = read_section(Table, 'dare')\ns.methods[name]", {"dare.methods.*"}),
        ("M = 'sda'\ns = read_section(Table, 'dare')\ns.methods[M]", {"dare.methods.sda"}),
        ("s = read_section(Table, 'dare')\ngetattr(s.sweeps, name)", {"dare.sweeps.*"}),
        ("s = read_section(Table, 'dare')\nprint(*s.methods)", {"dare.methods"}),
        ("def other(s): return s.seed", set()),
    ],
)  # fmt: skip
def test_the_parameters_a_script_reads_are_found_in_its_source(code, keys):
    assert keys_used([ast.parse(code)]) == keys


@pytest.mark.parametrize(
    ("param", "key", "covered"),
    [
        ("dare.table2", "dare.table2.folds", True),
        ("dare.table2.folds", "dare.table2.folds", True),
        ("dare.table2.methods.*", "dare.table2.methods.*", True),
        ("dare.table2.methods", "dare.table2.methods.*", True),
        ("dare.table2.methods.sda", "dare.table2.methods.sda", True),
        ("dare.table2.methods.sda", "dare.table2.methods.*", False),
        ("dare.table2.methods.*", "dare.table2.methods", False),
        ("dare.table2.folds", "dare.table2.seed", False),
        ("dare.table2", "dare.table22.folds", False),
        ("compute.precision", "compute.precision", True),
        ("sounds.*", "sounds.*", True),
        ("acoustic", "sounds.*", False),
    ],
)
def test_a_declared_parameter_covers_what_it_holds(param, key, covered):
    assert covers(param, key) == covered


@pytest.mark.parametrize("stage", WORKING)
def test_a_stage_that_reads_published_numbers_depends_on_their_file(stage):
    """Numbers are data, so no checksum of code holds them."""
    calls = [
        node
        for tree in trees_of(script_of(stage))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "build_table"
    ]
    printed = {
        node.args[0].value
        for node in calls
        if not any(k.arg == "printed" and ast.unparse(k.value) == "False" for k in node.keywords)
    }
    assert {f"tfrepro/published/{paper}.yaml" for paper in printed} <= deps_of(stage)


# --- Rooms ----------------------------------------------------------------------------------------

ROOMS = re.findall(r"^``(\w+)``", (ROOT / "tfrepro/__init__.py").read_text(), re.MULTILINE)
OUTSIDE = {
    "settings", "files", "errors", "parallel", "cluster", "methods", "provenance", "stale",
}  # fmt: skip
# In rooms that else do without TensorFlow: what trains networks, and the readers at its edge.
HEAVY = {
    "tfrepro.evaluation.reconstruction",
    "tfrepro.media.tf_audio",
    "tfrepro.corpora.yt8m",
    "tfrepro.corpora.yt8m_dataset",
    "tfrepro.clips.published_dare",
    "tfrepro.clips.published_eastern",
    "tfrepro.clips.published_network",
    "tfrepro.clips.published_nmcl",
}
LIGHT = ("sources", "simulate", "corpora", "media", "features", "baselines", "published",
         "evaluation", "report", "clips", "cli", *sorted(OUTSIDE))  # fmt: skip
# These do not start TensorFlow before there is a picture or a sound to be looked at.
LATE = (
    "tfrepro.cli.",
    "tfrepro.clips.",
    "tfrepro.features.audioset",
    "tfrepro.features.microvideos.media",
    "tfrepro.features.music_videos.media",
    "tfrepro.features.tflite",
    "tfrepro.features.visual.",
)
FRAMEWORKS = {"tensorflow", "tensorflow_io", "keras", "jax", "torch"}


def module_of(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def imported_by(file):
    """The full names of all that a file imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module for node in nodes if isinstance(node, ast.ImportFrom)]


def room_of(module):
    """``evaluation`` of ``tfrepro.evaluation.scores``; empty for the library itself."""
    return ".".join(module.split(".")[1:2])


LIBRARY = {module_of(file): file for file in sorted((ROOT / "tfrepro").rglob("*.py"))}
LIGHT_MODULES = [m for m in LIBRARY if room_of(m) in LIGHT and m not in HEAVY]


def test_every_module_stands_in_a_room_or_is_known_to_stand_outside():
    assert {room_of(module) for module in LIBRARY} - {""} <= {*ROOMS, *OUTSIDE}


@pytest.mark.parametrize("module", [m for m in LIBRARY if room_of(m) in ROOMS])
def test_a_room_imports_only_earlier_rooms(module):
    here = ROOMS.index(room_of(module))
    for imported in imported_by(LIBRARY[module]):
        assert imported != "tfrepro", "import rooms by their full names"
        if imported.startswith("tfrepro.") and room_of(imported) in ROOMS:
            assert ROOMS.index(room_of(imported)) <= here, f"{module} imports {imported}"


@pytest.mark.parametrize("module", [m for m in LIGHT_MODULES if not m.startswith(LATE)])
def test_what_trains_no_network_reaches_no_tensorflow(module):
    for file in code_of_files([LIBRARY[module]]):
        frameworks = {name.split(".")[0] for name in imported_by(ROOT / file)} & FRAMEWORKS
        assert not frameworks, f"{module} reaches {file}, which imports {frameworks}"


def test_what_trains_no_network_runs_without_tensorflow():
    code = "import sys\n" + "".join(
        f"import {module}\n" for module in LIGHT_MODULES if not module.endswith("__main__")
    )
    code += f"loaded = {FRAMEWORKS!r} & set(sys.modules)\nassert not loaded, loaded\n"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_module_of_the_library_is_part_of_its_own_code():
    assert "tfrepro/features/mfcc.py" in code_of_module("tfrepro.features.mfcc")
    assert code_of_module("numpy") == {}
