"""The head of the email graph: what kind of request it is, whose accounts, which plan, what it costs, what is allowed.

It reads no mail.
"""

from __future__ import annotations

from typing import Any, Literal

from countersign.accounts.listing import abilities, get_account, list_accounts
from countersign.accounts.models import Account
from countersign.connectors.google.scopes import Ability
from countersign.identity.models import User
from countersign.kit.ids import from_public, to_public
from countersign.understanding.context import Answer
from countersign.understanding.plan import Clarification, Plan
from countersign.understanding.planned.steps import Propose, ProposeSet
from countersign.workflows import ask
from countersign.workflows.context import RunContext, account_ids_of, store_plan
from countersign.workflows.email.mailboxes.looking import RECONNECT, missed
from countersign.workflows.email.state import EmailState, changes_something, plan_of, steps_of
from countersign.workflows.engine import Runtime
from countersign.workflows.route import understand_request

_KINDS = {
    "mail.list": "A request for a list of mails",
    "mail.said": "A question about what somebody wrote",
    "mail.summary": "A request for a summary",
    "mail.unanswered": "A question about what waits for your answer",
    "mail.contacts": "A question about the people in your mail",
    "mail.action_items": "A question about what is to be done",
    "mail.reply": "A reply to a mail",
    "mail.reply_all": "A reply to everybody in a conversation",
    "mail.send": "A new mail",
    "mail.forward": "A mail to pass on",
    "mail.draft.create": "A draft",
    "mail.label": "Labels to change",
    "mail.archive": "Mail to archive",
    "mail.mark_read": "Mail to mark as read",
    "mail.mark_unread": "Mail to mark as unread",
    "mail.star": "Mail to star",
    "mail.trash": "Mail to put in the bin",
    "mail.unsubscribe": "A mailing list to leave",
}
_MAY: dict[Ability, str] = {
    "read_mail": "read mail",
    "draft_and_send": "send what you approve",
    "organise_mail": "tidy up what you approve",
}
_NO_ACCOUNT = "No mail account is connected. Connect one under Accounts, then ask again; nothing was changed."


async def classify(state: EmailState) -> dict[str, Any]:
    """Say what kind of request this is and how sure that is."""
    if not state["plan"]:
        return {"said": {"classify": "A request about mail, with one thing still open."}}
    plan = plan_of(state)
    return {"said": {"classify": f"{_KINDS[plan.intent]}; I am {plan.confidence_percent} % sure."}}


async def read_context(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Read the person's zone and connected accounts."""
    del state
    context = runtime.context
    async with context.reading() as session:
        user = await session.get_one(User, context.user_id)
        accounts = await list_accounts(session)
    said = f"{_n(len(accounts), 'account')} connected."
    found = {
        "zone": user.time_zone or "UTC",
        "user_name": user.name,
        "accounts": [_as_state(account) for account in accounts],
    }
    if not accounts:
        return {**found, "ending": _NO_ACCOUNT, "said": {"context": "No account is connected."}}
    return {**found, "said": {"context": said}}


async def make_plan(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Take the stored plan, or make it from the request and the answers so far; ask for what is missing."""
    context = runtime.context
    if state["plan"]:
        return {"said": {"make_plan": _planned(plan_of(state))}}
    answers = [Answer.model_validate(given) for given in state["answers"]]
    understood = await understand_request(context, answers)
    if isinstance(understood, Clarification):
        asked = ask.asking(understood.slot, understood.question, understood.options, "make_plan")
        return {**asked, "said": {"make_plan": "One thing is missing for a plan."}}
    if not isinstance(understood, Plan):
        return {"ending": understood.message, "said": {"make_plan": "This cannot be planned."}}
    async with context.writing() as session:
        await store_plan(session, context.run_id, understood)
    return {"plan": understood.model_dump(mode="json"), "said": {"make_plan": _planned(understood)}}


async def estimate(state: EmailState) -> dict[str, Any]:
    """Say what it will cost: without a model, nothing."""
    del state
    return {"said": {"estimate": "This costs nothing: no model is used."}}


async def check_permissions(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Keep the accounts that may do what the plan needs; end in words when none may."""
    context = runtime.context
    wanted = account_ids_of(plan_of(state)) or [account["id"] for account in state["accounts"]]
    async with context.reading() as session:
        accounts = [await get_account(session, from_public("acc", account_id)) for account_id in wanted]
    needed = _needed(plan_of(state))
    missing = {account.id: _missing(account, needed) for account in accounts}
    usable = [account for account in accounts if not missing[account.id]]
    without = [f"{account.email} {missing[account.id]}" for account in accounts if missing[account.id]]
    if not usable:
        ending = f"{' '.join(without)} Open Accounts to allow it, then ask again; nothing was changed."
        return {"ending": ending, "said": {"permissions": "No account may do this."}}
    may = f"{_n(len(usable), 'account')} may {' and '.join(_MAY[ability] for ability in needed)}."
    # A missing ability or a pause is the person's own choice; an account that broke is not, so the answer tells of it.
    broken = [
        missed(f"{account.email} {RECONNECT}", "needs_reconnect", to_public("acc", account.id))
        for account in accounts
        if account.state == "needs_reconnect"
    ]
    return {
        "accounts": [_as_state(account) for account in usable],
        "unread": [one["text"] for one in broken],
        "missing": broken,
        "said": {"permissions": " ".join([may, *without])},
    }


def after_context(state: EmailState) -> Literal["make_plan", "report"]:
    """Without an account there is nothing to plan with."""
    return "report" if state["ending"] else "make_plan"


def after_plan(state: EmailState) -> Literal["ask.put", "estimate", "report"]:
    """Ask what is missing, go on with the plan, or end in words."""
    if state["ending"]:
        return "report"
    return "ask.put" if state["question"] else "estimate"


def _needed(plan: Plan) -> tuple[Ability, ...]:
    """What an account must allow for this plan, asked for by what it does and no more."""
    needed: list[Ability] = ["read_mail"]
    needed += ["draft_and_send"] if steps_of(plan, Propose) else []
    # Leaving a list asks the list, not the mailbox.
    tidies = any(step.action_kind != "mail.unsubscribe" for step in steps_of(plan, ProposeSet))
    needed += ["organise_mail"] if tidies else []
    return tuple(needed)


def _missing(account: Account, needed: tuple[Ability, ...]) -> str:
    if account.state == "needs_reconnect":
        return RECONNECT
    if account.state != "healthy":
        return f"is {account.state}."
    lacking = [it.words.lower() for it in abilities(account) if it.ability in needed and not it.is_granted]
    return f"lacks permission to {' and to '.join(lacking)}." if lacking else ""


def _as_state(account: Account) -> dict[str, str]:
    return {"id": to_public("acc", account.id), "email": account.email, "type": account.type}


def _planned(plan: Plan) -> str:
    after = "nothing is done before you approve it" if changes_something(plan) else "nothing is changed"
    return f"{_n(len(plan.steps), 'step')}; {after}."


def _n(count: int, noun: str) -> str:
    return f"One {noun}" if count == 1 else f"{count} {noun}s"
