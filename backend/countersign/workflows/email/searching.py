"""Finding the mail each search step means, in every account meant; it reads headers only and changes nothing.

What is changed together is found by its true ids, page by page; Google's estimates are never used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MessageHead, MessageRef
from countersign.understanding.plan import Plan
from countersign.understanding.planned.steps import (
    DraftMail,
    DraftReply,
    ProposeSet,
    ReadThread,
    ReadThreads,
    SearchMail,
)
from countersign.workflows.context import RunContext
from countersign.workflows.email.answers.words import mails
from countersign.workflows.email.mailboxes.looking import Account, Looking
from countersign.workflows.email.mailboxes.opened import Opened, day_in_words, opened
from countersign.workflows.email.mailboxes.query import Wanted, gmail_query, is_meant
from countersign.workflows.email.state import EmailState, consequence, plan_of, steps_of
from countersign.workflows.engine import Runtime
from countersign.workflows.shown import last_shown

CANDIDATES = 8
"""How many of the newest hits are looked at to find the one mail that is meant."""

LOOKED_AT = 40
"""How many of the newest hits of an account have their headers read: more than an answer names."""

COUNTED = 500
"""How many hits are counted for an answer, one page of Google's; above that it says that there are more."""

CHECKED = 500
"""How many hits of one change are checked one by one when Gmail's own answer may hold others."""

IN_A_SET = 10_000
"""How many ids are listed for one change of many mails: twenty pages, far more than anybody decides on at once."""


@dataclass(frozen=True)
class _Mail:
    """One hit; its head is None when nothing of it had to be read."""

    account_id: str
    ref: MessageRef
    head: MessageHead | None = None

    @property
    def age(self) -> float:
        received = self.head.received_at if self.head else None
        return -received.timestamp() if received else 0.0


@dataclass(frozen=True)
class _Hits:
    """What one account holds, newest first; `total` counts all, `has_more` says that there are still more."""

    mails: list[_Mail]
    total: int
    has_more: bool = False


@dataclass(frozen=True)
class _Bounds:
    """How far a search goes: hits listed, and how many of the newest are checked (None for none)."""

    listed: int
    checked: int | None


async def search(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Find the mails of every search step; a step without a hit ends the request in words."""
    plan = plan_of(state)
    looking = Looking(state["accounts"], state["unread"], state["missing"], consequence(plan))
    found: dict[str, Any] = {}
    said: list[str] = []
    for step in steps_of(plan, SearchMail):
        hits = await (_referred if step.shown else _searched)(state, runtime.context, looking, step)
        if not hits.mails:
            none = "none of the mails you mean any more" if step.shown else mails(0, step, state["people"])
            ending = f"I found {none}{consequence(plan)}. Nothing was changed."
            return looking.told("search", {"ending": ending, "said": {"search": f"Found {none}."}})
        found[step.id] = _as_state(hits)
        said.append(_found_mails(hits, step, state))
    return looking.told("search", {"found": found, "said": {"search": " ".join(said)}})


async def _searched(state: EmailState, context: RunContext, looking: Looking, step: SearchMail) -> _Hits:
    """What fits the step's criteria: in the first account that has some when one mail is meant, else in all."""
    plan, wanted = plan_of(state), _wanted(step, state)
    own = [account["email"] for account in state["accounts"]]
    look = partial(_hits, context, wanted, _bounds(plan, wanted), own)
    hits = [one for _, one in await looking.in_each(look) if one.mails]
    return _together(hits[:1] if _is_for_one(plan, step) else hits, step.most)


async def _referred(state: EmailState, context: RunContext, looking: Looking, step: SearchMail) -> _Hits:
    """The mails the last answer named under these numbers, in the order asked for; what is gone is left out."""
    async with context.reading() as session:
        shown = {one.number: one for one in await last_shown(session, context.run_id)}
    meant = [shown[number] for number in step.shown if number in shown]

    async def still_there(account: Account) -> dict[int, _Mail]:
        box = await opened(context, account["id"])
        mine = [one for one in meant if one.account_id == account["id"]]
        heads = await asyncio.gather(*(_head(box, one.message_id) for one in mine))
        return {
            one.number: _Mail(account["id"], MessageRef(head.id, head.thread_id), head)
            for one, head in zip(mine, heads, strict=True)
            if head is not None
        }

    by_account = await looking.in_each(still_there, only={one.account_id for one in meant})
    there = {number: mail for _, found in by_account for number, mail in found.items()}
    kept = [there[one.number] for one in meant if one.number in there]
    return _Hits(kept, len(kept))


async def _hits(
    context: RunContext, wanted: Wanted, bounds: _Bounds, own: Sequence[str], account: Account
) -> _Hits:
    box = await opened(context, account["id"])
    refs = await box.reader.search(gmail_query(wanted), bounds.listed)
    has_more = len(refs) == bounds.listed
    if bounds.checked is None:
        return _Hits([_Mail(account["id"], ref) for ref in refs], len(refs), has_more)
    looked_at = refs[: bounds.checked]
    heads = await asyncio.gather(*(_head(box, ref.id) for ref in looked_at))
    meant = [
        _Mail(account["id"], ref, head)
        for ref, head in zip(looked_at, heads, strict=True)
        if head is not None and is_meant(head, wanted, own)
    ]
    return _Hits(meant, len(refs) - len(looked_at) + len(meant), has_more)


async def _head(box: Opened, message_id: str) -> MessageHead | None:
    """The mail's headers; None when it is gone."""
    try:
        return await box.head(message_id)
    except ProviderMissing:
        return None


def _wanted(step: SearchMail, state: EmailState) -> Wanted:
    people = state["people"]
    sender = people[step.person_step]["email"] if step.person_step else None
    recipient = people[step.recipient_step]["email"] if step.recipient_step else None
    readers = steps_of(plan_of(state), ReadThreads)
    from_people = any(one.search_step == step.id and one.unanswered_only for one in readers)
    return Wanted(step, sender, recipient, state["zone"], from_people)


def _bounds(plan: Plan, wanted: Wanted) -> _Bounds:
    """One mail needs few candidates, an answer what it can name, a change its true ids."""
    step = wanted.step
    if _is_for_one(plan, step):
        return _Bounds(CANDIDATES, CANDIDATES)
    if not any(one.search_step == step.id for one in steps_of(plan, ProposeSet)):
        return _Bounds(COUNTED, LOOKED_AT)
    return _Bounds(IN_A_SET, CHECKED if wanted.must_be_checked or step.most else None)


def _is_for_one(plan: Plan, step: SearchMail) -> bool:
    """Whether only one mail of this search is used: the one to answer, to pass on or to take a file from."""
    drafts: list[DraftReply | DraftMail] = steps_of(plan, DraftReply, DraftMail)
    files = [file.search_step for draft in drafts for file in draft.attachments]
    return step.id in {*(one.search_step for one in steps_of(plan, ReadThread)), *files}


def _together(hits: list[_Hits], most: int | None) -> _Hits:
    """The accounts' mails as one list, newest first; mails whose age was not read stay in the accounts' order."""
    merged = sorted((mail for one in hits for mail in one.mails), key=lambda mail: mail.age)
    total = sum(one.total for one in hits)
    if most is not None:
        return _Hits(merged[:most], min(total, most))
    return _Hits(merged, total, any(one.has_more for one in hits))


def _as_state(hits: _Hits) -> dict[str, Any]:
    found = [
        {"account_id": mail.account_id, "message_id": mail.ref.id, "thread_id": mail.ref.thread_id}
        for mail in hits.mails
    ]
    return {"mails": found, "total": hits.total, "has_more": hits.has_more}


def _found_mails(hits: _Hits, step: SearchMail, state: EmailState) -> str:
    found = f"Found {mails(hits.total, step, state['people'], has_more=hits.has_more)}"
    newest = hits.mails[0].head
    if newest is None:
        return f"{found}."
    subject = newest.header("Subject") or "(no subject)"
    link = ":" if hits.total == 1 else "; the last is"
    return f"{found}{link} “{subject}” of {day_in_words(newest.received_at, state['zone'])}."
