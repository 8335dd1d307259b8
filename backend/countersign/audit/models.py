"""The audit log's table; the database refuses any change of a row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from countersign.kit.tables import Base


class AuditEntry(Base):
    """Who did what and when; `details` are sealed with the user's data key, `chain` links it to the entry before."""

    __tablename__ = "audit"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID]
    ts: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text)
    verb: Mapped[str] = mapped_column(Text)
    run_id: Mapped[UUID | None]
    action_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    details: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(Text)
    chain: Mapped[bytes] = mapped_column(LargeBinary)
