"""Leaving mailing lists: one action for each list that the found mails came from, made from its newest mail.

A list that offers no way Countersign may use by itself is named; nothing is opened to look for another way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from countersign.actions import proposals
from countersign.actions.types import ProposedAction
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MailMessage, MessageHead
from countersign.errors import InvalidError
from countersign.kit.ids import from_public
from countersign.understanding.planned.steps import ProposeSet
from countersign.workflows.email.drafting.desk import Desk, Mailbox
from countersign.workflows.email.mailboxes.heads import heads_of
from countersign.workflows.email.sets.cards import Cards
from countersign.workflows.email.sets.standing_out import sender_of

MOST_NAMED = 3
"""So many lists without a way out are named in one sentence; the others are counted."""


async def leave_lists(desk: Desk, step: ProposeSet, account_id: str, message_ids: Sequence[str]) -> Cards:
    """An action for each list behind these mails of that account (public id), newest mail first."""
    heads = await heads_of(desk.context, account_id, message_ids)
    newest: dict[str, MessageHead] = {}
    for head in heads:
        newest.setdefault(_list_of(head), head)
    mailbox = await desk.mailbox(account_id)
    messages = await asyncio.gather(*(_message(mailbox, head) for head in newest.values()))
    actions: list[ProposedAction] = []
    without: list[str] = []
    for message in messages:
        action = await _action(desk, step, mailbox, message) if message else None
        if action is not None:
            actions.append(action)
        elif message is not None:
            without.append(message.from_.name or message.from_.email if message.from_ else message.subject)
    return Cards(actions, [_no_way(without)] if without else [])


def _list_of(head: MessageHead) -> str:
    return (head.header("List-Id") or sender_of(head)).strip().casefold()


async def _message(mailbox: Mailbox, head: MessageHead) -> MailMessage | None:
    try:
        return await mailbox.reader.get_message(head.id)
    except ProviderMissing:
        return None


async def _action(
    desk: Desk, step: ProposeSet, mailbox: Mailbox, message: MailMessage
) -> ProposedAction | None:
    """What leaves the list this mail came from; None when it offers no way that may be used."""
    source = await desk.mail_source(mailbox, "")
    try:
        resolved = proposals.resolve_unsubscribe(message, source, desk.context.services.google.base_url)
    except InvalidError:
        return None
    return ProposedAction(
        run_id=desk.context.run_id,
        run_attempt=desk.context.attempt,
        plan_step=step.id,
        target=resolved.target,
        account_id=from_public("acc", mailbox.account["id"]),
        kind=resolved.kind,
        payload=resolved.payload,
        facts=resolved.facts,
        group_key=resolved.group_key,
        group_label=resolved.group_label,
    )


def _no_way(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (
        f"No way to unsubscribe that I may use by myself: {shown}{more}. Open the mail and use its own link."
    )
