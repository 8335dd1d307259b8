"""Identifiers: UUIDv7 inside, prefixed base32 outside; it knows no product thing beyond its prefix.

Source: RFC 9562 section 5.7 (UUIDv7) and 5.5 (UUIDv5); RFC 4648 section 6 (base32), lower case, no padding.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from uuid import UUID, uuid5

import uuid6
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from countersign.errors import NotFoundError

_ENCODED_LENGTH = 26  # 16 bytes in base32 without padding


def new_id() -> UUID:
    """A fresh UUIDv7; ids made later sort later (millisecond grain)."""
    return UUID(bytes=uuid6.uuid7().bytes)


def derived_id(namespace: UUID, *parts: str) -> UUID:
    """The UUIDv5 of the parts in that namespace: the same parts always give the same id.

    Parts are joined with their lengths, so `("a", "bc")` and `("ab", "c")` differ.
    """
    return uuid5(namespace, "".join(f"{len(part)}:{part}" for part in parts))


def to_public(prefix: str, value: UUID) -> str:
    """The id as it is written outside, e.g. `run_06ab...`."""
    return f"{prefix}_{base64.b32encode(value.bytes).decode('ascii').rstrip('=').lower()}"


def from_public(prefix: str, text: str) -> UUID:
    """The UUID behind a public id.

    Raises:
        NotFoundError: it is not an id of that kind; nothing is told about why.
    """
    marker, _, encoded = text.partition("_")
    if marker != prefix or len(encoded) != _ENCODED_LENGTH:
        raise NotFoundError(_missing(prefix))
    try:
        value = UUID(bytes=base64.b32decode(f"{encoded.upper()}======"))
    except (binascii.Error, ValueError) as exc:
        raise NotFoundError(_missing(prefix)) from exc
    if to_public(prefix, value) != text:
        raise NotFoundError(_missing(prefix))
    return value


def _missing(prefix: str) -> str:
    return f"There is nothing with this {prefix} id."


def public_id(prefix: str) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    """The pydantic markers of an id type: read from its public form or a UUID, written in its public form in JSON."""

    def parse(value: object) -> object:
        return (
            from_public(prefix, value) if isinstance(value, str) and value.startswith(f"{prefix}_") else value
        )

    def write(value: UUID) -> str:
        return to_public(prefix, value)

    return (
        BeforeValidator(parse),
        PlainSerializer(write, return_type=str, when_used="json"),
        WithJsonSchema({"type": "string", "pattern": f"^{prefix}_[a-z2-7]{{26}}$"}),
    )


UserId = Annotated[UUID, *public_id("usr")]
SessionId = Annotated[UUID, *public_id("ses")]
ConversationId = Annotated[UUID, *public_id("cnv")]
MessageId = Annotated[UUID, *public_id("msg")]
AccountId = Annotated[UUID, *public_id("acc")]
RunId = Annotated[UUID, *public_id("run")]
ActionId = Annotated[UUID, *public_id("act")]
ApprovalId = Annotated[UUID, *public_id("apr")]
BatchId = Annotated[UUID, *public_id("bat")]
DecisionId = Annotated[UUID, *public_id("dec")]
EventId = Annotated[UUID, *public_id("evt")]
AttachmentId = Annotated[UUID, *public_id("att")]
JobId = Annotated[UUID, *public_id("job")]
