"""Architecture records are short, numbered without gaps, and say how they are enforced."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import text, tracked_files

RECORDS = [path for path in tracked_files() if path.parent == Path("docs/adr") and path.suffix == ".md"]
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]


def test_records_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name.split("-")[0]) for path in RECORDS]

    assert numbers == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_sections_a_status_and_at_most_60_lines(record: Path) -> None:
    written = text(record)

    assert re.findall(r"^## (.+)$", written, re.MULTILINE) == SECTIONS
    assert re.search(r"^Status: (Accepted|Proposed|Superseded by \d{4})$", written, re.MULTILINE)
    assert len(written.splitlines()) <= 60
