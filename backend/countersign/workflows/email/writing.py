"""Writing the reply and its next versions, from the plan's words and the conversation; it sends nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from countersign.accounts.listing import get_account
from countersign.actions import proposals
from countersign.actions.proposals import Known, Promise, ReplySource, ResolvedReply
from countersign.actions.types import ProposedAction
from countersign.approvals.gate import Revision
from countersign.connectors.google.mail_types import Contact
from countersign.errors import ConflictError, InvalidError
from countersign.identity.models import User
from countersign.kit import clock
from countersign.kit.ids import from_public, to_public
from countersign.understanding.dates import promised_dates
from countersign.understanding.planned.steps import DraftReply, Pronoun
from countersign.understanding.revising import CannotRevise, revise_reply
from countersign.understanding.writing import ThreadFacts, compose_reply
from countersign.workflows import gate
from countersign.workflows.context import RunContext, stored_plan
from countersign.workflows.email.mailboxes.opened import reader_of
from countersign.workflows.email.state import EmailState, plan_of, steps_of
from countersign.workflows.engine import Runtime

# What a person may have edited on the card: kept when the reply is resolved again.
_KEPT = ("to", "cc", "subject")
_NOTHING_TO_SAY = "Tell me what the reply should say. Nothing was changed."
_MOST_KNOWN = 500
"""People kept with a card: a mail to thousands must not weigh on each of its versions."""


class CannotReviseError(ConflictError):
    """The change cannot be made without a model; the card keeps its text and shows the reason."""

    code = "cannot_revise"
    action = "Edit the card yourself, or ask for the change in other words."


async def draft(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Write the reply and resolve it to the last header, from the conversation as it is now."""
    context, step = runtime.context, steps_of(plan_of(state), DraftReply)[0]
    (mail,) = state["read"][step.thread_step]["conversations"]
    if step.instruction is None:
        return {"ending": _NOTHING_TO_SAY, "said": {"draft": "There is nothing to say yet."}}
    written = compose_reply(step.instruction, ThreadFacts.model_validate(mail["facts"]))
    source = await _source(context, state, mail, written.body_text)
    try:
        resolved = proposals.resolve_reply(source, written.body_text)
    except InvalidError as exc:
        ending = f"{exc.message} {exc.action} I wrote no reply; nothing was changed."
        return {"ending": ending, "said": {"draft": exc.message}}
    proposed = ProposedAction(
        run_id=context.run_id,
        run_attempt=context.attempt,
        plan_step=step.id,
        target=resolved.target,
        account_id=from_public("acc", mail["account_id"]),
        kind="mail.reply",
        payload=resolved.payload,
        facts=resolved.facts,
        group_key=resolved.group_key,
        group_label=resolved.group_label,
    )
    words = len(written.body_text.split())
    notes = " ".join(written.notes)
    said = f"Wrote a reply of {words} words. {notes}".strip()
    return {"proposed": {step.id: gate.as_state(proposed)}, "said": {"draft": said}}


async def revise(context: RunContext, action_id: UUID, wanted: Revision) -> dict[str, Any]:
    """The next version: the text changed as instructed, or the same text resolved again for a reopened card.

    Raises:
        CannotReviseError: the instructions cannot be carried out; nothing is changed.
    """
    body = str(wanted.payload["body_text"])
    if wanted.instructions is not None:
        changed = revise_reply(body, wanted.instructions, await _pronoun(context))
        if isinstance(changed, CannotRevise):
            raise CannotReviseError(changed.reason)
        body = changed.body_text
    resolved = await _resolved_again(context, action_id, wanted, body)
    kept = {name: wanted.payload[name] for name in _KEPT}
    facts = {**resolved.facts, "origins": {**resolved.facts["origins"], **wanted.facts["origins"]}}
    return {"payload": {**resolved.payload, **kept}, "facts": facts}


async def _source(context: RunContext, state: EmailState, mail: dict[str, Any], body: str) -> ReplySource:
    account = next(account for account in state["accounts"] if account["id"] == mail["account_id"])
    reader = await reader_of(context, mail["account_id"])
    thread, aliases, written_to = await asyncio.gather(
        reader.get_thread(mail["thread_id"]), reader.send_as(), reader.people_written_to()
    )
    typed = [one["email"] for one in state["people"].values() if one["provenance"] == "request"]
    return ReplySource(
        thread=thread,
        message_id=mail["message_id"],
        aliases=aliases,
        account_email=account["email"],
        account_type=account["type"],
        time_zone=state["zone"],
        known=_known(state, written_to),
        user_addresses=typed,
        promises=await _promises(context, body, state["zone"]),
    )


def _known(state: EmailState, written_to: list[Contact]) -> list[Known]:
    """Those met while looking for the person, and whom the account wrote to of late: look-alikes are told by them."""
    people = [
        Known(email=one.address.email, name=one.address.name, written_to=one.written_to)
        for one in written_to[:_MOST_KNOWN]
    ]
    return [*people, *(Known.model_validate(known) for known in state["known"])]


async def _resolved_again(context: RunContext, action_id: UUID, wanted: Revision, body: str) -> ResolvedReply:
    async with context.reading() as session:
        action = await proposals.one(session, action_id)
        account = await get_account(session, action.account_id)
        user = await session.get_one(User, context.user_id)
    reader = await reader_of(context, to_public("acc", account.id))
    thread = await reader.get_thread(str(wanted.payload["thread_id"]))
    zone = user.time_zone or "UTC"
    source = ReplySource(
        thread=thread,
        message_id=str(wanted.payload["source_message_id"]),
        aliases=await reader.send_as(),
        account_email=account.email,
        account_type=account.type,
        time_zone=zone,
        known=[Known.model_validate(known) for known in wanted.facts["known"]],
        promises=await _promises(context, body, zone),
    )
    return proposals.resolve_reply(source, body)


async def _promises(context: RunContext, body: str, zone: str) -> list[Promise]:
    async with context.reading() as session:
        now = await clock.now(session)
    found = promised_dates(body, now=now, zone=zone)
    return [Promise(quote=date.words, meaning=date.meaning) for date in found]


async def _pronoun(context: RunContext) -> Pronoun | None:
    async with context.reading() as session:
        plan = await stored_plan(session, context.run_id)
    instruction = steps_of(plan, DraftReply)[0].instruction if plan else None
    return instruction.recipient_pronoun if instruction else None
