"""`make pages`: writes the pages of `docs/` that are made from the code; what they say is decided in the code alone.

Each page is a function that returns its whole text, so that a test can compare it with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs import errors_page, parity_page

ROOT = Path(__file__).resolve().parents[3]

PAGES: Mapping[str, Callable[[], str]] = {
    "docs/errors.md": errors_page.text,
    "docs/sandbox-parity.md": parity_page.text,
}


def write() -> None:
    """Every generated page holds what the code says now."""
    for name, make in PAGES.items():
        (ROOT / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write()
