"""`mail.unsubscribe`: one class with everything the executor and the gate need to know about leaving a mailing list.

The list's server keeps no record that could be read, so there is one request and never a second: without an answer
nobody knows, and a person is asked.
Source: RFC 8058 section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from countersign.actions.diff import Field, field_changes
from countersign.actions.mail.address import domain_of
from countersign.actions.mail.hidden import visible
from countersign.actions.marks import risk
from countersign.actions.types import (
    Attempted,
    Change,
    Compensation,
    Door,
    Evidence,
    Facts,
    Payload,
    Terms,
    Token,
    UndoMode,
    Words,
)
from countersign.connectors.errors import GrantError, ProviderMissing
from countersign.connectors.google.readers import MailReader
from countersign.connectors.web import one_click
from countersign.errors import InvalidError
from countersign.settings import Settings

_WAS_CALLED = "called"


class UnsubscribePayload(BaseModel):
    """The one request: where it goes, and which mail said so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    host: str
    signed_by: str
    source_message_id: str


class UnsubscribeFacts(BaseModel):
    """What is known about the list; shown, never executed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_email: str
    sender: str
    sender_email: str
    subject: str
    spent_usd: str = "0.000000"


class MailUnsubscribe:
    """Leaving one list by one POST after the hold."""

    undo_mode: UndoMode = "held"
    residue: tuple[str, ...] = ("To get this list again you have to join it yourself.",)
    words = Words(
        unknown="We don't know whether you were taken off the list",
        nothing="nothing was sent",
        refused="It was stopped before anything left",
    )
    single_use = False

    def hold_seconds(self, settings: Settings) -> int:
        """How long an approved request waits before it leaves."""
        return settings.hold_seconds

    def checked(self, payload: Payload) -> Payload:
        """The payload in its one normal form; raises InvalidError when the host shown is not the one that is asked."""
        return _parsed(payload).model_dump()

    def edited(self, payload: Payload, changes: Mapping[str, Any]) -> Payload:
        """Nothing of it can be edited: raises InvalidError."""
        msg = "Nothing of this card can be edited."
        raise InvalidError(msg, fields=sorted(changes))

    def preview(self, payload: Payload, facts: Facts, before: Payload | None) -> dict[str, Any]:
        """What the person sees: the list, the host, the whole address."""
        wanted, seen = _parsed(payload), UnsubscribeFacts.model_validate(facts)
        name = visible(seen.sender or seen.sender_email)
        return {
            "account_email": seen.account_email,
            "title": f"Unsubscribe from {name} (asks {wanted.host})",
            "risk": risk.as_wire(_reasons(wanted, seen)),
            "recipients": [],
            "fields": field_changes(_fields(_parsed(before)) if before else None, _fields(wanted)),
            "change": {"kind": "mail.unsubscribe", **wanted.model_dump()},
            "preview": {
                "text": {"before": "", "after": f"POST {wanted.url}\nList-Unsubscribe=One-Click"},
                "html": "",
            },
            "cost": {"spent_usd": seen.spent_usd},
            "requires": [],
            "editable": [],
        }

    async def changed(self, door: Door, payload: Payload, facts: Facts) -> Change | None:
        """None while the mail that named the address is in the mailbox."""
        reader = MailReader(door.google, door.credentials, waits_seconds=())
        try:
            await reader.get_head(_parsed(payload).source_message_id, ("List-Unsubscribe",))
        except ProviderMissing:
            return Change("The mail that offers this is no longer in your mailbox.", payload, facts)
        return None

    def touches(self, payload: Payload) -> frozenset[str]:
        """The mail that offers it."""
        return frozenset({_parsed(payload).source_message_id})

    async def done_elsewhere(self, door: Door, payload: Payload) -> str | None:
        """None: nothing in the mailbox shows whether the person has left the list."""
        return None

    async def obtain(self, door: Door, terms: Terms, token: Token) -> Token:
        """The token with the host; there is nothing to prepare."""
        return replace(token, handle={"host": _parsed(terms.payload).host}, is_fresh=False)

    async def reconcile(self, door: Door, terms: Terms, token: Token) -> Evidence:
        """`unused` until the one request was announced, from then on nothing that could be looked at."""
        return Evidence("missing" if token.cursor.get(_WAS_CALLED) else "unused", "request")

    async def attempt(self, door: Door, terms: Terms, token: Token) -> Attempted:
        """The one POST."""
        if door.grant is None:
            raise GrantError("This write needs a grant.")
        wanted = _parsed(terms.payload)
        answer = await one_click.post(
            wanted.url,
            door.grant,
            account_id=door.credentials.account_id,
            google_base_url=door.google.base_url,
            timeout_seconds=door.google.timeout_seconds,
        )
        if answer.status == "accepted":
            return Attempted("done", {"provider_id": wanted.host})
        return Attempted("refused" if answer.status == "not_sent" else "unknown", reason=answer.reason)

    def compensation(self, terms: Terms, token: Token, facts: Facts) -> Compensation | None:
        """None: a list that was left cannot be joined by Countersign."""
        return None

    async def revoke(self, door: Door, token: Token) -> bool:
        """False: there is nothing to destroy."""
        return False

    async def sweep(self, door: Door, markers: Sequence[str], kept: Token | None) -> int:
        """Zero: nothing is prepared that could be left over."""
        return 0


def _parsed(payload: Mapping[str, Any]) -> UnsubscribePayload:
    try:
        wanted = UnsubscribePayload.model_validate(payload)
        host = urlsplit(wanted.url).hostname
    except (ValidationError, ValueError) as exc:
        msg = "The request is not complete."
        raise InvalidError(msg, fields=["/url"]) from exc
    is_plain = wanted.url.isascii() and wanted.url.isprintable() and " " not in wanted.url
    if not is_plain or not host or host != wanted.host:
        msg = "The address to ask and the host that is shown are not the same."
        raise InvalidError(msg, fields=["/host", "/url"])
    return wanted


def _reasons(wanted: UnsubscribePayload, seen: UnsubscribeFacts) -> list[risk.Reason]:
    own = {domain_of(seen.sender_email), wanted.signed_by}
    if any(wanted.host == domain or wanted.host.endswith(f".{domain}") for domain in own if domain):
        return []
    text = f"The request goes to {wanted.host}, which is neither the sender's domain nor the signer's."
    return [risk.Reason("foreign_host", "medium", text, "/host")]


def _fields(wanted: UnsubscribePayload) -> list[Field]:
    return [
        Field("/host", "Asks", wanted.host),
        Field("/url", "Address", wanted.url),
        Field("/signed_by", "Signed by", visible(wanted.signed_by)),
        Field("/source_message_id", "Named in mail", visible(wanted.source_message_id)),
    ]
