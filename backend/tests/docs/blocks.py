"""The code blocks of a Markdown file, and a shell that runs them in order; it knows no page."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RUN_SECONDS = 90
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"<!-- (?P<note>[^\n]*?) -->\n\Z")
# No block prints it: the ASCII record separator.
_MARK = "\x1e"
LEFT_OUT = "…"


@dataclass(frozen=True)
class Block:
    """One fenced block; `note` is the comment on the line above it, empty without one."""

    language: str
    text: str
    note: str
    line: int


@dataclass(frozen=True)
class Step:
    """Commands with the output that the page shows for them; None when it shows none."""

    commands: Block
    shown: Block | None


def blocks_of(markdown: str) -> list[Block]:
    """Every fenced block, in order."""
    found = []
    for match in _FENCE.finditer(markdown):
        before = markdown[: match.start()]
        note = _NOTE.search(before)
        found.append(
            Block(match["language"], match["text"], note["note"] if note else "", before.count("\n") + 1)
        )
    return found


def steps_of(blocks: Sequence[Block]) -> list[Step]:
    """The `bash` blocks, each with the `text` or `json` block that follows it at once."""
    followers: list[Block | None] = [*blocks[1:], None]
    return [
        Step(block, after if after is not None and after.language in {"text", "json"} else None)
        for block, after in zip(blocks, followers, strict=True)
        if block.language == "bash"
    ]


def run_in_one_shell(steps: Sequence[Step], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """What each step prints, in one bash in `folder` that stops at the first command that fails.

    A step that was not reached prints nothing.
    """
    script = "".join(f"printf '{_MARK}'\n{step.commands.text}" for step in steps)
    finished = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=RUN_SECONDS,
        check=False,
    )
    printed = finished.stdout.decode(errors="replace").split(_MARK)[1:]
    if finished.returncode:
        printed[-1] += f"\n(exit status {finished.returncode})"
    return [*printed, *[""] * (len(steps) - len(printed))]


def is_shown(printed: str, shown: str) -> bool:
    """Whether the page's output is what was printed, an ellipsis standing for anything."""
    pieces = (re.escape(piece) for piece in shown.strip().split(LEFT_OUT))
    return re.fullmatch(".*?".join(pieces), printed.strip(), re.DOTALL) is not None
