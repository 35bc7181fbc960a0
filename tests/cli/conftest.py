"""The command as it is typed."""

import pytest

from tfrepro.cli.main import main


@pytest.fixture
def run(capsys):
    """``run("predict", ...)``: exit code, stdout, and the lines on stderr but progress bars."""

    def run_command(*words):
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, [line for line in err.splitlines() if line and "it/s" not in line]

    return run_command
