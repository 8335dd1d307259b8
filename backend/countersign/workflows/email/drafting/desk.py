"""What a writer has at hand: the accounts' aliases, whom they wrote to, and the answers given so far; reads only.

Each account is asked once in a step, however many mails leave from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass

from countersign.actions.proposals import Known, MailSource, Promise, Recipient, ReplySource
from countersign.actions.proposals import Origin as RecipientOrigin
from countersign.connectors.google.mail_types import Alias, MailThread
from countersign.connectors.google.readers import MailReader
from countersign.kit import clock
from countersign.understanding.dates import promised_dates
from countersign.understanding.planned.steps import ResolvePerson
from countersign.workflows.context import RunContext
from countersign.workflows.email.mailboxes.opened import reader_of
from countersign.workflows.email.state import EmailState, plan_of, steps_of

_MOST_KNOWN = 500
"""People kept with a card: a mail to thousands must not weigh on each of its versions."""


@dataclass(frozen=True)
class Mailbox:
    """One account as a mail leaves from it."""

    account: dict[str, str]
    reader: MailReader
    aliases: Sequence[Alias]
    known: Sequence[Known]

    @property
    def own_addresses(self) -> list[str]:
        """Every address this account sends as, its own first."""
        return [self.account["email"], *(alias.email for alias in self.aliases)]


class Desk:
    """What writing one step's mails needs; made anew for each step."""

    def __init__(self, context: RunContext, state: EmailState) -> None:
        """Nothing is read before it is asked for."""
        self.context = context
        self.state = state
        self._opened: dict[str, Mailbox] = {}

    async def mailbox(self, account_id: str) -> Mailbox:
        """The account with this public id."""
        if account_id not in self._opened:
            account = next(one for one in self.state["accounts"] if one["id"] == account_id)
            reader = await reader_of(self.context, account_id)
            aliases, written_to = await asyncio.gather(reader.send_as(), reader.people_written_to())
            met = [Known.model_validate(one) for one in self.state["known"]]
            people = [
                Known(email=one.address.email, name=one.address.name, written_to=one.written_to)
                for one in written_to[:_MOST_KNOWN]
            ]
            self._opened[account_id] = Mailbox(account, reader, aliases, [*people, *met])
        return self._opened[account_id]

    async def mail_source(self, mailbox: Mailbox, body: str) -> MailSource:
        """What a new mail with that text is resolved from."""
        return MailSource(
            aliases=mailbox.aliases,
            account_email=mailbox.account["email"],
            account_type=mailbox.account["type"],
            time_zone=self.state["zone"],
            known=mailbox.known,
            user_addresses=self._typed(),
            promises=await promises_in(self.context, body, self.state["zone"]),
        )

    async def reply_source(
        self, mailbox: Mailbox, thread: MailThread, message_id: str, body: str
    ) -> ReplySource:
        """What an answer to that mail with that text is resolved from."""
        return ReplySource(
            thread=thread,
            message_id=message_id,
            aliases=mailbox.aliases,
            account_email=mailbox.account["email"],
            account_type=mailbox.account["type"],
            time_zone=self.state["zone"],
            known=mailbox.known,
            user_addresses=self._typed(),
            promises=await promises_in(self.context, body, self.state["zone"]),
        )

    def recipients(self, steps: Sequence[str]) -> list[Recipient]:
        """The people those `resolve_person` steps found, in their order."""
        typed = {email.casefold() for email in self._typed()}
        return [_recipient(self.state["people"][step], typed) for step in steps]

    def answer(self, slot: str) -> str | None:
        """The person's last answer to the question asked under `slot`; None when there is none."""
        given = [answer["text"] for answer in self.state["answers"] if answer["slot"] == slot]
        return given[-1] if given else None

    def _typed(self) -> list[str]:
        """The addresses that stand in the request itself, whether their mail is known or not."""
        steps = steps_of(plan_of(self.state), ResolvePerson)
        people = [(step.query.casefold(), self.state["people"][step.id]["email"]) for step in steps]
        return [email for query, email in people if email.casefold() in query]


async def promises_in(context: RunContext, body: str, zone: str) -> list[Promise]:
    """The days and amounts that the text commits to, read as of now in that zone."""
    async with context.reading() as session:
        now = await clock.now(session)
    found = promised_dates(body, now=now, zone=zone)
    return [Promise(quote=date.words, meaning=date.meaning) for date in found]


def _recipient(person: dict[str, str], typed: Container[str]) -> Recipient:
    is_typed = person["email"].casefold() in typed
    origin = RecipientOrigin(provenance="user" if is_typed else "contacts")
    return Recipient(email=person["email"], name=person["name"], origin=origin)
