"""A gate that lets so many uploads pass, then kills who uploads and shuts."""

import os
import signal
import threading
from concurrent.futures import Future
from subprocess import Popen

PATIENCE = 30


class Gate:
    """Open until ``number`` uploads went through it; shut afterwards.

    Attributes
    ----------
    process : to be set to the command that uploads, which leads a process group of its own
    """

    def __init__(self, number: int):
        self.left = number
        self.process: Future[Popen] = Future()
        self._lock = threading.Lock()

    def pass_one(self) -> bool:
        """Whether an upload may be kept."""
        with self._lock:
            if self.left == 0:
                self.left = -1
                os.killpg(self.process.result(PATIENCE).pid, signal.SIGKILL)
            if self.left < 0:
                return False
            self.left -= 1
            return True
