"""The steps that change many mails: the true ones found, on cards of at most a hundred; it changes none of them.

What stands out gets a card of its own with the reason. What does not fit on the cards is said, never cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from countersign.accounts.tokens import credentials
from countersign.actions import proposals
from countersign.actions.proposals import SetSource
from countersign.actions.types import ProposedAction
from countersign.connectors.google.mail_types import MessageHead
from countersign.connectors.google.mailbox.reading import Label, LabelReader
from countersign.errors import InvalidError
from countersign.kit.ids import from_public
from countersign.understanding.planned.steps import ProposeSet
from countersign.workflows import gate
from countersign.workflows.context import RunContext
from countersign.workflows.email.drafting.desk import Desk, Mailbox
from countersign.workflows.email.mailboxes.heads import heads_of
from countersign.workflows.email.mailboxes.opened import count_of
from countersign.workflows.email.sets.cards import Cards
from countersign.workflows.email.sets.leaving import leave_lists
from countersign.workflows.email.sets.needing import already, needing
from countersign.workflows.email.sets.standing_out import Asked, sort_out
from countersign.workflows.email.state import EmailState, plan_of, search_step, steps_of
from countersign.workflows.engine import Runtime

ON_A_CARD = 100
"""So many mails one action changes at most. Source: the trust contract, kinds."""

AT_ONCE = 500
"""So many of the newest mails are put on cards by one request: five cards of a hundred are as much as anybody reads
through, and each mail is looked at before it is proposed. How many are left is said."""

_STANDING_OUT = ":standing-out"


@dataclass(frozen=True)
class _Box:
    """One account's part of a set."""

    mailbox: Mailbox
    heads: list[MessageHead]
    labels: list[Label]


async def select(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Put each set step's mails on cards; when none of them needs the change it ends in words."""
    context, plan = runtime.context, plan_of(state)
    proposed: dict[str, Any] = {}
    notes: list[str] = []
    for step in steps_of(plan, ProposeSet):
        found = state["found"][step.search_step]
        mails = found["mails"][:AT_ONCE]
        n_cards = 0
        for cards in await _of_accounts(state, context, step, mails):
            n_cards += len(cards.actions)
            proposed |= {
                f"{step.id}/{one.account_id}/{one.target}": gate.as_state(one) for one in cards.actions
            }
            notes += cards.notes
        notes += split_notes(len(mails), n_cards, found) if step.action_kind != "mail.unsubscribe" else []
    if not proposed:
        reasons = " ".join(notes)
        return {"ending": f"{reasons} Nothing was changed.", "said": {"select": reasons}}
    said = f"{count_of(len(proposed), 'card')} to decide on.".capitalize()
    return {
        "proposed": {**state["proposed"], **proposed},
        "notes": [*state["notes"], *notes],
        "said": {"select": " ".join([said, *notes])},
    }


def split_notes(n_mails: int, n_cards: int, found: Mapping[str, Any]) -> list[str]:
    """What has to be said of mails that need several cards, and of those that are on none yet; empty when neither."""
    notes = []
    if n_mails > ON_A_CARD:
        notes.append(f"One card changes at most {ON_A_CARD} mails, so there are {n_cards}.")
    left = found["total"] - n_mails
    if left or found["has_more"]:
        more = "more than " if found["has_more"] else ""
        notes.append(
            f"These are {n_mails} of them; {more}{left} others fit as well. Ask again for them when these are done."
        )
    return notes


async def _of_accounts(
    state: EmailState, context: RunContext, step: ProposeSet, mails: Sequence[dict[str, str]]
) -> list[Cards]:
    """What is proposed in each account that has some of the mails."""
    asked = Asked.by(search_step(plan_of(state), step.search_step), step.action_kind)
    desk = Desk(context, state)
    cards = []
    for account_id in dict.fromkeys(mail["account_id"] for mail in mails):
        ids = [mail["message_id"] for mail in mails if mail["account_id"] == account_id]
        if step.action_kind == "mail.unsubscribe":
            cards.append(await leave_lists(desk, step, account_id, ids))
        else:
            cards.append(_cards(context, step, await _box(desk, account_id, ids), asked))
    return cards


async def _box(desk: Desk, account_id: str, message_ids: Sequence[str]) -> _Box:
    context = desk.context
    opened = await credentials(context.services, context.user_id, from_public("acc", account_id))
    return _Box(
        await desk.mailbox(account_id),
        await heads_of(context, account_id, message_ids),
        await LabelReader(context.services.google, opened).labels(),
    )


def _cards(context: RunContext, step: ProposeSet, box: _Box, asked: Asked) -> Cards:
    """The actions for one account's mails: the alike ones in hundreds, then those that stand out."""
    needed = needing(step, box.heads, box.labels)
    n_others = len(box.heads) - len(needed)
    notes = [_not_needed(step, n_others)] if n_others else []
    written_to = frozenset(one.email.casefold() for one in box.mailbox.known if one.written_to)
    found = sort_out(needed, written_to, asked)
    try:
        alike = [_action(context, step, box, part, "") for part in _hundreds(found.alike)]
        others = [_action(context, step, box, part, _STANDING_OUT) for part in _hundreds(found.standing_out)]
    except InvalidError as exc:
        return Cards([], [*notes, f"{exc.message} {exc.action}"])
    if others:
        notes.append(f"Some stand out and have a card of their own: {', '.join(found.reasons)}.")
    return Cards([*alike, *others], notes)


def _action(
    context: RunContext, step: ProposeSet, box: _Box, heads: Sequence[MessageHead], group: str
) -> ProposedAction:
    source = SetSource(
        messages=heads,
        account_email=box.mailbox.account["email"],
        labels=box.labels,
        label_name=step.label_name,
        removes_label=step.removes_label,
        known=box.mailbox.known,
    )
    resolved = proposals.resolve_set(step.action_kind, source)
    return ProposedAction(
        run_id=context.run_id,
        run_attempt=context.attempt,
        plan_step=step.id,
        target=resolved.target,
        account_id=from_public("acc", box.mailbox.account["id"]),
        kind=step.action_kind,
        payload=resolved.payload,
        facts=resolved.facts,
        group_key=f"{resolved.group_key}{group}",
        group_label=f"{resolved.group_label}, which stand out" if group else resolved.group_label,
    )


def _hundreds(heads: Sequence[MessageHead]) -> list[Sequence[MessageHead]]:
    return [heads[start : start + ON_A_CARD] for start in range(0, len(heads), ON_A_CARD)]


def _not_needed(step: ProposeSet, count: int) -> str:
    is_one = count == 1
    return f"{count_of(count, 'mail').capitalize()} {'is' if is_one else 'are'} {already(step)} already."
