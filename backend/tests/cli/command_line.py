"""The real `countersign` program, run as a person would on a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]

Rows = list[tuple[object, ...]]
OwnerSql = Callable[[str], Rows]


@dataclass(frozen=True)
class CommandLine:
    """An installation in `place`."""

    place: Path

    @property
    def program(self) -> list[str]:
        """Command line of the program without a command."""
        return [sys.executable, "-m", "countersign.cli.main"]

    @property
    def environment(self) -> dict[str, str]:
        """Environment that points the program at `place` and at nothing of the developer's own."""
        measured = {name: value for name, value in os.environ.items() if name.startswith("COV")}
        return {
            **measured,
            "PATH": os.environ["PATH"],
            "HOME": str(self.place),
            "PYTHONPATH": str(CHECKOUT / "backend"),
            "DATA_DIR": str(self.place),
        }

    def __call__(
        self, *arguments: str, answer: str = "", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs one command to its end, `answer` typed at its prompt."""
        command, full = [*self.program, *arguments], {**self.environment, **(environment or {})}
        return subprocess.run(
            command, env=full, cwd=self.place, input=answer, capture_output=True, text=True, check=False
        )


def copy_installation(source: Path, place: Path) -> None:
    """A copy of a stopped installation that keeps the owner of its files, who must stay the one that runs Postgres."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(place)], check=True)
