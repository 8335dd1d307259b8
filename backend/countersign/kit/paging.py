"""Pages of a list, newest first, by a cursor that survives new rows; it knows no table."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from countersign.errors import InvalidError

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Some items and where the next page begins; `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Cursor:
    """The last item of the page before: its time and its id."""

    created_at: datetime
    id: UUID


def write_cursor(created_at: datetime, item_id: UUID) -> str:
    """The opaque text form of a cursor."""
    return (
        base64.urlsafe_b64encode(json.dumps([created_at.isoformat(), str(item_id)]).encode())
        .decode()
        .rstrip("=")
    )


def read_cursor(text: str) -> Cursor:
    """The cursor behind that text.

    Raises:
        InvalidError: it is not one of ours.
    """
    try:
        created_at, item_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursor = Cursor(datetime.fromisoformat(created_at), UUID(item_id))
    except (binascii.Error, ValueError, TypeError, UnicodeError, AttributeError) as exc:
        msg = "This page cursor is not one Countersign gave out."
        raise InvalidError(msg, action="Start again from the first page.") from exc
    if cursor.created_at.tzinfo is None:
        msg = "This page cursor is not one Countersign gave out."
        raise InvalidError(msg, action="Start again from the first page.")
    return cursor
