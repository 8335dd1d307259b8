"""From a person's words to the workflow that answers them; it writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.listing import list_accounts
from countersign.approvals.reading import open_titles
from countersign.conversations.attachments import of_run
from countersign.identity.models import User
from countersign.kit import clock
from countersign.kit.ids import to_public
from countersign.understanding.context import (
    Answer,
    ContextAccount,
    OpenCard,
    RequestContext,
    ShownMail,
    UploadedFile,
)
from countersign.understanding.plan import Clarification, Plan, Understanding
from countersign.understanding.request import understand
from countersign.workflows.context import RunContext
from countersign.workflows.shown import Shown, last_shown, sender_and_subject

_DEFAULT_ZONE = "UTC"
"""Until the person or their default calendar names one; never the server's."""


async def understand_request(context: RunContext, answers: Sequence[Answer] = ()) -> Understanding:
    """What the run's request asks for, read against accounts, open cards, mails shown, files and answers as of now."""
    async with context.reading() as session:
        against = await _read_context(session, context, answers)
    return understand(context.request, against)


def workflow_of(understood: Understanding) -> str:
    """The name of the workflow for it: a plan names its own, a question belongs to the workflow that will plan."""
    if isinstance(understood, Plan):
        return understood.workflow
    return "email" if isinstance(understood, Clarification) else "outside"


async def _read_context(
    session: AsyncSession, context: RunContext, answers: Sequence[Answer]
) -> RequestContext:
    user = await session.get_one(User, context.user_id)
    accounts = await list_accounts(session)
    cards = await open_titles(session)
    shown = await last_shown(session, context.run_id)
    files = await of_run(session, context.run_id)
    return RequestContext(
        now=await clock.now(session),
        zone=user.time_zone or _DEFAULT_ZONE,
        user_name=user.name,
        accounts=tuple(
            ContextAccount(
                id=to_public("acc", account.id),
                email=account.email,
                label=account.label or account.type,
                is_default=account.is_default,
            )
            for account in accounts
        ),
        open_cards=tuple(OpenCard(approval_id=to_public("apr", card.id), title=card.title) for card in cards),
        shown=tuple(_as_shown(one) for one in shown),
        files=tuple(UploadedFile(id=to_public("att", file.id), name=file.name) for file in files),
        answers=tuple(answers),
    )


def _as_shown(one: Shown) -> ShownMail:
    sender, subject = sender_and_subject(one.title)
    return ShownMail(number=one.number, sender=sender, subject=subject)
