"""Connected accounts and consents under way, as rows; tokens and verifiers are sealed before they get here."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from countersign.kit.tables import Base

ACCOUNTS_TABLE: Final = "accounts"
STATES_TABLE: Final = "oauth_states"


class Account(Base):
    """One provider account of one user; kept after disconnecting because actions refer to it.

    `token_version` rises with every change of the tokens: renewals compare and set it. `probe_cursor` is how far the
    mailbox's own log of changes was read for the open cards, "" before the first time.
    """

    __tablename__ = ACCOUNTS_TABLE

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    provider: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default=sql("''"))
    type: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default=sql("''"))
    is_default: Mapped[bool] = mapped_column(server_default=sql("false"))
    state: Mapped[str] = mapped_column(Text, server_default=sql("'healthy'"))
    state_reason: Mapped[str | None] = mapped_column(Text)
    sending: Mapped[bool] = mapped_column(server_default=sql("true"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    time_zone: Mapped[str | None] = mapped_column(Text)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    access_expires_at: Mapped[datetime | None]
    token_version: Mapped[int] = mapped_column(server_default=sql("0"))
    probed_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))
    probe_cursor: Mapped[str] = mapped_column(Text, server_default=sql("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))
    updated_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))


class OAuthState(Base):
    """One consent that was started; good once, for one session, for ten minutes."""

    __tablename__ = STATES_TABLE

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    state_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    verifier: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    account_type: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=sql("app_now()"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
