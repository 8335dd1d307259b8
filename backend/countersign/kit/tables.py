"""The one declarative base of every room's tables; Alembic alone makes the tables themselves."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Uuid
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine


class Base(DeclarativeBase):
    """Every model derives from this; `datetime` is timestamptz (aware, UTC), `UUID` is uuid."""

    type_annotation_map: ClassVar[dict[type, TypeEngine[object]]] = {
        datetime: DateTime(timezone=True),  # type: ignore[dict-item]  # SQLAlchemy's value types differ per key
        UUID: Uuid(),  # type: ignore[dict-item]  # as above
    }
