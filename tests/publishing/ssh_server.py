"""An SSH server on loopback that keeps files in a folder, for one user with a key or a password."""

import asyncio
import threading
from pathlib import Path

import asyncssh

from tests.publishing.gate import Gate

USER = "ann"
PASSWORD = "only-in-the-tests"
PATIENCE = 30


class SshServer:
    """Speaks SFTP over SSH, with a host key and a user's key of its own.

    Attributes
    ----------
    folder : what its user sees as ``/``
    keyfile : the private key that is let in
    gate : through which uploads go, if any
    """

    def __init__(self, home: Path):
        self.folder = home / "root"
        self.folder.mkdir(parents=True)
        self.keyfile = write_key(home / "id_ed25519")
        self.gate: Gate | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = self._wait(self._listen())

    @property
    def port(self) -> int:
        return self._listener.get_port()

    def close(self) -> None:
        self._wait(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Users(asyncssh.read_public_key(f"{self.keyfile}.pub")),
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            sftp_factory=lambda channel: _Files(channel, self),
        )

    async def _shut(self) -> None:
        self._listener.close()
        await self._listener.wait_closed()

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)


class _Users(asyncssh.SSHServer):
    def __init__(self, key: asyncssh.SSHKey):
        self._key = key

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key == self._key


class _Files(asyncssh.SFTPServer):
    """The folder; DVC writes a file under a temporary name and renames it when it is whole."""

    def __init__(self, channel: asyncssh.SSHServerChannel, server: SshServer):
        super().__init__(channel, chroot=str(server.folder))
        self._server = server

    def posix_rename(self, oldpath: bytes, newpath: bytes):
        gate = self._server.gate
        if gate and not gate.pass_one():
            raise asyncssh.SFTPConnectionLost("cut")
        return super().posix_rename(oldpath, newpath)


def write_key(file: Path) -> Path:
    """A new private key, its public half beside it."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    file.parent.mkdir(parents=True, exist_ok=True)
    key.write_private_key(str(file))
    key.write_public_key(f"{file}.pub")
    file.chmod(0o600)
    return file
