"""A cheap look at one account whether anything changed that an open card is about; the cards that it concerns follow.

A probe is due by a column (view `due_probes`), taken by compare-and-set before Google is asked: an account that fails
is asked again only when it is due again. It reads; no transaction is open while it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select, text, update

from countersign.accounts.errors import AccountPausedError
from countersign.accounts.models import Account
from countersign.accounts.services import Services
from countersign.accounts.tokens import credentials
from countersign.actions import proposals
from countersign.actions.catalogue import kind_of
from countersign.actions.proposals import ActionRow, ApprovalRow
from countersign.approvals.watching import looking
from countersign.connectors.errors import NeedsReconnect, ProviderRefusal, ProviderUnknown, TokenRefused
from countersign.connectors.google.mailbox.changes import changes_since
from countersign.connectors.google.readers import MailReader

log = structlog.get_logger()

LOOKS_AT_ONCE = 20
"""Cards looked at by one probe; the others follow with the next one."""

_TAKE = text("""
    UPDATE accounts SET probed_at = app_now()
    WHERE id = :id AND state = 'healthy'
      AND probe_is_due(probed_at, (SELECT watched_until FROM users WHERE users.id = accounts.user_id))
    RETURNING probe_cursor
""")
_NO_ANSWER = (
    ProviderUnknown,
    ProviderRefusal,
    TokenRefused,
    NeedsReconnect,
    AccountPausedError,
    TimeoutError,
)


async def probe(services: Services, user_id: UUID, account_id: UUID) -> None:
    """Nothing, with the account's open cards as the mailbox is now; nothing is done when it is not due.

    Commits by itself, several times; any number of processes may call it.
    """
    async with services.db.session(user_id) as session:
        cursor = await session.scalar(_TAKE, {"id": account_id})
    if cursor is None:
        return
    try:
        await _note_changes(services, user_id, account_id, str(cursor))
        for action_id in await _to_look_at(services, user_id, account_id):
            await _look(services, user_id, action_id)
    except _NO_ANSWER as exc:
        log.info("probe.no_answer", account_id=str(account_id), error=type(exc).__name__)


async def _note_changes(services: Services, user_id: UUID, account_id: UUID, cursor: str) -> None:
    """The cards concerned are marked in the transaction that moves the cursor, so none is forgotten."""
    access = await credentials(services, user_id, account_id)
    changes = await changes_since(services.google, access, cursor) if cursor else None
    if changes is None:
        newest, touched = (await MailReader(services.google, access).profile()).history_id, None
    else:
        newest, touched = changes.history_id, changes.touched
    if newest == cursor:
        return
    async with services.db.session(user_id) as session:
        found = await session.scalars(_open_cards(account_id))
        concerned = [
            action.id
            for action in found
            if touched is None or touched & kind_of(action.kind).touches(action.payload)
        ]
        await proposals.locked(session, *concerned)
        marked = update(ApprovalRow).where(ApprovalRow.action_id.in_(concerned))
        since = func.coalesce(ApprovalRow.look_wanted_at, func.app_now())
        await session.execute(marked.values(look_wanted_at=since))
        await session.execute(update(Account).where(Account.id == account_id).values(probe_cursor=newest))


async def _to_look_at(services: Services, user_id: UUID, account_id: UUID) -> Sequence[UUID]:
    statement = (
        _open_cards(account_id)
        .join(ApprovalRow, ApprovalRow.action_id == ActionRow.id)
        .where(ApprovalRow.look_wanted_at.is_not(None), ActionRow.revision_decision_id.is_(None))
        .order_by(ApprovalRow.look_wanted_at, ActionRow.id)
        .limit(LOOKS_AT_ONCE)
    )
    async with services.db.session(user_id) as session:
        return [action.id for action in await session.scalars(statement)]


async def _look(services: Services, user_id: UUID, action_id: UUID) -> None:
    try:
        await looking.look(services, user_id, action_id)
    except _NO_ANSWER:
        async with services.db.session(user_id) as session:
            await looking.put_off(session, action_id)
        raise


def _open_cards(account_id: UUID) -> Select[ActionRow]:
    return select(ActionRow).where(ActionRow.account_id == account_id, ActionRow.state == "proposed")
