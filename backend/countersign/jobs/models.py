"""What is kept of a job's failures; the job itself is a row of the queue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from countersign.kit import ids
from countersign.kit.tables import Base


class JobFailure(Base):
    """How often a job failed and how the last time; once replayed, as which job.

    `error_type` and `error_code` name the error, never its words, which may quote mail. `retry_at` is the machine's
    time of the next try, None for a dead letter.
    """

    __tablename__ = "job_failures"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    queue_id: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int]
    error_type: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))
    retry_at: Mapped[datetime | None]
    replayed_at: Mapped[datetime | None]
    replayed_as: Mapped[UUID | None]


def job_id(user_id: UUID, queue_id: int) -> UUID:
    """The job's id outside: always the same, and telling nobody how many jobs other people have."""
    return ids.derived_id(user_id, "job", str(queue_id))
