"""Requests that read, as the plans understanding makes of them, and what was answered."""

from __future__ import annotations

from uuid import UUID

from countersign.runs.models import Run
from countersign.understanding.plan import Intent, Plan
from countersign.understanding.planned.steps import (
    ReadThread,
    ReadThreads,
    ResolvePerson,
    SearchMail,
    Step,
    TellAbout,
    TellForm,
)
from tests.workflows.mailroom import MailDesk

DANA_NAMED = ResolvePerson(id="who", label="Find the person", query="Dana")
SAM_NAMED = ResolvePerson(id="to", label="Find the person", query="Sam")
SEARCH = SearchMail(id="search", label="Find the mail", person_step=None)
FROM_DANA = SEARCH.model_copy(update={"person_step": "who"})


def telling(form: TellForm, *found_by: Step, topic: str = "", only_unanswered: bool = False) -> Plan:
    """The plan of a request to tell what these steps find."""
    read = ReadThreads(id="read", label="Read", search_step="search", unanswered_only=only_unanswered)
    source = "search" if form == "list" else "read"
    tell = TellAbout(id="tell", label="Tell", source_step=source, form=form, topic=topic)
    steps = (*found_by, tell) if form == "list" else (*found_by, read, tell)
    intent: Intent = f"mail.{form}"  # type: ignore[assignment]  # every form is an intent
    return Plan(workflow="email", intent=intent, confidence_percent=95, steps=steps, context_digest="0" * 64)


async def asked(alex: MailDesk, plan: Plan, conversation_id: UUID | None = None) -> Run:
    """A run with that plan, queued."""
    run = await alex.ask("Look through my mail", conversation_id)
    await alex.database.as_owner(
        "UPDATE runs SET plan = $2::jsonb WHERE id = $1", run.id, plan.canonical_json().decode()
    )
    return run


async def answered(alex: MailDesk, plan: Plan, conversation_id: UUID | None = None) -> Run:
    """A run with that plan, driven to its first wait or end."""
    run = await asked(alex, plan, conversation_id)
    await alex.drive(run)
    return await alex.run(run.id)


async def lines(alex: MailDesk, run: Run) -> list[str]:
    """The run's one answer, line by line."""
    (answer,) = await alex.answers(run.id)
    return answer.splitlines()


async def cited(alex: MailDesk, run: Run) -> list[tuple[str, str]]:
    """What the answer names, as message and title."""
    return [(one["id"], one["title"]) for one in await alex.citations(run.id)]


def telling_of_one(search: SearchMail) -> Plan:
    """The plan of a request to sum up one conversation."""
    steps = (
        search,
        ReadThread(id="read", label="Read", search_step="search"),
        TellAbout(id="tell", label="Tell", source_step="read", form="summary"),
    )
    return telling("summary").model_copy(update={"steps": steps})
