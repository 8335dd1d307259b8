"""A process that has everything imported and forks a ready child on demand, so that hundreds can be killed quickly.

Run as a script: it reads one JSON command a line on standard input and answers with the child's process id.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from countersign import worker
from countersign.accounts.services import opened_services
from countersign.actions import execute
from countersign.kit.telemetry import configure_logging
from countersign.settings import Settings
from countersign.understanding.matching.pattern import compile_all

_PR_SET_PDEATHSIG = 1
"""Source: linux/prctl.h."""


def main() -> None:
    """Fork a child for every command until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    compile_all()
    children: dict[str, Callable[[dict[str, Any]], None]] = {
        "worker": lambda command: asyncio.run(worker.run(Settings())),
        "execute": lambda command: asyncio.run(_execute_once(command)),
        "control": _send_without_looking,
    }
    for line in sys.stdin:
        command = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(children[command["op"]], command)
        sys.stdout.write(f"{json.dumps({'pid': pid})}\n")
        sys.stdout.flush()


def _become(child: Callable[[dict[str, Any]], None], command: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # no child outlives its nursery
    log = os.open(os.environ["CRASH_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    configure_logging("info", command["op"])
    if command.get("stopped"):
        os.kill(os.getpid(), signal.SIGSTOP)
    status = 1
    try:
        child(command)
        status = 0
    finally:
        os._exit(status)


async def _execute_once(command: dict[str, Any]) -> None:
    async with opened_services(Settings()) as services:
        await execute.run(services, UUID(command["user_id"]), UUID(command["action_id"]))


def _send_without_looking(command: dict[str, Any]) -> None:
    """The executor one would write without the contract: send, then note that it was sent; after a crash, again."""
    with httpx.Client(base_url=command["base_url"], trust_env=False, timeout=30) as http:
        for number, raw in enumerate(command["mails"]):
            done = Path(command["folder"], f"{number}.sent")
            if not done.exists():
                http.post(
                    "/gmail/v1/users/me/messages/send",
                    json={"raw": raw},
                    headers={"Authorization": f"Bearer {command['token']}"},
                ).raise_for_status()
                done.touch(exist_ok=False)


if __name__ == "__main__":
    main()
