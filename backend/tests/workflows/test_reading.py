"""A request that only reads gets an answer with sources at once, and no card."""

from __future__ import annotations

from typing import Any

from countersign.runs.models import Run
from countersign.understanding.plan import Intent, Plan
from countersign.understanding.planned.steps import (
    ReadThreads,
    ResolvePerson,
    SearchMail,
    Step,
    TellAbout,
    TellForm,
)
from tests.workflows.mailroom import DANA, MailDesk

WHO = ResolvePerson(id="who", label="Find the person", query="Dana")
SEARCH = SearchMail(id="search", label="Find the mail", person_step=None)
FROM_DANA = SearchMail(id="search", needs=("who",), label="Find the mail", person_step="who")


def plan_of(intent: Intent, *steps: Step) -> Plan:
    """A plan as understanding would make it."""
    return Plan(workflow="email", intent=intent, confidence_percent=95, steps=steps, context_digest="0" * 64)


def telling(form: TellForm, search: SearchMail, *people: ResolvePerson, topic: str = "", **more: Any) -> Plan:
    """A plan that reads what a search finds and tells of it."""
    if form == "list":
        return plan_of(
            "mail.list", *people, search, TellAbout(id="tell", label="Tell", source_step="search", form=form)
        )
    read = ReadThreads(id="read", label="Read", search_step="search", **more)
    tell = TellAbout(id="tell", label="Tell", source_step="read", form=form, topic=topic)
    return plan_of(f"mail.{form}", *people, search, read, tell)  # type: ignore[arg-type]  # a form is an intent


async def answered(alex: MailDesk, plan: Plan, words: str = "Book me a table") -> Run:
    """A run of that plan, driven to its first wait or end."""
    run = await alex.ask(words)
    await alex.database.as_owner(
        "UPDATE runs SET plan = $2::jsonb, plan_digest = $3 WHERE id = $1",
        run.id,
        plan.canonical_json().decode(),
        plan.digest,
    )
    await alex.drive(run)
    return await alex.run(run.id)


async def test_a_list_names_the_mails_newest_first_with_a_source_each(alex: MailDesk) -> None:
    run = await answered(alex, telling("list", FROM_DANA, WHO))

    (answer,) = await alex.answers(run.id)
    assert answer.splitlines() == [
        f"2 mails from Dana Ito <{DANA}>:",
        "• Dana Ito: “Delivery window”, 2 March 2026. [1]",
        "• Dana Ito: “Contract”, 1 March 2026. [2]",
    ]
    citations = await alex.citations(run.id)
    assert [(one["id"], one["kind"], one["title"]) for one in citations] == [
        ("18c0000000000002", "mail", "Dana Ito: Delivery window"),
        ("18c0000000000001", "mail", "Dana Ito: Contract"),
    ]
    assert (run.state, await alex.cards()) == ("succeeded", [])
