"""The end of an email run in words: what went to whom, when, under which id; or why nothing did. It decides nothing."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from countersign.approvals.reading import ActionResult, actions_of_run
from countersign.conversations.messages import add_answer
from countersign.kit.ids import to_public
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.looking import unread_note
from countersign.workflows.email.state import EmailState, changes_something, plan_of
from countersign.workflows.engine import Runtime

_WELL = frozenset({"done", "rejected", "cancelled"})
"""Ends the person chose or approved; every other one makes the run partial."""

_CLOSED = {
    "rejected": "You rejected “{title}”; nothing was {done}.",
    "cancelled": "“{title}” was cancelled before it was done; nothing was {done}.",
    "failed": "“{title}” failed: Google refused it and nothing was {done}.",
    "refused": "“{title}” was stopped by our own check; nothing was {done}.",
    "needs_review": "We don't know whether “{title}” was done. Look in your mailbox, then check the card again.",
}
_SENDING = frozenset({"mail.send", "mail.reply", "mail.reply_all", "mail.forward"})
_DRAFTING = frozenset({"mail.draft.create", "mail.draft.update"})


async def report(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Write the one answer of this attempt: the receipt of every action, or the words it ended with.

    A request that only reads has its answer already.
    """
    context = runtime.context
    if not state["ending"] and not changes_something(plan_of(state)):
        outcome = "partial" if state["missing"] else "succeeded"
        return {"outcome": outcome, "said": {"report": "Answered; nothing was changed."}}
    async with context.writing() as session:
        results = [] if state["ending"] else await actions_of_run(session, context.run_id)
        told = [state["ending"]] if state["ending"] else [receipt(one, state["zone"]) for one in results]
        note = unread_note(state["accounts"], state["missing"])
        text = "\n".join([*told, note] if note else told)
        await add_answer(
            session,
            context.conversation_id,
            context.run_id,
            text,
            [_citation(result) for result in results],
            attempt=context.attempt,
        )
    went_well = all(result.state in _WELL for result in results) and not state["missing"]
    n_done = sum(result.state == "done" for result in results)
    said = "Answered; nothing was changed." if not n_done else f"{n_done} done; the receipt is in the chat."
    return {"outcome": "succeeded" if went_well else "partial", "summary": text, "said": {"report": said}}


def receipt(result: ActionResult, zone: str) -> str:
    """One closed action in words, with the provider's id as evidence of a mail that was sent or kept."""
    if result.state != "done":
        words = _CLOSED.get(result.state, "“{title}” is still open.")
        reason = (result.outcome.get("problem") or {}).get("message", "")
        done = "changed" if result.kind not in _SENDING else "sent"
        return f"{words.format(title=result.title, done=done)} {reason}".strip()
    when = _when(result, zone)
    provider_id = (result.outcome.get("result") or {}).get("provider_id", "")
    if result.kind in _SENDING:
        to = ", ".join(_mailbox(box) for box in [*result.payload["to"], *result.payload["cc"]])
        return f"Sent “{result.payload['subject']}” to {to}{when}. Google's id of the mail: {provider_id}."
    if result.kind in _DRAFTING:
        subject = result.payload["subject"]
        return (
            f"Kept “{subject}” as a draft{when}; nothing was sent. Google's id of the draft: {provider_id}."
        )
    return f"Done{when}: {result.title}."


def _when(result: ActionResult, zone: str) -> str:
    if result.closed_at is None:
        return ""
    local = result.closed_at.astimezone(ZoneInfo(zone))
    return f" on {local.day} {local:%B %Y at %H:%M} ({zone})"


def _citation(result: ActionResult) -> dict[str, Any]:
    return {
        "id": to_public("apr", result.approval_id),
        "kind": "approval",
        "account_id": None,
        "title": result.title,
    }


def _mailbox(box: dict[str, str]) -> str:
    return f"{box['name']} <{box['email']}>" if box.get("name") else box["email"]
