"""The executor killed before its nth send on a socket, for many n: a second call ends the reply in exactly one mail.

`strace` kills before the call takes effect and counts for each thread by itself, so the series also reaches the
thread that talks to the provider. One run without a kill closes the series.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.actions.desk import Desk, action_id
from tests.crash.test_kills import markers, sent_markers, until
from tests.crash.workers import Nursery

STRACE = shutil.which("strace")
# An execution sends fewer than 190 times from any one thread; every eighth send is met, the last of these never.
KILLED_BEFORE = (*range(1, 190, 8), 10_000)


def killed_before(pid: int, call: str, n: int) -> subprocess.Popen[str]:
    """A tracer of that stopped process which kills it before the nth such call of one of its threads."""
    assert STRACE is not None
    command = [STRACE, "-f", "-qq", "-p", str(pid), "-e", f"trace={call}", "-o", "/dev/null"]
    return subprocess.Popen([*command, "-e", f"inject={call}:signal=KILL:when={n}"], text=True)


def is_traced(pid: int) -> bool:
    """Whether a tracer holds the process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return re.search(r"^TracerPid:\t0$", status, re.MULTILINE) is None


def has_ended(children: Nursery, pid: int, tracer: subprocess.Popen[str]) -> bool:
    """Whether the traced process is gone; wakes it again, since a signal sent while a tracer attaches may get lost."""
    children.kill(pid, signal.SIGCONT)
    return tracer.poll() is not None


@pytest.mark.skipif(STRACE is None, reason="strace is not installed (deployment/apt-packages.txt names it)")
async def test_a_kill_before_any_send_leaves_one_mail(
    desk: Desk, children: Nursery, record_property: Any
) -> None:
    cards = [await desk.approved(number) for number in range(1, len(KILLED_BEFORE) + 1)]
    ended: list[bool] = []
    for card, n in zip(cards, KILLED_BEFORE, strict=True):
        pid = children.start(
            "execute", stopped=True, user_id=str(desk.user_id), action_id=str(action_id(card))
        )
        tracer = killed_before(pid, "sendto", n)
        await until(lambda pid=pid: is_traced(pid))  # type: ignore[misc]  # bound now
        await until(lambda pid=pid, tracer=tracer: has_ended(children, pid, tracer))  # type: ignore[misc]  # bound now
        ended.append(await desk.state(card) == "done")

    killed = ended.count(False)
    record_property("kills", killed)
    for _ in range(6):
        await desk.advance(20)
        for card in cards:
            await desk.execute(card)

    assert [await desk.state(card) for card in cards] == ["done"] * len(cards)
    assert sent_markers(desk) == Counter(await markers(desk))
    assert ended[-1]
    assert ended.index(True) == killed
    assert desk.drafts() == []
