"""One mail as it was found in a file, before anything is read from it.

It holds bytes and where they came from; it decides nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundMail:
    """``origin`` is ``file`` or ``file:byte``; ``labels`` come from folders and flags, None when the file has none."""

    origin: str
    raw: bytes
    size_on_disk: int
    labels: tuple[str, ...] | None = None
    envelope: bytes = b""


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that could not be read, with the reason in words."""

    origin: str
    reason: str
