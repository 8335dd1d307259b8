"""Deleting what a clone has stored: only after a yes, never while it runs."""

from __future__ import annotations

from pathlib import Path

from countersign.kit import embedded_postgres
from tests.cli.command_line import CommandLine


def test_clean_data_deletes_nothing_without_a_yes(countersign: CommandLine, place: Path) -> None:
    answered = countersign("clean-data", answer="n\n")

    assert answered.returncode != 0
    assert "Delete it?" in answered.stdout
    assert (place / "postgres" / "PG_VERSION").exists()


def test_clean_data_deletes_nothing_when_nobody_can_answer(countersign: CommandLine, place: Path) -> None:
    assert countersign("clean-data").returncode != 0
    assert (place / "postgres" / "PG_VERSION").exists()


def test_clean_data_deletes_database_and_keys_after_a_yes(countersign: CommandLine, place: Path) -> None:
    answered = countersign("clean-data", answer="y\n")

    assert answered.returncode == 0
    assert list(place.iterdir()) == []


def test_clean_data_is_refused_while_countersign_runs(countersign: CommandLine, place: Path) -> None:
    with embedded_postgres.running(place / "postgres"):
        refused = countersign("clean-data", answer="y\n")

    assert refused.returncode == 1
    assert "nothing was changed" in refused.stderr
    assert (place / "postgres" / "PG_VERSION").exists()
