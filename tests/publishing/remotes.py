"""The three kinds of remote that the README names, each in a folder of the test."""

from pathlib import Path

import pytest

from tests.publishing.clone import Clone, contents
from tests.publishing.gate import Gate

PATIENCE = 60


class Directory:
    """A folder of the same machine."""

    def __init__(self, home: Path):
        self.folder = home / "store"
        self.url = str(self.folder)
        self.committed: dict[str, str] = {}
        self.own: dict[str, str] = {}

    def objects(self) -> dict[str, bytes]:
        """The bytes of every object that the remote holds."""
        return _whole(contents(self.folder))

    def cut_push(self, clone: Clone, number: int) -> int:
        """Push, killed when ``number`` objects have arrived; the exit status."""
        process = clone.start("push", killed_before=(self.folder, number + 1))
        return process.wait(PATIENCE)

    def refused(self) -> dict[str, dict[str, str]]:
        """Settings with which nobody is let in, by what is wrong with them."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.with_name("file").write_text("no folder")
        return {"a file in the way": {"url": str(self.folder.with_name("file") / "store")}}

    def close(self) -> None:
        pass


class _Served:
    """A remote behind a server."""

    def cut_push(self, clone: Clone, number: int) -> int:
        self.server.gate = gate = Gate(number)
        process = clone.start("push")
        gate.process.set_result(process)
        try:
            return process.wait(PATIENCE)
        finally:
            self.server.gate = None

    def close(self) -> None:
        self.server.close()


class Ssh(_Served):
    """A folder behind SSH."""

    def __init__(self, home: Path):
        # The server's modules are not needed by who has no such remote.
        from tests.publishing import ssh_server

        self.server = ssh_server.SshServer(home / "ssh")
        self.url = f"ssh://127.0.0.1:{self.server.port}/store"
        self.committed = {"user": ssh_server.USER}
        self.own = {"keyfile": str(self.server.keyfile)}
        self.password = ssh_server.PASSWORD
        self.other_key = ssh_server.write_key(home / "other" / "id_ed25519")

    def objects(self) -> dict[str, bytes]:
        return _whole(contents(self.server.folder / "store"))

    def refused(self) -> dict[str, dict[str, str]]:
        return {
            "another key": {"keyfile": str(self.other_key)},
            "another password": {"password": "another"},
        }


class S3(_Served):
    """A bucket."""

    def __init__(self, home: Path):
        pytest.importorskip("dvc_s3", reason="needs the s3 extra")
        pytest.importorskip("moto", reason="needs moto[server]")
        from tests.publishing import s3_server

        self.server = s3_server.S3Server()
        self.url = f"s3://{s3_server.BUCKET}/store"
        self.committed = {"endpointurl": self.server.endpoint, "region": s3_server.REGION}
        self.own = {
            "access_key_id": self.server.access_key_id,
            "secret_access_key": self.server.secret_access_key,
        }

    def objects(self) -> dict[str, bytes]:
        keys = self.server.objects()
        return {key.removeprefix("store/"): value for key, value in keys.items()}

    def refused(self) -> dict[str, dict[str, str]]:
        return {
            "another secret": self.own | {"secret_access_key": "another"},
            "an unknown key": self.own | {"access_key_id": "AKIAUNKNOWN"},
        }


KINDS = {"directory": Directory, "ssh": Ssh, "s3": S3}


def _whole(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without what an interrupted upload leaves under a temporary name."""
    return {name: value for name, value in files.items() if not name.endswith(".tmp")}
