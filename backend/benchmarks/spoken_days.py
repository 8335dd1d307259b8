"""Scores `understanding.dates` on Duckling's English corpus: phrases that mean days, weeks or months, first day only.

Holidays, times of day, quarters and years are left out: that room does not read them. Reads the set in place. A fifth
of it, chosen by hash of the id, is reported apart and stays unread by whoever works on the grammar.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from benchmarks.figures import Figure
from benchmarks.place import Place
from countersign.understanding.dates import find_dates

SET = "duckling_time_en"
KINDS = frozenset({"datetime", "datetimeInterval"})
GRAINS = frozenset({"Day", "Week", "Month"})


def measure(place: Place) -> list[Figure]:
    """Phrases read right and read as another day, of the open part and of the fifth kept apart."""
    lines = (place.public(SET) / "phrases.jsonl").read_text("utf-8").splitlines()
    place.say("reading public phrases that mean days ...")
    rows = [row for row in map(json.loads, lines) if row["kind"] in KINDS and row["grain"] in GRAINS]
    figures: list[Figure] = []
    for part, is_apart in (("open part", False), ("fifth kept apart", True)):
        answers = [_answer(row) for row in rows if _is_apart(row["id"]) == is_apart]
        right, wrong = answers.count("right"), answers.count("wrong")
        figures += [
            Figure(
                f"days read right ({part})",
                100 * right / len(answers),
                "%",
                note=f"{right} of {len(answers)}",
            ),
            Figure(
                f"read as another day ({part})", 100 * wrong / len(answers), "%", note="the rest is not read"
            ),
        ]
    return figures


def _answer(row: dict[str, Any]) -> str:
    now = datetime.fromisoformat(row["reference"])
    # The reference is given as an offset; this zone has it, and no phrase names another.
    found = find_dates(row["text"], now=now, zone="Etc/GMT+2")
    if not found:
        return "unread"
    return "right" if found[0].first == datetime.fromisoformat(row["start"]).date() else "wrong"


def _is_apart(row_id: str) -> bool:
    return hashlib.sha256(row_id.encode()).digest()[0] % 5 == 0
