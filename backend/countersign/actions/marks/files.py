"""Which files a person can look into before they leave; names and types only, no file is opened here.

What a file is called, what it says it is and what a reader would do with it must agree, else it counts as opaque.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from countersign.actions.marks.risk import Reason

_KNOWN = {
    "application/pdf": {"pdf"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"docx"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"xlsx"},
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": {"pptx"},
    "application/vnd.oasis.opendocument.text": {"odt"},
    "application/vnd.oasis.opendocument.spreadsheet": {"ods"},
    "image/gif": {"gif"},
    "image/jpeg": {"jpg", "jpeg"},
    "image/png": {"png"},
    "image/webp": {"webp"},
    "text/calendar": {"ics"},
    "text/csv": {"csv"},
    "text/markdown": {"md"},
    "text/plain": {"txt", "csv", "md", "log"},
}
"""Types without programs inside and the endings they go by; archives and anything else cannot be looked into."""


@dataclass(frozen=True)
class File:
    """A file as risk sees it."""

    name: str
    media_type: str
    size_bytes: int


def is_inspectable(file: File) -> bool:
    """Whether a person can look into it and would see what its recipient gets."""
    ending = PurePosixPath(file.name).suffix.lstrip(".").lower()
    return ending in _KNOWN.get(file.media_type, set())


def file_reasons(files: Sequence[File]) -> list[Reason]:
    """Reasons about files that go along: that there are any, and each that cannot be looked into."""
    if not files:
        return []
    many = "A file goes with it." if len(files) == 1 else f"{len(files)} files go with it."
    opaque = [
        Reason(
            "uninspectable_attachment",
            "high",
            f"“{file.name}” is of a kind Countersign cannot look into.",
            f"/attachments/{position}",
        )
        for position, file in enumerate(files)
        if not is_inspectable(file)
    ]
    return [Reason("attachment", "medium", many, "/attachments"), *opaque]
