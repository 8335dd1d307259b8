"""Finding the mail that is meant: who the words name, their newest mail, and what its conversation says.

Reads only. Two people who fit equally well are asked about, never chosen between.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any, Literal

from countersign.actions.proposals import is_no_reply
from countersign.connectors.google.mail_types import Contact, MailMessage, MailThread
from countersign.connectors.google.readers import MailReader
from countersign.understanding.people import (
    AmbiguousPeople,
    NobodyFound,
    Person,
    UniquePerson,
    choice,
    match_person,
)
from countersign.understanding.planned.steps import SearchMail
from countersign.understanding.writing import facts_of_mail
from countersign.workflows import ask
from countersign.workflows.context import RunContext
from countersign.workflows.email.looking import Looking
from countersign.workflows.email.mailbox import day_in_words, gmail_query, is_received_from, reader_of
from countersign.workflows.email.state import EmailState, person_step, plan_of, search_step
from countersign.workflows.engine import Runtime

CANDIDATES = 8
"""How many of the newest hits are read to find the one that really is from that person."""

_HOUSE = re.compile(r"\s+(?:from|at|of)\s+.*$", re.IGNORECASE)
_LIST_NAME = re.compile(r"\bvia\b", re.IGNORECASE)


async def find_person(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Find out who the words mean from the mail history of the accounts; ask when two fit equally well."""
    wanted = person_step(plan_of(state))
    if wanted is None:
        return {"said": {"find_person": "The request names no person."}}
    words = _last_answer(state) or wanted.query
    looking = Looking(state["accounts"], state["unread"])
    if state["people"]:
        match = match_person(words, _asked_about(state))
        contacts: list[Contact] = []
    else:
        contacts = await _contacts(runtime.context, looking, words)
        match = match_person(words, tuple(_person(contact) for contact in _likely(contacts)))
    known = [_known(contact) for contact in contacts] or state["known"]
    if isinstance(match, NobodyFound):
        return looking.told("find_person", _nobody(state, words))
    if isinstance(match, AmbiguousPeople):
        return looking.told("find_person", {**_which(match, wanted.query), "known": known})
    return looking.told("find_person", {**_found(match), "known": known, "people": []})


async def search(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Find their newest mail that fits, in the first account that has one."""
    wanted, sender = search_step(plan_of(state)), state["person"].get("email")
    looking = Looking(state["accounts"], state["unread"])
    for account in state["accounts"]:
        hits: list[MailMessage] = []
        with looking.leaving_out(account):
            reader = await reader_of(runtime.context, account["id"])
            hits = await _hits(reader, wanted, sender, state)
        if hits:
            newest = hits[0]
            mail = {"account_id": account["id"], "message_id": newest.id, "thread_id": newest.thread_id}
            return looking.told("search", {"mail": mail, "said": {"search": _found_mails(hits, state)}})
    whom = f"from {_name(state['person'])}" if sender else "like that"
    about = f" about {' '.join(wanted.topic_words)}" if wanted.topic_words else ""
    ending = f"I found no mail {whom}{about}, so I wrote no reply. Nothing was changed."
    return looking.told("search", {"ending": ending, "said": {"search": f"Found no mail {whom}{about}."}})


async def read_thread(state: EmailState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Read the whole conversation and keep what the writer may know of it."""
    mail = state["mail"]
    reader = await reader_of(runtime.context, mail["account_id"])
    thread = await reader.get_thread(mail["thread_id"])
    message = _message(thread, mail["message_id"])
    sender = message.from_.name if message.from_ else ""
    asked = message.reply_to or ((message.from_,) if message.from_ else ())
    said = f"Read {_n(len(thread.messages), 'message')} in “{message.subject or '(no subject)'}”."
    if asked and all(is_no_reply(address.email) for address in asked):
        ending = (
            f"The mail “{message.subject}” comes from an address that does not read answers, so I wrote no reply. "
            "Name another address to write to. Nothing was changed."
        )
        return {"ending": ending, "said": {"read": said}}
    return {"facts": facts_of_mail(sender, message.text).model_dump(mode="json"), "said": {"read": said}}


def after_person(state: EmailState) -> Literal["ask.put", "search", "report"]:
    """Ask which person, search their mail, or end in words."""
    if state["ending"]:
        return "report"
    return "ask.put" if state["question"] else "search"


def after_search(state: EmailState) -> Literal["read", "report"]:
    """Without a mail it ends in words."""
    return "report" if state["ending"] else "read"


def after_read(state: EmailState) -> Literal["draft", "report"]:
    """Nobody is written to who does not read."""
    return "report" if state["ending"] else "draft"


async def _contacts(context: RunContext, looking: Looking, words: str) -> list[Contact]:
    name = _HOUSE.sub("", words).strip() or words
    found: list[Contact] = []
    accounts = looking.accounts
    own = {account["email"].casefold() for account in accounts}
    for account in accounts:
        with looking.leaving_out(account):
            reader = await reader_of(context, account["id"])
            aliases, contacts = await asyncio.gather(reader.send_as(), _in_mail(reader, name))
            own |= {alias.email.casefold() for alias in aliases}
            found += contacts
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


def _asked_about(state: EmailState) -> tuple[Person, ...]:
    counts = Counter[str]()
    for known in state["known"]:
        counts[known["email"]] += known["written_to"]
    return tuple(
        Person(one["name"], one["email"], written_to=counts[one["email"]]) for one in state["people"]
    )


def _known(contact: Contact) -> dict[str, Any]:
    return {
        "email": contact.address.email,
        "name": contact.address.name,
        "written_to": contact.written_to,
    }


def _last_answer(state: EmailState) -> str | None:
    given = [answer["text"] for answer in state["answers"] if answer["slot"] == "which_person"]
    return given[-1] if given else None


def _nobody(state: EmailState, words: str) -> dict[str, Any]:
    if state["people"]:
        return _which(AmbiguousPeople(_asked_about(state)), "of them")
    ending = f"I found nobody called “{words}” in your mail, so I wrote no reply. Nothing was changed."
    return {"ending": ending, "said": {"find_person": f"Nobody in your mail is called “{words}”."}}


def _which(match: AmbiguousPeople, query: str) -> dict[str, Any]:
    options = tuple(choice(one) for one in match.people[:5])
    question = ask.asking("which_person", match.question(query), options, "find_person")
    people = [{"name": one.name, "email": one.email} for one in match.people]
    said = f"{len(match.people)} people fit “{query}”; I have to ask which."
    return {**question, "people": people, "said": {"find_person": said}}


def _found(match: UniquePerson) -> dict[str, Any]:
    one = match.person
    person = {"name": one.name, "email": one.email, "why": match.why, "provenance": one.provenance}
    return {"person": person, "said": {"find_person": f"{_name(person)}: {match.why}."}}


async def _hits(
    reader: MailReader, wanted: SearchMail, sender: str | None, state: EmailState
) -> list[MailMessage]:
    refs = await reader.search(gmail_query(wanted, sender, state["zone"]), CANDIDATES)
    own = [account["email"] for account in state["accounts"]]
    messages = await reader.get_messages(ref.id for ref in refs)
    return [message for message in messages if is_received_from(message, sender, own)]


def _found_mails(hits: list[MailMessage], state: EmailState) -> str:
    newest, whom = hits[0], _name(state["person"]) if state["person"] else "others"
    count = f"the newest {CANDIDATES} mails" if len(hits) == CANDIDATES else _n(len(hits), "mail")
    day = day_in_words(newest.received_at or newest.date, state["zone"])
    return f"Found {count} from {whom}; the last is “{newest.subject or '(no subject)'}” of {day}."


def _name(person: dict[str, str]) -> str:
    return f"{person['name']} <{person['email']}>" if person.get("name") else person["email"]


def _message(thread: MailThread, message_id: str) -> MailMessage:
    return next(message for message in thread.messages if message.id == message_id)


def _n(count: int, noun: str) -> str:
    return f"one {noun}" if count == 1 else f"{count} {noun}s"
