"""Decisions: what exactly was decided, by whom, sealed with a key the database does not hold.

A decision is only as good as its MAC over the digest of what the person saw; nothing executes without both checks.
Source: RFC 8785 (canonical JSON), RFC 2104 (HMAC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions.models import Action, Decision
from countersign.actions.types import Terms, Verb
from countersign.errors import InvalidError
from countersign.kit import clock, ids
from countersign.kit.canonical import canonical_json, digest_of
from countersign.kit.crypto import Keys
from countersign.kit.data_keys import cipher
from countersign.settings import Settings

_WITHOUT_VERSION = frozenset({"undo", "send_now"})


@dataclass(frozen=True)
class Decider:
    """The person who decides and where from; only an interactive session yields one, never a key or a tool."""

    user_id: UUID
    channel: str = "web"


@dataclass(frozen=True)
class Wanted:
    """One decision as asked for. `nonce` is the request's Idempotency-Key."""

    verb: Verb
    nonce: str
    decider: Decider
    note: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why our own check does not let an action run: a code for the audit and a sentence for the person."""

    code: str
    text: str


def terms_of(action: Action) -> Terms:
    """What the row says now, as the digest binds it."""
    return Terms(
        action.id,
        action.version,
        action.kind,
        action.account_id,
        action.payload,
        action.hold_seconds,
        action.undo_mode,
    )


def digest(terms: Terms) -> str:
    """`sha256:` over the canonical JSON of everything that decides what is executed, and how it can be undone."""
    return digest_of(
        {
            "action_id": ids.to_public("act", terms.action_id),
            "version": terms.version,
            "kind": terms.kind,
            "account_id": ids.to_public("acc", terms.account_id),
            "payload": terms.payload,
            "hold_seconds": terms.hold_seconds,
            "undo": terms.undo_mode,
        }
    )


def approval_id_of(action_id: UUID) -> UUID:
    """The id of the one approval of an action."""
    return ids.derived_id(action_id, "approval")


async def record(
    session: AsyncSession, keys: Keys, action: Action, wanted: Wanted, settings: Settings
) -> Decision:
    """The decision on this version of the action, sealed and written in this transaction.

    It may be executed until its hold and the installation's `execute_by_hours` are over. The note is encrypted with
    the user's key.

    Raises:
        InvalidError: the nonce belongs to an earlier, different request; nothing was written.
    """
    now = await clock.now(session)
    decision = Decision(
        id=ids.new_id(),
        approval_id=approval_id_of(action.id),
        action_id=action.id,
        user_id=action.user_id,
        action_version=action.version,
        digest=action.digest,
        verb=wanted.verb,
        decider_id=wanted.decider.user_id,
        channel=wanted.decider.channel,
        nonce=wanted.nonce,
        execute_by=now + timedelta(seconds=action.hold_seconds, hours=settings.execute_by_hours),
        key_id=keys.mac("decision", b"")[0],
        created_at=now,
    )
    decision.note = await _sealed_note(session, keys, decision, wanted.note)
    decision.mac = keys.mac("decision", _message(decision))[1]
    columns = {column.name: getattr(decision, column.name) for column in Decision.__table__.columns}
    statement = insert(Decision).values(columns).on_conflict_do_nothing().returning(Decision.id)
    if (await session.execute(statement)).scalar_one_or_none() is None:
        raise used_nonce()
    return decision


async def with_nonce(session: AsyncSession, nonce: str) -> Decision | None:
    """The session's user's decision made under that nonce."""
    found: Decision | None = await session.scalar(select(Decision).where(Decision.nonce == nonce))
    return found


async def note_of(session: AsyncSession, keys: Keys, decision: Decision) -> str | None:
    """The reason or instructions given with a decision."""
    if decision.note is None:
        return None
    user_cipher = await cipher(session, keys, decision.user_id)
    return user_cipher.open(decision.note, "decisions", str(decision.id), "note").decode()


async def is_repeated(
    session: AsyncSession, services: Services, action: Action, wanted: Wanted, version: int
) -> bool:
    """Whether this very request was answered before under its nonce.

    Raises:
        InvalidError: the nonce belongs to a different request.
    """
    first = await with_nonce(session, wanted.nonce)
    if first is None:
        return False
    about_action = first.action_id == action.id and first.verb == wanted.verb
    same_version = wanted.verb in _WITHOUT_VERSION or first.action_version == version
    if about_action and same_version and await note_of(session, services.keys, first) == wanted.note:
        return True
    raise used_nonce()


async def instructions(session: AsyncSession, services: Services, action: Action) -> str | None:
    """The words of the decision that asked for changes, or None for a reopened card."""
    decision = (
        await session.get(Decision, action.revision_decision_id) if action.revision_decision_id else None
    )
    return await note_of(session, services.keys, decision) if decision is not None else None


async def check(session: AsyncSession, keys: Keys, action: Action) -> Refusal | None:
    """None when a live approval in force covers exactly what the row holds; else why not.

    Checks the MAC, the digest recomputed from the row (which binds the version), the verb, who decided and that the
    hold is over or was ended by a decision of its own. It does not look at `execute_by`: being late is no tampering.
    """
    decision = (
        await session.get(Decision, action.decision_id, populate_existing=True)
        if action.decision_id
        else None
    )
    if decision is None:
        return Refusal("no_decision", "There is no decision for this action.")
    if not _is_genuine(keys, decision, action):
        return Refusal("bad_mac", "The stored decision is not the one that was made.")
    # An undo executes a compensation and nothing else: the mode is part of the digest.
    if decision.verb != ("undo" if action.undo_mode == "none" else "approve"):
        return Refusal("not_an_approval", "The decision in force does not approve this action.")
    if digest(terms_of(action)) != decision.digest or action.digest != decision.digest:
        return Refusal("bad_digest", "The stored action is not the one that was approved.")
    if decision.decider_id != action.user_id:
        return Refusal("not_authorised", "The person who decided may not decide for this account.")
    return await _hold_refusal(session, keys, action, decision)


async def is_late(session: AsyncSession, action: Action) -> bool:
    """Whether the decision in force may no longer be executed."""
    statement = select(Decision.execute_by).where(Decision.id == action.decision_id)
    execute_by = await session.scalar(statement)
    return execute_by is None or execute_by <= await clock.now(session)


async def last_approval(session: AsyncSession, keys: Keys, action: Action) -> UUID | None:
    """The newest genuine approval any version of this action ever had; enough to tidy up, never to execute."""
    statement = select(Decision).where(
        Decision.action_id == action.id, Decision.verb.in_(("approve", "undo"))
    )
    for decision in await session.scalars(statement.order_by(Decision.created_at.desc())):
        if _is_genuine(keys, decision, action):
            return decision.id
    return None


def used_nonce() -> InvalidError:
    """The error for an Idempotency-Key that belongs to another request."""
    return InvalidError(
        "This Idempotency-Key was used for a different request.",
        action="Send the request again with a new key.",
        fields=["Idempotency-Key"],
    )


async def _hold_refusal(
    session: AsyncSession, keys: Keys, action: Action, approved: Decision
) -> Refusal | None:
    if await clock.now(session) >= approved.created_at + timedelta(seconds=action.hold_seconds):
        return None
    statement = select(Decision).where(
        Decision.action_id == action.id,
        Decision.action_version == action.version,
        Decision.verb == "send_now",
    )
    for decision in await session.scalars(statement):
        if _is_genuine(keys, decision, action) and decision.digest == action.digest:
            return None
    return Refusal("hold_running", "The time to undo was not over.")


def _is_genuine(keys: Keys, decision: Decision, action: Action) -> bool:
    in_place = decision.action_id == action.id and decision.approval_id == approval_id_of(action.id)
    return in_place and keys.verify("decision", decision.key_id, _message(decision), bytes(decision.mac))


async def _sealed_note(
    session: AsyncSession, keys: Keys, decision: Decision, note: str | None
) -> bytes | None:
    if not note:
        return None
    user_cipher = await cipher(session, keys, decision.user_id)
    return user_cipher.seal(note.encode(), "decisions", str(decision.id), "note")


def _message(decision: Decision) -> bytes:
    return canonical_json(
        {
            "decision_id": str(decision.id),
            "approval_id": str(decision.approval_id),
            "action_id": str(decision.action_id),
            "version": decision.action_version,
            "digest": decision.digest,
            "decider_id": str(decision.decider_id),
            "verb": decision.verb,
            "nonce": decision.nonce,
            "created_at": _instant(decision.created_at),
            "execute_by": _instant(decision.execute_by),
            "key_id": decision.key_id,
        }
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
