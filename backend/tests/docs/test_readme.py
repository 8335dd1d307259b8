"""The README's commands are run as they stand, in order, and print what it shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import blocks_of, is_shown, run_in_one_shell, steps_of
from tests.docs.pages import ROOT
from tests.flows.installation import Installation

README = (ROOT / "README.md").read_text(encoding="utf-8")
OUTPUT = {"text", "json"}


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed (deployment/apt-packages.txt)"
)
def test_a_newcomer_who_copies_the_readme_sees_what_it_shows(
    demo_installation: Installation, tmp_path: Path
) -> None:
    home = tmp_path / "newcomer"
    home.mkdir()
    steps = steps_of(blocks_of(README))
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ORIGIN": demo_installation.origin,
        "NO_PROXY": "*",
    }

    printed = run_in_one_shell(steps, home, environment)

    wrong = [
        f"README.md:{step.commands.line}\n{step.commands.text}--- shows\n{step.shown.text if step.shown else ''}"
        f"--- printed\n{output}"
        for step, output in zip(steps, printed, strict=True)
        if not is_shown(output, step.shown.text if step.shown else "")
    ]
    assert not wrong, wrong[0]


def test_every_block_of_the_readme_is_run_here_or_says_how_it_was_run() -> None:
    blocks = blocks_of(README)
    follows = [None, *blocks[:-1]]

    unexplained = [
        block.line
        for block, before in zip(blocks, follows, strict=True)
        if block.language != "bash"
        and not block.note
        and not (block.language in OUTPUT and before is not None and before.language == "bash")
    ]
    assert unexplained == []


def test_the_tasks_the_readme_names_exist() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tasks = {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")}
    named = {
        words.split("make ")[1].split()[0]
        for block in blocks_of(README)
        for words in block.text.splitlines()
        if "make " in words and block.language == "sh"
    }

    assert named
    assert named <= tasks
