"""From a person's words to the workflow that answers them; it writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.listing import list_accounts
from countersign.approvals.reading import open_titles
from countersign.identity.models import User
from countersign.kit import clock
from countersign.kit.ids import to_public
from countersign.understanding.context import Answer, ContextAccount, OpenCard, RequestContext
from countersign.understanding.plan import Clarification, Plan, Understanding
from countersign.understanding.request import understand
from countersign.workflows.context import RunContext

_DEFAULT_ZONE = "UTC"
"""Until the person or their default calendar names one; never the server's."""


async def understand_request(context: RunContext, answers: Sequence[Answer] = ()) -> Understanding:
    """What the run's request asks for, read against the person's accounts, open cards, zone and answers as of now."""
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
        answers=tuple(answers),
    )
