"""A person with a connected mailbox in the sandbox: propose replies, decide on them, execute them, look at the ledger.

The product's own functions act; what happened is read from the sandbox's ledger and from the database as its owner.
"""

from __future__ import annotations

import itertools
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from countersign.accounts.services import Services
from countersign.accounts.tokens import credentials
from countersign.actions import execute, proposals
from countersign.actions.mail.facts import Known
from countersign.actions.types import ProposedAction
from countersign.approvals import deciding, gate
from countersign.approvals.deciding import Verdict
from countersign.connectors.google.mail_types import MailThread
from countersign.connectors.google.readers import MailReader
from countersign.kit.ids import from_public
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

ALEX = "alex@acme.test"
DANA = "dana@client.test"
SCOPES = tuple(f"https://www.googleapis.com/auth/gmail.{name}" for name in ("readonly", "compose", "modify"))
WORDS = "We can take delivery on Wednesday."


@dataclass
class Desk:
    """One person, one run, one account; every reply proposed here belongs to that run unless another is named."""

    services: Services
    database: ProductDatabase
    sandbox: Sandbox
    user_id: UUID
    account_id: UUID
    run_id: UUID
    nonces: Any = field(default_factory=itertools.count)

    def nonce(self) -> str:
        """An Idempotency-Key that was not used before."""
        return f"key-{next(self.nonces)}-{uuid4()}"

    @property
    def decider(self) -> proposals.Decider:
        """The person."""
        return proposals.Decider(self.user_id)

    async def thread(self, message_id: str) -> MailThread:
        """The conversation of that mail as it is now."""
        reader = MailReader(
            self.services.google, await credentials(self.services, self.user_id, self.account_id)
        )
        message = await reader.get_message(message_id)
        return await reader.get_thread(message.thread_id)

    async def source(self, number: int = 1) -> proposals.ReplySource:
        """The given conversation's first mail, read from the mailbox."""
        message_id = f"18c{number:013d}"
        thread = await self.thread(message_id)
        reader = MailReader(
            self.services.google, await credentials(self.services, self.user_id, self.account_id)
        )
        return proposals.ReplySource(
            thread=thread,
            message_id=message_id,
            aliases=await reader.send_as(),
            account_email=ALEX,
            account_type="work",
            known=(Known(email=DANA, name="Dana Ito", written_to=3),),
        )

    async def proposal(
        self, number: int = 1, words: str = WORDS, kind: str = "mail.reply", **changes: Any
    ) -> ProposedAction:
        """A mail of that kind about the given conversation's first mail, resolved from the mailbox."""
        resolved = mail_of(kind, await self.source(number), words)
        values = {
            "run_id": self.run_id,
            "run_attempt": 1,
            "plan_step": f"reply-{number}",
            "target": resolved.target,
            "account_id": self.account_id,
            "kind": kind,
            "payload": resolved.payload,
            "facts": resolved.facts,
            "group_key": resolved.group_key,
            "group_label": resolved.group_label,
        }
        return ProposedAction(**{**values, **changes})

    async def propose(self, number: int = 1, words: str = WORDS, **changes: Any) -> dict[str, Any]:
        """The card of a fresh reply."""
        proposed = await self.proposal(number, words, **changes)
        async with self.services.db.session(self.user_id) as session:
            (approval_id,) = await gate.open(session, self.services, [proposed])
        return await self.card(approval_id)

    async def card(self, approval_id: UUID | str) -> dict[str, Any]:
        """The card as it is now."""
        async with self.services.db.session(self.user_id) as session:
            approval = await proposals.approval(session, uuid_of(approval_id, "apr"))
            return await proposals.card(session, approval.action_id)

    async def decide(
        self, card: dict[str, Any], verb: str = "approve", *, nonce: str | None = None, **said: Any
    ) -> dict[str, Any]:
        """The card after that decision on what the card says."""
        verdict = Verdict(verb, card["version"], card["digest"], tuple(card["requires"]), said.get("note"))
        async with self.services.db.session(self.user_id) as session:
            return await deciding.decide(
                session,
                self.services,
                uuid_of(card["id"], "apr"),
                verdict,
                nonce=nonce or self.nonce(),
                decider=self.decider,
            )

    async def edit(self, card: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The card after the person changed fields, named without their slash."""
        async with self.services.db.session(self.user_id) as session:
            return await deciding.edit(
                session,
                self.services,
                uuid_of(card["id"], "apr"),
                card["version"],
                {f"/{name}": value for name, value in changes.items()},
            )

    async def undo(self, card: dict[str, Any], nonce: str | None = None) -> dict[str, Any]:
        """The action after undo."""
        async with self.services.db.session(self.user_id) as session:
            return await deciding.undo(
                session, self.services, action_id(card), nonce=nonce or self.nonce(), decider=self.decider
            )

    async def send_now(self, card: dict[str, Any], nonce: str | None = None) -> dict[str, Any]:
        """The action after its hold was ended."""
        async with self.services.db.session(self.user_id) as session:
            return await deciding.send_now(
                session, self.services, action_id(card), nonce=nonce or self.nonce(), decider=self.decider
            )

    async def execute(self, card: dict[str, Any]) -> None:
        """One call of the executor."""
        await execute.run(self.services, self.user_id, action_id(card))

    async def approved(self, number: int = 1, kind: str = "mail.reply", **changes: Any) -> dict[str, Any]:
        """A mail proposed, approved, its hold over: ready to be executed."""
        card = await self.decide(await self.propose(number, kind=kind, **changes))
        await self.after_hold()
        return card

    async def after_hold(self, seconds: float = 1) -> None:
        """The clock moved past the hold."""
        await self.advance(self.services.settings.hold_seconds + seconds)

    async def advance(self, seconds: float) -> None:
        """The product's clock moved on."""
        await self.database.advance_clock(timedelta(seconds=seconds))

    async def row(self, card: dict[str, Any]) -> dict[str, Any]:
        """The action's row, as the owner of the database sees it."""
        (row,) = await self.database.as_owner("SELECT * FROM actions WHERE id = $1", action_id(card))
        as_json = ("payload", "provider_token", "cursor", "outcome")
        return {
            name: json.loads(value) if name in as_json and isinstance(value, str) else value
            for name, value in dict(row).items()
        }

    async def force(self, card: dict[str, Any], **columns: Any) -> None:
        """Write straight into the action's row, past every trigger, as somebody with the database in hands could."""
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            async with connection.transaction():
                await connection.execute("ALTER TABLE actions DISABLE TRIGGER USER")
                for name, value in columns.items():
                    stored = json.dumps(value) if isinstance(value, dict) else value
                    await connection.execute(
                        f"UPDATE actions SET {name} = $2 WHERE id = $1", action_id(card), stored
                    )
                await connection.execute("ALTER TABLE actions ENABLE TRIGGER USER")
        finally:
            await connection.close()

    async def tamper(self, sql: str) -> None:
        """Run a statement past every trigger of the trust tables, as somebody with the database in hands could."""
        connection = await asyncpg.connect(self.database.owner_url)
        tables = ("actions", "decisions")
        try:
            async with connection.transaction():
                for table in tables:
                    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                await connection.execute("ALTER TABLE decisions DROP CONSTRAINT decisions_decider_id_fkey")
                await connection.execute(sql)
                for table in tables:
                    await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                await connection.execute(
                    "ALTER TABLE decisions ADD CONSTRAINT decisions_decider_id_fkey"
                    " FOREIGN KEY (decider_id) REFERENCES users (id) NOT VALID"
                )
        finally:
            await connection.close()

    def with_settings(self, **changes: Any) -> Desk:
        """The same desk in an installation with these settings changed."""
        services = replace(self.services, settings=self.services.settings.model_copy(update=changes))
        return replace(self, services=services)

    async def state(self, card: dict[str, Any]) -> str:
        """The action's state."""
        return str((await self.row(card))["state"])

    async def attempts(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        """The action's attempts in order."""
        rows = await self.database.as_owner(
            "SELECT * FROM attempts WHERE action_id = $1 ORDER BY n", action_id(card)
        )
        return [dict(row) for row in rows]

    async def wakes(self, run_id: UUID | None = None) -> int:
        """How often the run was woken."""
        (row,) = await self.database.as_owner(
            "SELECT wake_wanted FROM runs WHERE id = $1", run_id or self.run_id
        )
        return int(row["wake_wanted"])

    def sends(self) -> list[dict[str, Any]]:
        """What the sandbox's ledger says really left."""
        return [entry for entry in self.sandbox.ledger(method="gmail.users.drafts.send") if entry["ok"]]

    def drafts(self) -> list[dict[str, Any]]:
        """Alex's mails that are drafts."""
        return [mail for mail in self.mails_of(ALEX) if "DRAFT" in mail["labels"]]

    def raw_mails_of(self, email: str, label: str) -> list[bytes]:
        """The bytes of that mailbox's mails with this label."""
        return [
            urlsafe_b64decode(mail["raw"] + "==") for mail in self.mails_of(email) if label in mail["labels"]
        ]

    def mails_of(self, email: str) -> list[dict[str, Any]]:
        """Every mail in that mailbox."""
        mails: list[dict[str, Any]] = self.sandbox.state(email)["messages"]
        return mails


def mail_of(kind: str, source: proposals.ReplySource, words: str) -> proposals.ResolvedReply:
    """A mail of that kind with these words: an answer, or a mail to Dana."""
    wanted = proposals.NewMail(
        to=(proposals.Recipient(DANA, "Dana Ito"),), body_text=words, subject="Delivery"
    )
    if kind == "mail.send":
        return proposals.resolve_new_mail(source, wanted)
    if kind == "mail.forward":
        return proposals.resolve_forward(source, replace(wanted, subject=""))
    return proposals.resolve_reply(source, words, to_all=kind == "mail.reply_all")


def action_id(card: dict[str, Any]) -> UUID:
    """The action behind a card."""
    return uuid_of(card["action_id"], "act")


def uuid_of(value: UUID | str, prefix: str) -> UUID:
    """The UUID behind a public id."""
    return value if isinstance(value, UUID) else from_public(prefix, value)
