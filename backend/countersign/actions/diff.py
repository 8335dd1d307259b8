"""What differs between two versions of an action, field by field, in words a person reads; it judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Format = Literal["text", "address_list", "date_time"]


@dataclass(frozen=True)
class Field:
    """One line of a card: where it comes from in the payload, what it is called and what it says."""

    path: str
    label: str
    value: str | None
    format: Format = "text"


def field_changes(before: Sequence[Field] | None, after: Sequence[Field]) -> list[dict[str, Any]]:
    """Every field with its value before (None without an earlier version, or when empty) and after.

    Fields only the earlier version has come last, with an `after` of None.
    """
    old = {field.path: field for field in before or ()}
    new_paths = {field.path for field in after}
    gone = [field for field in before or () if field.path not in new_paths]
    return [_line(field, old.get(field.path), field) for field in after] + [
        _line(field, field, None) for field in gone
    ]


def _line(shown: Field, before: Field | None, after: Field | None) -> dict[str, Any]:
    return {
        "path": shown.path,
        "label": shown.label,
        "before": (before.value or None) if before else None,
        "after": (after.value or None) if after else None,
        "format": shown.format,
    }
