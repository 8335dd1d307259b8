"""A process that has the worker imported and forks one on demand: starting one anew takes seconds, a fork a moment.

Run as a script it is that process: one JSON command a line on standard input, one JSON answer a line. What is forked
runs the product's own `main` under exactly the environment it is given, and dies with its parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import Any

from countersign import worker
from countersign.understanding.matching.pattern import compile_all

BACKEND = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1
"""Source: linux/prctl.h."""


@dataclass
class Forked:
    """A forked worker, held like a `subprocess.Popen`: whoever starts it ends it."""

    pid: int
    output: Path
    returncode: int | None = None

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def communicate(self, timeout: float | None = None) -> tuple[bytes, None]:
        """All it wrote, once it has ended.

        Raises:
            subprocess.TimeoutExpired: it still runs after `timeout` seconds.
        """
        if self.returncode is None:
            watched = os.pidfd_open(self.pid)
            try:
                ended, _, _ = select.select([watched], [], [], timeout)
            finally:
                os.close(watched)
            if not ended:
                raise subprocess.TimeoutExpired("worker", timeout or 0)
            self.returncode = int(_ask(op="wait", pid=self.pid)["status"])
        return self.output.read_bytes(), None

    def _signal(self, number: signal.Signals) -> None:
        # Until it is waited for its process id is nobody else's.
        if self.returncode is None:
            os.kill(self.pid, number)


def fork_worker(environment: dict[str, str]) -> Forked:
    """A worker process with exactly that environment."""
    descriptor, output = mkstemp(dir=_outputs().name)
    os.close(descriptor)
    return Forked(int(_ask(op="fork", environment=environment, output=output)["pid"]), Path(output))


def main() -> None:
    """Fork and wait as told until standard input ends."""
    compile_all()
    for line in sys.stdin:
        command = json.loads(line)
        if command["op"] == "wait":
            answer = {"status": os.waitstatus_to_exitcode(os.waitpid(command["pid"], 0)[1])}
        else:
            pid = os.fork()
            if pid == 0:
                _become_worker(command["environment"], command["output"])
            answer = {"pid": pid}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def _become_worker(environment: dict[str, str], output: str) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(environment)
    log = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    status = 1
    try:
        worker.main()
        status = 0
    except BaseException as error:  # noqa: BLE001 - told, and the process ends right after
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


@cache
def _outputs() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="workers-")


@cache
def _parent() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.preloaded"],
        cwd=BACKEND,
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ask(**command: Any) -> dict[str, Any]:
    parent = _parent()
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(f"{json.dumps(command)}\n")
    parent.stdin.flush()
    answer: dict[str, Any] = json.loads(parent.stdout.readline())
    return answer


if __name__ == "__main__":
    main()
