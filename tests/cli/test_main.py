"""The command itself: quick help, errors in one line."""

import subprocess
import sys
import time

import pytest

from tfrepro.cli.main import app

COMMANDS = ("predict", "retrieve", "index", "sources", "corpora", "tables", "stale")


def test_help_names_every_command(run):
    code, out, err = run("--help")
    assert (code, err) == (0, [])
    listed = [line.split()[0] for line in out.partition("Commands:")[2].splitlines() if line]
    assert sorted(listed) == sorted(COMMANDS)
    assert run()[1] == out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_explained(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80


def test_help_loads_neither_tensorflow_nor_pandas_and_is_quick():
    code = (
        "import sys; from tfrepro.cli.main import main; main(['predict', '--help']); "
        "heavy = {'tensorflow', 'keras', 'pandas', 'numpy', 'sklearn', 'librosa'}; "
        "print(heavy & set(sys.modules), file=sys.stderr)"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "set()"
    assert time.perf_counter() - start < 5, "a fraction of a second, but on a busy machine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "error: No such command 'nothing'."),
        (["predict"], "error: Missing argument 'MODEL'."),
        (["tables", "--nothing"], "error: No such option"),
        (["sources", "nothing"], "error: No such command 'nothing'."),
    ],
)
def test_a_slip_is_one_line_and_exit_code_2(run, words, said):
    code, out, err = run(*words)
    assert (code, out, len(err)) == (2, "", 1)
    assert err[0].startswith(said)


def test_being_stopped_is_no_traceback(run, monkeypatch):
    def stop(files):
        raise KeyboardInterrupt

    monkeypatch.setattr("tfrepro.cli.tables.run", stop)
    assert run("tables", "x.json") == (130, "", [])


def test_a_bug_is_not_hidden(monkeypatch, run):
    def fail(files):
        raise ValueError("a bug")

    monkeypatch.setattr("tfrepro.cli.tables.run", fail)
    with pytest.raises(ValueError, match="a bug"):
        run("tables", "x.json")


def test_output_may_be_cut_off_by_who_reads_it(tmp_path):
    words = f"{sys.executable} -m tfrepro.cli.main sources list --json | head -c 1"
    done = subprocess.run(words, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[", "")


def test_the_library_has_no_other_entry_point():
    from pathlib import Path

    library = Path(__file__).parents[2] / "tfrepro"
    scripts = [
        file.relative_to(library).as_posix()
        for file in library.rglob("*.py")
        if file.name == "__main__.py" or '__name__ == "__main__"' in file.read_text()
    ]
    assert scripts == ["cli/main.py"]
    assert app.info.help
