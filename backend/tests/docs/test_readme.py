"""The README's commands are run as they stand, in order, and print what it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks_of, is_shown, run_in_one_shell, steps_of
from tests.docs.pages import ROOT
from tests.flows.installation import Installation

README = (ROOT / "README.md").read_text(encoding="utf-8")
OUTPUT = {"text", "json"}
PAGES_WITH_BLOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"))
    if "```" in path.read_text(encoding="utf-8")
)


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


@pytest.mark.parametrize("page", PAGES_WITH_BLOCKS)
def test_every_block_is_run_by_a_test_or_says_how_it_was_tried(page: str) -> None:
    blocks = blocks_of((ROOT / page).read_text(encoding="utf-8"))
    may_run = page == "README.md"

    unexplained = [
        block.line
        for block, before in zip(blocks, [None, *blocks], strict=False)
        if not (may_run and is_checked(block, before)) and not block.note
    ]
    assert unexplained == []


@pytest.mark.parametrize("page", PAGES_WITH_BLOCKS)
def test_every_task_that_is_named_exists(page: str) -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tasks = {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")}
    text = (ROOT / page).read_text(encoding="utf-8")
    in_blocks = "\n".join(block.text for block in blocks_of(text))
    named = set(re.findall(r"(?:`|^|\s)make ([a-z-]+)", in_blocks, re.MULTILINE)) | set(
        re.findall(r"`(?:[A-Z]+=\S+ )*make ([a-z-]+)", text)
    )

    assert named <= tasks


def is_checked(block: Block, before: Block | None) -> bool:
    """Whether the test above runs the block or compares it with what was printed."""
    shows_output = block.language in OUTPUT and before is not None and before.language == "bash"
    return block.language == "bash" or shows_output
