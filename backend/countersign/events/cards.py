"""The wire shape of an approval card: what a person sees before deciding; it computes nothing.

Money is a decimal string in US dollars, times are RFC 3339 UTC, ids are public ids.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from countersign.kit.ids import AccountId, ActionId, ApprovalId, BatchId, RunId

RiskLevel = Literal["low", "medium", "high"]
ApprovalStatus = Literal["pending", "approved", "rejected", "expired", "cancelled"]
UndoMode = Literal["held", "reversible", "none"]


class CardPart(BaseModel):
    """Base of the card's parts: what is not declared here is refused, so nothing reaches the page unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(CardPart):
    """What similar cards are folded under."""

    key: str
    label: str


class RiskReason(CardPart):
    """One reason in words; `ref` points at the part of the card it is about."""

    code: str
    text: str
    ref: str | None = None


class Risk(CardPart):
    """How carefully to look, and why."""

    level: RiskLevel
    reasons: list[RiskReason]


class Evidence(CardPart):
    """Where a fact comes from: a mail and the words in it."""

    message_id: str
    quote: str | None = None


class Recipient(CardPart):
    """One address that would receive this."""

    email: str
    name: str
    role: Literal["to", "cc", "bcc"]
    external: bool
    first_time: bool
    provenance: Literal["thread", "user", "contacts", "edit"]
    evidence: Evidence | None = None


class FieldChange(CardPart):
    """One field, before and after; null means it is not there."""

    path: str
    label: str
    before: str | None
    after: str | None
    format: Literal["text", "address_list", "date_time"] = "text"


class TextPreview(CardPart):
    """The text before (the previous version, or empty) and after."""

    before: str
    after: str


class MailInSet(CardPart):
    """One mail of a set with the names of its labels before and after; times are RFC 3339 UTC."""

    message_id: str
    sender: str
    sender_email: str
    subject: str
    received_at: datetime | None
    before: list[str]
    after: list[str]


class MailSet(CardPart):
    """Every mail that one action changes, in the order it was found; `count` is their true number."""

    count: int
    items: list[MailInSet]


class Preview(CardPart):
    """What would leave, as text and as cleaned HTML; `mails` when the action changes mails instead."""

    text: TextPreview
    html: str
    mails: MailSet | None = None


class Undo(CardPart):
    """How this can be taken back; `residue` lists what cannot."""

    mode: UndoMode
    hold_seconds: int
    residue: list[str]


class Cost(CardPart):
    """What preparing this has cost so far."""

    spent_usd: str


class ApprovalCard(CardPart):
    """One proposed action and everything needed to decide on it."""

    id: ApprovalId
    action_id: ActionId
    run_id: RunId
    account_id: AccountId
    account_email: str
    batch_id: BatchId | None
    version: int
    digest: str
    kind: str
    status: ApprovalStatus
    being_revised: bool
    title: str
    group: Group
    risk: Risk
    recipients: list[Recipient]
    fields: list[FieldChange]
    change: dict[str, Any]
    preview: Preview
    undo: Undo
    cost: Cost
    allowed: list[Literal["approve", "edit", "reject", "respond", "send_instead"]]
    requires: list[str]
    editable: list[str]
    stale_reason: str | None
    expires_at: datetime
    snoozed_until: datetime | None
    created_at: datetime
