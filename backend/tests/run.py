"""`make test`: runs every part, prints how long each took, and ends with one line of sums; it holds no test itself.

With `CI=1` a skipped test or a part that could not run counts as failed: "not run" is not "passed".
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
REPORTS = ROOT / ".run" / "reports"
# One more than the two cores it is meant for: a fifth of the time is spent waiting for clocks and leases.
PROCESSES = "3"
PROOF_FOLDERS = ("backend/tests/crash", "backend/tests/sabotage")
# Branch coverage of the rooms that carry the promises, beside the overall floor in pyproject.toml.
TRUST_ROOMS = (
    "backend/countersign/actions/*",
    "backend/countersign/approvals/*",
    "backend/countersign/workflows/gate.py",
    "backend/countersign/kit/crypto.py",
)


@dataclass(frozen=True)
class Part:
    """One command of the run; a part with `pytest` counts its tests, any other counts as one."""

    name: str
    command: list[str]
    groups: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def report(self) -> Path | None:
        """The JUnit file that the part writes, None when it is no pytest run."""
        return REPORTS / f"{self.name.replace(' ', '-')}.xml" if "pytest" in self.command else None


@dataclass(frozen=True)
class Outcome:
    """What one part counted, and its wall time."""

    passed: int
    failed: int
    skipped: int
    seconds: float


def parts() -> list[Part]:
    """Every part, cheapest first, so that a slip is seen before the long ones."""
    pytest = [sys.executable, "-m", "pytest", "-q"]
    coverage = [sys.executable, "-m", "coverage"]
    suite = [
        *pytest,
        "backend/tests",
        "-n",
        PROCESSES,
        "--dist",
        "loadgroup",
    ]
    check = ("all", "check")
    return [
        Part("lint", [str(BIN / "ruff"), "check", "backend"], check),
        Part("format", [str(BIN / "ruff"), "format", "--check", "backend"], check),
        Part("types", [str(BIN / "mypy")], check),
        Part("import contracts", [str(BIN / "lint-imports")], check, {"PYTHONPATH": "backend"}),
        Part("architecture", [*pytest, "-n", "0", "backend/tests/architecture"], ("check",)),
        Part("tests", [*suite, "--cov", "--cov-report="], ("all",)),
        Part("coverage overall", [*coverage, "report", "--skip-covered"], ("all",)),
        Part(
            "coverage of the trust rooms",
            [*coverage, "report", f"--include={','.join(TRUST_ROOMS)}", "--fail-under=100", "--show-missing"],
            ("all",),
        ),
        Part("proof", [*pytest, "-n", "0", *PROOF_FOLDERS], ("prove",), {"COUNTERSIGN_PROOF": "full"}),
    ]


def run(part: Part, *, strict: bool) -> Outcome:
    """The outcome of one part; its output goes straight to the terminal.

    A pytest run that left no report (it could not even begin) is one failure.
    """
    command = list(part.command)
    if part.report is not None:
        part.report.unlink(missing_ok=True)
        command.append(f"--junitxml={part.report}")
    print(f"\n=== {part.name}", flush=True)
    started = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env={**os.environ, **part.environment}, check=False).returncode
    seconds = time.monotonic() - started
    if part.report is None:
        return Outcome(int(status == 0), int(status != 0), 0, seconds)
    if not part.report.exists():
        return Outcome(0, 1, 0, seconds)
    passed, failed, skipped = _count(part.report)
    if strict:
        failed, skipped = failed + skipped, 0
    return Outcome(passed, max(failed, int(status != 0)), skipped, seconds)


def main() -> int:
    """Runs the chosen group of parts; 0 when nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["all", "check", "prove"], default="all")
    group = parser.parse_args().only
    strict = os.environ.get("CI", "") not in ("", "0", "false")
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = {part.name: run(part, strict=strict) for part in parts() if group in part.groups}
    print("\nTime of each part")
    for name, outcome in outcomes.items():
        print(f"  {name:<28} {outcome.seconds:7.1f} s  {'FAILED' if outcome.failed else 'ok'}")
    passed = sum(outcome.passed for outcome in outcomes.values())
    failed = sum(outcome.failed for outcome in outcomes.values())
    skipped = sum(outcome.skipped for outcome in outcomes.values())
    print(f"  {'together':<28} {sum(outcome.seconds for outcome in outcomes.values()):7.1f} s")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def _count(report: Path) -> tuple[int, int, int]:
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))

    def total(name: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return total("tests") - failed - skipped, failed, skipped


if __name__ == "__main__":
    sys.exit(main())
