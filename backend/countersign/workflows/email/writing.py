"""The steps that write mails: each comes to a proposal, to one question, or to a reason in words; it sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from countersign.actions.types import ProposedAction
from countersign.kit.ids import from_public
from countersign.understanding.plan import Plan
from countersign.understanding.planned.steps import DraftForward, DraftMail, DraftReply, MessageKind, Propose
from countersign.workflows import ask, gate
from countersign.workflows.context import RunContext
from countersign.workflows.email.drafting.desk import Desk
from countersign.workflows.email.drafting.mails import write_forward, write_mail
from countersign.workflows.email.drafting.replies import write_replies
from countersign.workflows.email.drafting.results import Asked, Left, Outcome, Written
from countersign.workflows.email.state import EmailState, consequence, plan_of, steps_of
from countersign.workflows.engine import Runtime

Draft = DraftReply | DraftMail | DraftForward
_NOUNS: dict[MessageKind, str] = {
    "mail.send": "mail",
    "mail.reply": "reply",
    "mail.reply_all": "reply to all",
    "mail.forward": "mail to pass on",
    "mail.draft.create": "draft",
}


async def draft(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Write what the plan's steps ask for, resolved to the last header from the mailbox as it is now.

    One thing that is missing is asked for; without a single mail to propose it ends in words.
    """
    context, plan = runtime.context, plan_of(state)
    desk = Desk(context, state)
    proposed: dict[str, Any] = {}
    written: list[Written] = []
    left: list[str] = []
    steps: list[Draft] = steps_of(plan, DraftReply, DraftMail, DraftForward)
    for step in steps:
        for outcome in await _outcomes(desk, step):
            if isinstance(outcome, Asked):
                asked = ask.asking(outcome.slot, outcome.words, outcome.options, "draft")
                return {**asked, "said": {"draft": "One thing is missing; I have to ask."}}
            if isinstance(outcome, Left):
                left.append(outcome.sentence)
                continue
            written.append(outcome)
            target = outcome.resolved.target
            action = _proposal(context, step.id, _kind(plan, step), outcome)
            proposed[f"{step.id}/{target}"] = gate.as_state(action)
    if not written:
        reasons = " ".join(left) or "There is nothing to write."
        ending = f"{reasons} {_nothing_written(plan)}"
        return {"ending": ending, "said": {"draft": reasons}}
    said = _said(_kind(plan, steps[0]), written, left)
    return {"proposed": {**state["proposed"], **proposed}, "notes": left, "said": {"draft": said}}


async def _outcomes(desk: Desk, step: Draft) -> Sequence[Outcome]:
    if isinstance(step, DraftReply):
        return await write_replies(desk, step)
    if isinstance(step, DraftMail):
        return [await write_mail(desk, step)]
    return [await write_forward(desk, step)]


def _proposal(context: RunContext, step_id: str, kind: MessageKind, written: Written) -> ProposedAction:
    resolved = written.resolved
    return ProposedAction(
        run_id=context.run_id,
        run_attempt=context.attempt,
        plan_step=step_id,
        target=resolved.target,
        account_id=from_public("acc", written.account_id),
        kind=kind,
        payload=resolved.payload,
        facts=resolved.facts,
        group_key=resolved.group_key,
        group_label=resolved.group_label,
    )


def _kind(plan: Plan, step: Draft) -> MessageKind:
    """What the plan proposes to do with that step's text."""
    return next(one.action_kind for one in steps_of(plan, Propose) if one.draft_step == step.id)


def _said(kind: MessageKind, written: Sequence[Written], left: Sequence[str]) -> str:
    noun = _NOUNS[kind]
    if len(written) == 1:
        words = f"Wrote a {noun} of {written[0].n_words} words."
        return " ".join([words, *written[0].notes, *left])
    notes = list(dict.fromkeys(note for one in written for note in one.notes))
    plural = f"{noun.removesuffix('y')}ies" if noun.endswith("ly") else f"{noun}s"
    return " ".join([f"Wrote {len(written)} {plural}.", *notes, *left])


def _nothing_written(plan: Plan) -> str:
    return f"{consequence(plan).removeprefix(', so ').capitalize()}; nothing was changed."
