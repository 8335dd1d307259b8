"""A person with a mailbox in the sandbox who asks for replies and decides; what left is read from the ledger."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from countersign.accounts.models import Account
from countersign.accounts.services import Services
from countersign.accounts.tokens import open_token, seal_tokens
from countersign.actions import execute, proposals
from countersign.approvals import deciding, expiry, listing
from countersign.approvals.deciding import Verdict
from countersign.connectors.google.oauth import TokenGrant
from countersign.kit import clock
from countersign.kit.data_keys import cipher
from countersign.kit.ids import from_public
from countersign.runs import history, resume, waiting
from countersign.runs.models import Run
from tests.runs.desk import Desk
from tests.sandbox.server import Sandbox

ALEX = "alex@acme.test"
DANA = "dana@client.test"
SCOPES = tuple(f"https://www.googleapis.com/auth/gmail.{name}" for name in ("readonly", "compose"))
REQUEST = "Reply to the last mail from Dana saying we can take delivery on Wednesday"
YEARS = timedelta(days=3650)


def mail(number: int, sender: str, subject: str, text: str, **more: Any) -> dict[str, Any]:
    """One mail in Alex's inbox; a higher number is newer."""
    return {
        "id": f"18c{number:013d}",
        "from": sender,
        "to": [ALEX],
        "subject": subject,
        "message_id": f"<mail-{number}@world.test>",
        "date": f"2026-03-{number:02d}T09:00:00Z",
        "text": text,
        "thread": f"thread-{number}",
        "labels": ["INBOX", "UNREAD"],
        **more,
    }


OLD = "alex@former.test"
DANA_ITO = f"Dana Ito <{DANA}>"
MAILS = [
    mail(1, DANA_ITO, "Contract", "Is the contract fine?\n\nDana"),
    mail(2, DANA_ITO, "Delivery window", "Can you take delivery on Wednesday?\n\nDana"),
    mail(
        3,
        "Dana Ito via Suppliers <suppliers@lists.test>",
        "[suppliers] News",
        "News.",
        list_id="<suppliers.lists.test>",
    ),
    mail(4, "Shop <no-reply@shop.test>", "Your order", "It is on its way."),
    mail(5, "Sam Berg <sam@berg.test>", "Lunch", "Lunch?"),
    mail(6, "Sam Okoro <sam@okoro.test>", "Budget", "Budget?"),
    mail(7, DANA_ITO, "Old offer", "Old.", labels=["TRASH"]),
    mail(8, DANA_ITO, "Win a prize", "Prize!", labels=["SPAM"]),
]


def world(*extra: dict[str, Any]) -> list[dict[str, Any]]:
    """Alex's mailbox with these mails more, and Dana's own."""
    return [
        {"email": ALEX, "name": "Alex Moreno", "messages": [*MAILS, *extra]},
        {"email": DANA, "name": "Dana Ito", "messages": []},
        {"email": OLD, "name": "Alex Moreno", "messages": []},
    ]


@dataclass
class MailDesk(Desk):
    """Alex at the desk."""

    sandbox: Sandbox
    nonces: Any = field(default_factory=itertools.count)

    async def connect_another(self, email: str) -> UUID:
        """A further account, good for years."""
        return await connect(self.services, self.sandbox, self.user_id, email=email)

    async def revoke(self, account_id: UUID) -> None:
        """Take the permission away at Google, where the product has not heard of it yet."""
        async with self.services.db.session(self.user_id) as session:
            user_cipher = await cipher(session, self.services.keys, self.user_id)
            account = await session.get_one(Account, account_id)
            sealed = open_token(user_cipher, account_id, "access_token", account.access_token)
        assert sealed is not None
        async with httpx.AsyncClient(trust_env=False) as google:
            answer = await google.post(f"{self.sandbox.base_url}/revoke", data={"token": sealed})
        assert answer.is_success, answer.text

    async def ask_for_a_reply(self) -> Run:
        """Send the usual request; its run, queued."""
        return await self.ask(REQUEST)

    async def ask_and_drive(self, text: str = REQUEST) -> Run:
        """Send the request and drive its run to its first wait or end; the run as it is then."""
        run = await self.ask(text)
        await self.drive(run)
        return await self.run(run.id)

    async def cards(self) -> list[dict[str, Any]]:
        """Alex's cards, newest first."""
        async with self.services.db.session(self.user_id) as session:
            return [shown.card for shown in await listing.some_cards(session, listing.Filter())]

    async def card(self) -> dict[str, Any]:
        """The one card there is."""
        (card,) = await self.cards()
        return card

    async def decide(self, verb: str, note: str | None = None) -> dict[str, Any]:
        """The one card after that decision on what it says."""
        return await self.decide_card(await self.card(), verb, note)

    async def decide_card(self, card: dict[str, Any], verb: str, note: str | None = None) -> dict[str, Any]:
        """This card after that decision on what it says."""
        verdict = Verdict(verb, card["version"], card["digest"], tuple(card["requires"]), note)
        async with self.services.db.session(self.user_id) as session:
            return await deciding.decide(
                session,
                self.services,
                from_public("apr", card["id"]),
                verdict,
                nonce=f"key-{next(self.nonces)}-{uuid4()}",
                decider=proposals.Decider(self.user_id),
            )

    async def reopen(self) -> None:
        """Ask the expired card again."""
        approval_id = from_public("apr", (await self.card())["id"])
        async with self.services.db.session(self.user_id) as session:
            await expiry.reopen(session, self.services, approval_id)

    async def expire(self) -> None:
        """Let the card's time run out."""
        await self.database.advance_clock(timedelta(hours=2))
        await expiry.keep_time(self.services, self.user_id, from_public("apr", (await self.card())["id"]))

    async def execute(self) -> None:
        """Move the clock past the hold and execute what was approved."""
        await self.database.advance_clock(timedelta(seconds=self.services.settings.hold_seconds + 1))
        await execute.run(self.services, self.user_id, from_public("act", (await self.card())["action_id"]))

    async def resume(self, run: Run, text: str | None = None) -> None:
        """POST resume, then drive."""
        async with self.services.db.session(self.user_id) as session:
            await resume.resume(session, self.services, run.id, text)
        await self.drive(run)

    async def retry(self, run: Run) -> Run:
        """POST retry, then drive; the run as it is then."""
        async with self.services.db.session(self.user_id) as session:
            await resume.retry(session, self.services, run.id)
        await self.drive(run)
        return await self.run(run.id)

    async def said(self, run: Run) -> dict[str, str]:
        """The newest sentence of each step."""
        return {step.node: step.detail for step in await self.steps(run.id)}

    async def waiting_for(self, run: Run) -> str | None:
        """What the run waits for."""
        async with self.services.db.session(self.user_id) as session:
            return await waiting.waiting_for(session, await history.get(session, run.id))

    async def citations(self, run_id: UUID) -> list[dict[str, Any]]:
        """What the answer of this run links to."""
        (row,) = await self.database.as_owner(
            "SELECT citations::text FROM messages WHERE run_id = $1 AND role = 'assistant'", run_id
        )
        found: list[dict[str, Any]] = json.loads(row["citations"])
        return found

    def sent(self) -> list[dict[str, Any]]:
        """What the sandbox's ledger says really left."""
        return [entry for entry in self.sandbox.ledger(method="gmail.users.drafts.send") if entry["ok"]]

    async def checkpoint_text(self, run: Run) -> str:
        """The newest checkpoint's values as text."""
        state = (await self.states(run))[0]
        return json.dumps(state.values)


async def connect(
    services: Services,
    sandbox: Sandbox,
    user_id: UUID,
    scopes: tuple[str, ...] = SCOPES,
    *,
    email: str = ALEX,
) -> UUID:
    """Alex's account with a token that outlives every clock the tests set."""
    account_id = uuid4()
    token = sandbox.token(email, *scopes, expires_in=round(YEARS.total_seconds()))
    async with services.db.session(user_id) as session:
        account = Account(
            id=account_id,
            user_id=user_id,
            provider="google",
            email=email,
            type="work",
            token_version=0,
            scopes=list(scopes),
        )
        grant = TokenGrant(token, round(YEARS.total_seconds()), None, scopes)
        user_cipher = await cipher(session, services.keys, user_id)
        seal_tokens(user_cipher, account, grant, await clock.now(session) + YEARS)
        session.add(account)
    return account_id
