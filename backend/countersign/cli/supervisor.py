"""Keeps a few processes running, prints their logs with a prefix, ends them together; it knows none of them by name."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import typer

# A process that lived this long failed for a new reason, so the next start is immediate again.
SETTLED_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# What a program ends with when it was told something impossible: another start would end the same way.
USAGE_STATUS = 2
# SIGTERM to SIGKILL: longer than a request or an executor step takes to reach a safe point.
GRACE_SECONDS = 8.0
# Lines of a log above this are cut; asyncio would otherwise refuse them.
LINE_LIMIT_BYTES = 1_000_000
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """One process to keep running: what it is called in the log, its command line and its environment.

    `descriptors` are open files of ours that every start of it inherits under the same numbers.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Sequence[int] = ()


async def keep_running(programs: Sequence[Program], stopping: asyncio.Event) -> None:
    """Runs every program until `stopping` is set, starting again what ended; all have ended on return.

    A program that ends with status 2 says it cannot run as it was started: that sets `stopping` too.
    """
    async with asyncio.TaskGroup() as group:
        for program in programs:
            group.create_task(_keep(program, stopping))


def say(name: str, text: str) -> None:
    """Prints one line of `name`'s log."""
    typer.echo(f"{typer.style(f'{name:<9}', dim=True)} {text}")


def readable(line: str) -> str:
    """A JSON log line as `12:00:01 warning room.verb key=value`; any other line unchanged."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    if not isinstance(entry, dict) or "event" not in entry:
        return line
    time = str(entry.pop("timestamp", ""))[11:19]
    level, event = entry.pop("level", "info"), entry.pop("event")
    for noise in ("process", "logger"):
        entry.pop(noise, None)
    stack = entry.pop("exception", None)
    fields = " ".join(f"{key}={value}" for key, value in entry.items())
    shown = " ".join(part for part in (time, "" if level == "info" else level, str(event), fields) if part)
    return f"{shown}\n{stack}" if stack else shown


async def _keep(program: Program, stopping: asyncio.Event) -> None:
    pause = FIRST_PAUSE_SECONDS
    loop = asyncio.get_running_loop()
    while not stopping.is_set():
        began = loop.time()
        status = await _run_once(program, stopping)
        if stopping.is_set():
            return
        if status == USAGE_STATUS:
            say(program.name, "cannot run like this (its words are above); stopping everything")
            stopping.set()
            return
        pause = FIRST_PAUSE_SECONDS if loop.time() - began > SETTLED_SECONDS else pause
        say(program.name, f"ended by itself ({_ending(status)}); starting again in {pause:g} s")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _run_once(program: Program, stopping: asyncio.Event) -> int:
    process = await asyncio.create_subprocess_exec(
        *program.command,
        env=dict(program.environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=LINE_LIMIT_BYTES,
        preexec_fn=_die_with_parent,
        pass_fds=program.descriptors,
    )
    printing = asyncio.create_task(_print_lines(program.name, process.stdout))
    ended = asyncio.create_task(process.wait())
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not ended.done():
        await _end(process)
    status = await ended
    await printing
    return status


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), GRACE_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def _print_lines(name: str, stream: asyncio.StreamReader | None) -> None:
    if stream is None:
        return
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            continue
        if not line:
            return
        say(name, readable(line.decode(errors="replace").rstrip()))


def _ending(status: int) -> str:
    if status >= 0:
        return f"exit code {status}"
    return f"killed by {signal.Signals(-status).name}"


def _die_with_parent() -> None:
    """On Linux the kernel ends the child when the supervisor is killed, so no orphan keeps the port.

    Runs in the child between fork and exec. Source: prctl(2), PR_SET_PDEATHSIG. Elsewhere the next start names the
    orphan instead.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
