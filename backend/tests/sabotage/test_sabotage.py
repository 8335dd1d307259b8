"""Each control is taken out of a copy of the product, and the test that guards it must turn red."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.kit.embedded.home import data_root
from tests.cluster import ENVIRONMENT_NAME

ROOT = Path(__file__).resolve().parents[3]
EVERY_CHANGE = 8
"""The first so many patches run with `make test`, all of them with `make prove`; each takes seconds."""
PATCHES = sorted(Path(__file__).parent.glob("*.patch"))
CHOSEN = PATCHES if os.environ.get("COUNTERSIGN_PROOF") == "full" else PATCHES[:EVERY_CHANGE]
TESTS_FAILED = 1
"""pytest's exit status when tests ran and some failed; anything else means that the test did not run."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the product and its tests that may be spoiled."""
    root = tmp_path_factory.mktemp("sabotage") / "copy"
    root.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
    shutil.copytree(ROOT / "backend", root / "backend", ignore=ignored)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    yield root
    shutil.rmtree(data_root(root), ignore_errors=True)


def patched(root: Path, patch: Path, *options: str) -> None:
    """Apply the patch in the copy."""
    command = ["git", "apply", "-p1", *options, str(patch)]
    subprocess.run(command, cwd=root / "backend", check=True)


@pytest.mark.parametrize("patch", CHOSEN, ids=lambda patch: patch.stem)
def test_taking_a_control_out_turns_its_test_red(copy: Path, patch: Path) -> None:
    named = re.match(r"Turns red: (.+)\n", patch.read_text())
    assert named is not None
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == ENVIRONMENT_NAME or not name.startswith(("PYTEST_", "COUNTERSIGN_", "COV"))
    }
    # Plugins that these tests do not use take a third of the child's time to import.
    without = [option for name in ("cacheprovider", "schemathesis") for option in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", "-n0", "-q", *without, f"backend/{named[1]}"]

    patched(copy, patch)
    try:
        ran = subprocess.run(
            command, cwd=copy, env=kept, capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        patched(copy, patch, "--reverse")

    assert ran.returncode == TESTS_FAILED, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "1 failed" in ran.stdout
