"""The next version of a card that changes many mails: fewer of them as asked, or the same from fresh data.

No mail is ever added to a card: what was found is frozen, and only the person takes some out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from countersign.accounts.listing import get_account
from countersign.accounts.models import Account
from countersign.accounts.tokens import credentials
from countersign.actions import proposals
from countersign.actions.proposals import Known, MailSource, SetSource
from countersign.approvals.gate import Revision
from countersign.connectors.google.mail_types import MessageHead
from countersign.connectors.google.mailbox.reading import LabelReader
from countersign.kit.ids import to_public
from countersign.understanding.words.text import fold
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.heads import heads_of
from countersign.workflows.email.mailboxes.opened import reader_of
from countersign.workflows.gate import CannotReviseError

_LEAVE = re.compile(
    r"^\s*(?:please\s+)?(?:leave\s+(?:out|off)|take\s+(?:out|off)|remove|drop|without|not|except(?:\s+for)?|skip"
    r"|exclude|but\s+not|all\s+but)\s+(?P<what>.+?)\s*[.!]*\s*$",
    re.IGNORECASE,
)
_ONLY = re.compile(r"^\s*(?:please\s+)?(?:only|just)\s+(?P<what>.+?)\s*[.!]*\s*$", re.IGNORECASE)
_PLAIN = re.compile(
    r"^(?:(?:the|all|any|every|mails?|messages?|e-?mails?|those|ones?|everything|anything|that|which|is|are|from|by|of|about)\s+)+"
)
_CANNOT = "Say whose mails to leave out, or what is in their subject, as in “leave out the ones from Dana”."


async def revise(context: RunContext, action_id: UUID, wanted: Revision) -> dict[str, Any]:
    """`{payload, facts}` of the set's next version.

    Raises:
        CannotReviseError: the instructions name no mails of the card, or all of them; nothing is changed.
    """
    async with context.reading() as session:
        action = await proposals.one(session, action_id)
        account = await get_account(session, action.account_id)
    if action.kind == "mail.unsubscribe":
        return await _left_again(context, account, wanted)
    change, label = wanted.payload["changes"][0], wanted.payload["label"]
    heads = await heads_of(context, to_public("acc", account.id), change["message_ids"])
    if wanted.instructions is not None:
        heads = _as_told(heads, wanted.instructions)
    opened = await credentials(context.services, context.user_id, account.id)
    known = [
        Known(email=mail["sender_email"], written_to=1)
        for mail in wanted.facts["mails"]
        if mail["written_to"] and mail["sender_email"]
    ]
    source = SetSource(
        messages=heads,
        account_email=account.email,
        labels=await LabelReader(context.services.google, opened).labels(),
        label_name=label["name"] if label else None,
        removes_label=bool(label and label["id"] in change["remove"]),
        known=known,
    )
    resolved = proposals.resolve_set(action.kind, source)
    return {"payload": resolved.payload, "facts": resolved.facts}


async def _left_again(context: RunContext, account: Account, wanted: Revision) -> dict[str, Any]:
    """The same way out of the list, read again from the mail it was made from."""
    if wanted.instructions is not None:
        raise CannotReviseError("There is nothing to change about leaving a list; approve it or reject it.")
    reader = await reader_of(context, to_public("acc", account.id))
    source = MailSource(
        aliases=await reader.send_as(), account_email=account.email, account_type=account.type
    )
    message = await reader.get_message(str(wanted.payload["source_message_id"]))
    resolved = proposals.resolve_unsubscribe(message, source, context.services.google.base_url)
    if resolved.kind != "mail.unsubscribe":
        raise CannotReviseError(
            "This list can no longer be left by one click; ask again to leave it by mail."
        )
    return {"payload": resolved.payload, "facts": resolved.facts}


def _as_told(heads: Sequence[MessageHead], instructions: str) -> list[MessageHead]:
    leave, only = _LEAVE.match(instructions), _ONLY.match(instructions)
    told = leave or only
    if told is None:
        raise CannotReviseError(_CANNOT)
    what = _PLAIN.sub("", fold(told["what"])).strip(" \"'")
    meant = {head.id for head in heads if what and _speaks_of(head, what)}
    kept = [head for head in heads if (head.id in meant) is (leave is None)]
    if not meant:
        raise CannotReviseError(
            f"No mail of this card has “{told['what']}” in its sender or subject. {_CANNOT}"
        )
    if not kept:
        raise CannotReviseError("Nothing would be left of this card; reject it instead.")
    return kept


def _speaks_of(head: MessageHead, what: str) -> bool:
    told = fold(f"{head.header('From') or ''} {head.header('Subject') or ''}")
    return re.search(rf"(?<!\w){re.escape(what)}(?!\w)", told) is not None
