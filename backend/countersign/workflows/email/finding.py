"""Who the words of a request name, from the mail history of the accounts meant.

Reads only. Two people who fit equally well are asked about, never chosen between.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

from countersign.actions.proposals import is_no_reply
from countersign.connectors.google.mail_types import Contact
from countersign.connectors.google.readers import MailReader
from countersign.understanding.people import (
    AmbiguousPeople,
    NobodyFound,
    Person,
    UniquePerson,
    choice,
    match_person,
)
from countersign.understanding.planned.steps import ResolvePerson
from countersign.workflows import ask
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.looking import Account, Looking
from countersign.workflows.email.mailboxes.opened import name_of, reader_of
from countersign.workflows.email.state import EmailState, consequence, plan_of, steps_of
from countersign.workflows.engine import Runtime

_HOUSE = re.compile(r"\s+(?:from|at|of)\s+.*$", re.IGNORECASE)
_LIST_NAME = re.compile(r"\bvia\b", re.IGNORECASE)


async def find_people(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Find out who each step's words mean from the mail history of the accounts; ask when two fit equally well."""
    plan = plan_of(state)
    looking = Looking(state["accounts"], state["unread"], state["missing"], consequence(plan))
    people, known, choices = dict(state["people"]), state["known"], state["choices"]
    for wanted in steps_of(plan, ResolvePerson):
        if wanted.id in people:
            continue
        words = _last_answer(state, wanted) or wanted.query
        candidates = _asked_about(choices, known)
        if not choices:
            contacts = await _contacts(runtime.context, looking, words)
            candidates = tuple(_person(contact) for contact in _likely(contacts))
            known = _with(known, contacts)
        match = match_person(words, candidates)
        if isinstance(match, NobodyFound) and choices:
            match = AmbiguousPeople(candidates)
        found_so_far = {"people": people, "known": known}
        if isinstance(match, NobodyFound):
            return looking.told("find_people", {**found_so_far, **_nobody(words, consequence(plan))})
        if isinstance(match, AmbiguousPeople):
            return looking.told("find_people", {**found_so_far, **_which(match, wanted)})
        people[wanted.id], choices = _found(match), []
    said = " ".join(f"{name_of(person)}: {person['why']}." for person in people.values())
    return looking.told(
        "find_people", {"people": people, "known": known, "choices": [], "said": {"find_people": said}}
    )


async def _contacts(context: RunContext, looking: Looking, words: str) -> list[Contact]:
    name = _HOUSE.sub("", words).strip() or words
    own = {account["email"].casefold() for account in looking.accounts}

    async def met(account: Account) -> list[Contact]:
        reader = await reader_of(context, account["id"])
        aliases, contacts = await asyncio.gather(reader.send_as(), _in_mail(reader, name))
        own.update(alias.email.casefold() for alias in aliases)
        return contacts

    found = [contact for _, contacts in await looking.in_each(met) for contact in contacts]
    return [contact for contact in found if contact.address.email.casefold() not in own]


async def _in_mail(reader: MailReader, name: str) -> list[Contact]:
    found = await reader.contacts_from_mail(name)
    if not found and name.endswith("s") and len(name) > 3:
        found = await reader.contacts_from_mail(name[:-1].rstrip("'’"))
    return found


def _likely(contacts: list[Contact]) -> list[Contact]:
    """Without mailing lists and machines that only carry a person's name, unless nobody else is left."""
    people = [
        contact
        for contact in contacts
        if not is_no_reply(contact.address.email) and not _LIST_NAME.search(contact.address.name)
    ]
    return people or contacts


def _person(contact: Contact) -> Person:
    return Person(
        name=contact.address.name,
        email=contact.address.email,
        last_seen=contact.last_seen_at,
        message_count=contact.heard_from,
        written_to=contact.written_to,
    )


def _asked_about(choices: list[dict[str, str]], known: list[dict[str, Any]]) -> tuple[Person, ...]:
    counts = Counter[str]()
    for one in known:
        counts[one["email"]] += one["written_to"]
    return tuple(Person(one["name"], one["email"], written_to=counts[one["email"]]) for one in choices)


def _with(known: list[dict[str, Any]], contacts: list[Contact]) -> list[dict[str, Any]]:
    """Those known before and these, each address once: what was counted last is kept."""
    met = {
        contact.address.email: {
            "email": contact.address.email,
            "name": contact.address.name,
            "written_to": contact.written_to,
        }
        for contact in contacts
    }
    return [*(one for one in known if one["email"] not in met), *met.values()]


def _slot(wanted: ResolvePerson) -> str:
    return f"which_person.{wanted.id}"


def _last_answer(state: EmailState, wanted: ResolvePerson) -> str | None:
    given = [answer["text"] for answer in state["answers"] if answer["slot"] == _slot(wanted)]
    return given[-1] if given else None


def _nobody(words: str, so: str) -> dict[str, Any]:
    ending = f"I found nobody called “{words}” in your mail{so}. Nothing was changed."
    return {"ending": ending, "said": {"find_people": f"Nobody in your mail is called “{words}”."}}


def _which(match: AmbiguousPeople, wanted: ResolvePerson) -> dict[str, Any]:
    options = tuple(choice(one) for one in match.people[:5])
    question = ask.asking(_slot(wanted), match.question(wanted.query), options, "find_people")
    people = [{"name": one.name, "email": one.email} for one in match.people]
    said = f"{len(match.people)} people fit “{wanted.query}”; I have to ask which."
    return {**question, "choices": people, "said": {"find_people": said}}


def _found(match: UniquePerson) -> dict[str, str]:
    one = match.person
    return {"name": one.name, "email": one.email, "why": match.why, "provenance": one.provenance}
