"""The next version of a card: its text changed as instructed, or the same again from fresh data; it sends nothing.

What the person edited on the card is kept. A change that needs a model is refused in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from countersign.accounts.listing import get_account
from countersign.actions import proposals
from countersign.actions.proposals import (
    AttachedFile,
    Known,
    MailSource,
    NewMail,
    Origin,
    Recipient,
    ReplySource,
    ResolvedReply,
)
from countersign.approvals.gate import Revision
from countersign.identity.models import User
from countersign.kit.ids import to_public
from countersign.understanding.planned.steps import DraftForward, DraftMail, DraftReply, Pronoun
from countersign.understanding.revising import CannotRevise, revise_reply
from countersign.workflows.context import RunContext, stored_plan
from countersign.workflows.email.drafting.desk import promises_in
from countersign.workflows.email.mailboxes.opened import reader_of
from countersign.workflows.email.state import steps_of
from countersign.workflows.gate import CannotReviseError

# What a person may have edited on the card: kept when the mail is resolved again.
_KEPT = ("to", "cc", "bcc", "subject", "attachments", "draft_id", "draft_message_id")


async def revise(context: RunContext, action_id: UUID, wanted: Revision) -> dict[str, Any]:
    """`{payload, facts}` of the next version.

    Raises:
        CannotReviseError: the instructions cannot be carried out; nothing is changed.
    """
    async with context.reading() as session:
        action = await proposals.one(session, action_id)
    body = str(wanted.payload["body_text"])
    if wanted.instructions is not None:
        changed = revise_reply(body, wanted.instructions, await _pronoun(context, action.plan_step))
        if isinstance(changed, CannotRevise):
            raise CannotReviseError(changed.reason)
        body = changed.body_text
    resolved = await _resolved_again(context, action.account_id, wanted, body)
    kept = {name: wanted.payload[name] for name in _KEPT}
    facts = {**resolved.facts, "origins": {**resolved.facts["origins"], **wanted.facts["origins"]}}
    return {"payload": {**resolved.payload, **kept}, "facts": facts}


async def _resolved_again(
    context: RunContext, account_id: UUID, wanted: Revision, body: str
) -> ResolvedReply:
    """The mail from the account and its conversation as they are now: alias, signature, threading and quote."""
    async with context.reading() as session:
        account = await get_account(session, account_id)
        user = await session.get_one(User, context.user_id)
    reader = await reader_of(context, to_public("acc", account_id))
    zone = user.time_zone or "UTC"
    source: dict[str, Any] = {
        "aliases": await reader.send_as(),
        "account_email": account.email,
        "account_type": account.type,
        "time_zone": zone,
        "known": [Known.model_validate(known) for known in wanted.facts["known"]],
        "promises": await promises_in(context, body, zone),
    }
    mail = _as_new_mail(wanted.payload, body)
    if not wanted.payload["source_message_id"]:
        return proposals.resolve_new_mail(MailSource(**source), mail)
    message_id = str(wanted.payload["source_message_id"])
    thread_id = str(wanted.payload["thread_id"]) or (await reader.get_message(message_id)).thread_id
    conversation = ReplySource(**source, thread=await reader.get_thread(thread_id), message_id=message_id)
    if wanted.payload["quote_style"] == "forward":
        return proposals.resolve_forward(conversation, mail)
    # Whom it goes to stands on the card; here only what follows from the conversation is made anew.
    return proposals.resolve_reply(conversation, body, to_all=True, attachments=mail.attachments)


def _as_new_mail(payload: Mapping[str, Any], body: str) -> NewMail:
    people = {
        role: [Recipient(box["email"], box["name"], Origin(provenance="edit")) for box in payload[role]]
        for role in ("to", "cc", "bcc")
    }
    files = [AttachedFile.model_validate(file) for file in payload["attachments"]]
    return NewMail(
        to=people["to"],
        cc=people["cc"],
        bcc=people["bcc"],
        body_text=body,
        subject=str(payload["subject"]),
        attachments=files,
    )


async def _pronoun(context: RunContext, step_id: str) -> Pronoun | None:
    """The pronoun that means the recipient in what the person asked to be written."""
    async with context.reading() as session:
        plan = await stored_plan(session, context.run_id)
    if plan is None:
        return None
    drafts: list[DraftReply | DraftMail | DraftForward] = steps_of(plan, DraftReply, DraftMail, DraftForward)
    step = next((one for one in drafts if one.id == step_id), None)
    instruction = step.note if isinstance(step, DraftForward) else step.instruction if step else None
    return instruction.recipient_pronoun if instruction else None
