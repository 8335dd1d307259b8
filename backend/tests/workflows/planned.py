"""Runs whose plan is given step by step, for tests of what comes after the words were understood."""

from __future__ import annotations

from typing import Any

from countersign.runs.models import Run
from countersign.understanding.plan import Intent, Plan
from countersign.understanding.planned.steps import ResolvePerson, SearchMail, Step
from countersign.workflows.context import store_plan
from tests.workflows.mailroom import MailDesk


async def planned(alex: MailDesk, intent: Intent, *steps: Step) -> Run:
    """A run with this plan, driven to its first wait or end."""
    run = await alex.ask("A request whose plan is given")
    plan = Plan(workflow="email", intent=intent, confidence_percent=100, steps=steps, context_digest="0" * 64)
    async with alex.services.db.session(alex.user_id) as session:
        await store_plan(session, run.id, plan)
    await alex.database.as_owner("UPDATE runs SET workflow = 'email' WHERE id = $1", run.id)
    await alex.drive(run)
    return await alex.run(run.id)


def person(step: str, query: str) -> ResolvePerson:
    """Somebody to find."""
    return ResolvePerson(id=step, label="Find out who is meant", query=query)


def search(step: str, who: str | None = None, **more: Any) -> SearchMail:
    """Mails to find, those of the person of step `who` alone."""
    return SearchMail(id=step, label="Find the mail", person_step=who, **more)
