"""The door to actions for everything but the executor: propose, show, edit, revise, and record what was decided.

Nothing here commits or reaches a provider. Who may decide, and until when, is the business of `approvals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import cards, decisions, rows
from countersign.actions.catalogue import kind_of, sent_instead
from countersign.actions.mail import address as mail_address
from countersign.actions.mail import facts as mail_facts
from countersign.actions.mail import files as mail_files
from countersign.actions.mail.resolving import new_mail, reply, source
from countersign.actions.mailbox import leaving
from countersign.actions.mailbox import resolve as sets
from countersign.actions.models import Action, ActionVersion, Approval, Decision
from countersign.actions.rows import NextVersion, Said
from countersign.actions.types import Facts, MadeBy, Payload, ProposedAction, State, Terms
from countersign.audit import log as audit
from countersign.errors import ConflictError, NotFoundError
from countersign.kit import ids

ActionRow = Action
ApprovalRow = Approval
VersionRow = ActionVersion
DecisionRow = Decision
Decider = decisions.Decider
Wanted = decisions.Wanted
MailSource = source.MailSource
ReplySource = source.ReplySource
Recipient = source.Recipient
NewMail = new_mail.NewMail
ResolvedReply = source.ResolvedMail
resolve_reply = reply.resolve_reply
resolve_new_mail = new_mail.resolve_new_mail
resolve_forward = new_mail.resolve_forward
AttachedFile = mail_files.AttachedFile
file_from_upload = mail_files.from_upload
file_from_mail = mail_files.from_mail
SetSource = sets.SetSource
ResolvedSet = sets.ResolvedSet
SET_HEADERS = sets.SET_HEADERS
resolve_set = sets.resolve_set
ResolvedLeaving = leaving.ResolvedLeaving
resolve_unsubscribe = leaving.resolve_unsubscribe
Known = mail_facts.Known
Origin = mail_facts.Origin
Promise = mail_facts.Promise
is_no_reply = mail_address.is_no_reply
approval_id_of = decisions.approval_id_of
locked = rows.locked
locked_one = rows.locked_one
wake_when_closed = rows.wake_when_closed
current_version = rows.version_of
is_repeated = decisions.is_repeated
instructions = decisions.instructions
card_from = cards.card
view = cards.action_view
versions = cards.versions

_RUN_IS_LIVE = text("SELECT 1 FROM runs WHERE id = :run_id AND state IN ('queued', 'running', 'waiting')")


def action_id_of(proposed: ProposedAction) -> UUID:
    """The id a proposal has in every process and on every repetition of the same attempt."""
    return ids.derived_id(proposed.run_id, str(proposed.run_attempt), proposed.plan_step, proposed.target)


async def propose(
    session: AsyncSession, services: Services, proposed: ProposedAction
) -> tuple[ActionRow, bool]:
    """The action's row, and whether this call made it; proposing the same again changes nothing.

    Raises:
        InvalidError: the payload does not pass the kind's checks; nothing was written.
    """
    kind, action_id = kind_of(proposed.kind), action_id_of(proposed)
    payload = kind.checked(proposed.payload)
    hold_seconds = kind.hold_seconds(services.settings)
    terms = Terms(action_id, 1, proposed.kind, proposed.account_id, payload, hold_seconds, kind.undo_mode)
    statement = (
        insert(Action)
        .values(
            id=action_id,
            run_id=proposed.run_id,
            run_attempt=proposed.run_attempt,
            plan_step=proposed.plan_step,
            user_id=session.info["user_id"],
            account_id=proposed.account_id,
            kind=proposed.kind,
            version=1,
            payload=payload,
            digest=decisions.digest(terms),
            hold_seconds=hold_seconds,
            undo_mode=kind.undo_mode,
            state="proposed",
            depends_on=list(proposed.depends_on),
        )
        .on_conflict_do_nothing()
        .returning(Action.id)
    )
    is_new = (await session.execute(statement)).scalar_one_or_none() is not None
    action = await one(session, action_id)
    if is_new:
        shown = kind.preview(payload, proposed.facts, None)
        session.add(rows.version_row(action, proposed.facts, shown, "plan"))
        about = audit.Subject(run_id=action.run_id, action_id=action.id, account_id=action.account_id)
        details = {"kind": action.kind, "version": 1, "digest": action.digest}
        audit.record(session, services.keys, "action.proposed", details, actor="run", about=about)
    return action, is_new


async def one(session: AsyncSession, action_id: UUID) -> ActionRow:
    """The action as it is now, not locked.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    action = await session.get(Action, action_id, populate_existing=True)
    if action is None:
        msg = "There is no such action."
        raise NotFoundError(msg)
    return action


async def approval(session: AsyncSession, approval_id: UUID) -> ApprovalRow:
    """The approval as it is now, not locked.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    found = await session.get(Approval, approval_id, populate_existing=True)
    if found is None:
        msg = "There is no such card."
        raise NotFoundError(msg)
    return found


async def of_run(session: AsyncSession, run_id: UUID) -> list[ActionRow]:
    """The run's actions, whatever their state, in the order they were proposed; what undoes them is none of its."""
    ours = select(Action).where(Action.run_id == run_id, Action.undoes.is_(None))
    statement = ours.order_by(Action.created_at, Action.id)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def earlier_attempts(session: AsyncSession, proposed: ProposedAction) -> list[ActionRow]:
    """The same proposal as earlier attempts of its run made it, newest first."""
    same = [action_id_of(replace(proposed, run_attempt=n)) for n in range(1, proposed.run_attempt)]
    statement = select(Action).where(Action.id.in_(same)).order_by(Action.run_attempt.desc())
    return list(await session.scalars(statement))


async def run_is_live(session: AsyncSession, run_id: UUID) -> bool:
    """Whether the run can still be woken."""
    return (await session.execute(_RUN_IS_LIVE, {"run_id": run_id})).scalar_one_or_none() is not None


async def card(session: AsyncSession, action_id: UUID) -> dict[str, Any]:
    """The approval card of the action's current version (events/cards.py).

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    return await card_of(session, await one(session, action_id))


async def card_of(session: AsyncSession, action: ActionRow) -> dict[str, Any]:
    """The approval card of this action as it was just read."""
    return cards.card(action, await rows.approval_of(session, action), *await cards.seen(session, action))


async def edit(
    session: AsyncSession, services: Services, action: ActionRow, changes: Mapping[str, Any]
) -> ActionRow:
    """The locked, proposed action as its next version with the person's changes; it decides nothing.

    Raises:
        InvalidError: a field may not be changed or its value is not valid (`fields` names it); nothing was changed.
    """
    payload = kind_of(action.kind).edited(action.payload, changes)
    facts = (await rows.version_of(session, action)).facts
    wanted = NextVersion(payload, facts, "edit", reason=None, renews_expiry=False)
    return await rows.next_version(
        session, services, action, wanted, Said("approval.edited", details={"fields": sorted(changes)})
    )


async def send_instead(session: AsyncSession, services: Services, action: ActionRow) -> ActionRow:
    """The locked, proposed draft as its next version that sends it; decided and approved on its own.

    Raises:
        ConflictError: it is no draft; nothing was changed.
        InvalidError: as it stands it cannot be sent (`fields` names what is missing); nothing was changed.
    """
    kind = sent_instead(action.kind, action.payload)
    if kind is None:
        msg = "Only a draft can be sent instead."
        raise ConflictError(msg)
    facts = (await rows.version_of(session, action)).facts
    wanted = NextVersion(action.payload, facts, "edit", reason=None, renews_expiry=False, kind=kind)
    said = Said("approval.send_instead", details={"from_kind": action.kind, "kind": kind})
    return await rows.next_version(session, services, action, wanted, said)


async def revise(
    session: AsyncSession,
    services: Services,
    action: ActionRow,
    payload: Payload,
    facts: Facts,
    made_by: MadeBy,
) -> ActionRow:
    """The locked action as its next version from the run, with its time to decide started again."""
    wanted = NextVersion(payload, facts, made_by, reason=None, renews_expiry=True)
    said = Said("approval.revised" if made_by == "revision" else "approval.reopened", by="run")
    return await rows.next_version(session, services, action, wanted, said)


async def record_decision(
    session: AsyncSession, services: Services, action: ActionRow, wanted: Wanted
) -> DecisionRow:
    """The decision on the locked action's current version, sealed; see decisions.record and cards.require_whole."""
    if wanted.verb == "approve":
        cards.require_whole(action, await current_version(session, action))
    return await decisions.record(session, services.keys, action, wanted, services.settings)


async def approve(
    session: AsyncSession, services: Services, action: ActionRow, *, decision_id: UUID, hold_until: datetime
) -> ActionRow:
    """The locked action, approved by that decision and held until then."""
    values = {"decision_id": decision_id, "hold_until": hold_until, "stale_reason": None, "lease_until": None}
    moved = await rows.move(session, services, action, "approved", Said("approval.approved"), **values)
    await rows.set_approval(session, moved, "approved")
    rows.tell_approval(session, moved, "approved", by="user")
    return moved


async def expire(session: AsyncSession, services: Services, action: ActionRow) -> ActionRow:
    """The locked, proposed action, expired; its run keeps waiting and the card can be asked again."""
    moved = await rows.move(session, services, action, "expired", Said("approval.expired", by="clock"))
    await rows.set_approval(session, moved, "expired")
    rows.tell_approval(
        session, moved, "expired", by="clock", reason="Nobody decided in time; nothing was done."
    )
    return moved


async def close(
    session: AsyncSession,
    services: Services,
    action: ActionRow,
    to: State,
    verb: str,
    *,
    by: str,
    **values: Any,
) -> ActionRow:
    """The locked action, `rejected` or `cancelled` with its approval; waking the run is the caller's."""
    moved = await rows.move(session, services, action, to, Said(verb, by=by), reopen_wanted=False, **values)
    status = "rejected" if to == "rejected" else "cancelled"
    await rows.set_approval(session, moved, status)
    rows.tell_approval(session, moved, status, by=by)
    return moved


async def mark(session: AsyncSession, action: ActionRow, **values: Any) -> ActionRow:
    """The locked action with these bookkeeping columns set and everyone told how it stands; its state stays."""
    changed = await rows.change(session, action, **values)
    await rows.tell_action(session, changed)
    return changed


async def told(
    session: AsyncSession,
    services: Services,
    action: ActionRow,
    verb: str,
    *,
    by: str,
    reason: str | None = None,
) -> None:
    """Audit and announce a step that changed no state."""
    about = audit.Subject(run_id=action.run_id, action_id=action.id, account_id=action.account_id)
    details = {"version": action.version, "digest": action.digest, **({"reason": reason} if reason else {})}
    audit.record(session, services.keys, verb, details, actor=by, about=about)
    status = (await rows.approval_of(session, action)).status
    rows.tell_approval(session, action, status, by=by, reason=reason)
