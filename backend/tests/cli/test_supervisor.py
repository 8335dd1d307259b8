"""Child processes are started again when they end by themselves, and all end together when told to."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from countersign.cli.supervisor import Program, keep_running, readable

COUNT_AND_END = """
import pathlib, sys
file = pathlib.Path(sys.argv[1])
file.write_text(file.read_text() + "x" if file.exists() else "x")
"""
STAY = """
import pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text("up")
time.sleep(600)
"""
STAY_AGAINST_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STAY


def program(code: str, *arguments: str) -> Program:
    return Program("child", [sys.executable, "-c", code, *arguments], dict(os.environ))


async def until_written(file: Path, wanted: str) -> None:
    def look() -> None:
        deadline = time.monotonic() + 20
        while not file.exists() or file.read_text() != wanted:
            assert time.monotonic() < deadline, f"{file.name} never said {wanted!r}"
            time.sleep(0.02)

    await asyncio.to_thread(look)


async def test_a_program_that_ends_by_itself_is_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopping = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running([program(COUNT_AND_END, str(tmp_path / "starts"))], stopping))
        await until_written(tmp_path / "starts", "xx")
        stopping.set()

    assert "ended by itself (exit code 0); starting again in 0.5 s" in capsys.readouterr().out


async def test_stopping_ends_every_program_at_once(tmp_path: Path) -> None:
    stopping = asyncio.Event()
    files = [tmp_path / "first", tmp_path / "second"]

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(keep_running([program(STAY, str(file)) for file in files], stopping))
        await until_written(files[0], "up")
        await until_written(files[1], "up")
        stopping.set()


async def test_a_program_that_ignores_the_wish_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.cli.supervisor.GRACE_SECONDS", 0.3)
    stopping = asyncio.Event()

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(keep_running([program(STAY_AGAINST_SIGTERM, str(tmp_path / "up"))], stopping))
        await until_written(tmp_path / "up", "up")
        stopping.set()


async def test_a_program_that_says_it_cannot_run_like_this_stops_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refuses = "import sys; sys.stderr.write('no such world\\n'); sys.exit(2)"

    async with asyncio.timeout(20):
        await keep_running([program(refuses)], asyncio.Event())

    shown = capsys.readouterr().out
    assert "no such world" in shown
    assert "cannot run like this" in shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain words", "plain words"),
        ("[1, 2]", "[1, 2]"),
        (
            '{"event": "runs.drive", "level": "warning", "timestamp": "2026-03-02T09:00:01.5Z", "run_id": "run_a"}',
            "09:00:01 warning runs.drive run_id=run_a",
        ),
        ('{"event": "api.ready", "level": "info", "process": "api"}', "api.ready"),
        ('{"event": "x.y", "exception": "Trace\\nback"}', "x.y\nTrace\nback"),
    ],
)
def test_a_json_log_line_is_shown_as_a_person_reads_it(line: str, shown: str) -> None:
    assert readable(line) == shown
