"""A write needs a grant, and only the executor can make one."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from countersign.actions import execute
from countersign.connectors import grant as grants
from countersign.connectors.errors import GrantError, ProviderMissing
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.transport import GoogleClient
from countersign.connectors.google.writers import MailWriter
from countersign.connectors.grant import Grant, claim_mint
from tests.connectors.conftest import ALEX, DANA, NewCredentials
from tests.sandbox.server import BACKEND, Sandbox

HEADERS = f"From: {ALEX}\r\nTo: {DANA}\r\nSubject: Wednesday\r\nX-Countersign-Action: mark-1\r\n"
MAIL = f"{HEADERS}\r\nYes, gladly.\r\n".encode()
EXECUTE_FILE = Path(grants.__file__).parents[1] / "actions" / "execute.py"


def minted(account_id: UUID, kind: str = "mail.reply", **more: float) -> Grant:
    """A grant as the executor makes it after verifying a decision."""
    return execute._mint(
        action_id=uuid4(), decision_id=uuid4(), account_id=account_id, digest="sha256:0", kind=kind, **more
    )


@pytest.fixture
def as_alex(two_people: None, as_account: NewCredentials) -> Any:
    return as_account()


def writes_of(sandbox: Sandbox) -> list[str]:
    return [entry["method_id"] for entry in sandbox.ledger(method="gmail.users.*")]


async def test_an_approved_mail_is_drafted_and_sent_once_and_arrives(
    google: GoogleClient, as_alex: Any, account_id: UUID, google_sandbox: Sandbox, as_account: NewCredentials
) -> None:
    writer = MailWriter(google, as_alex, minted(account_id))

    draft = await writer.create_draft(MAIL, None)
    sent = await writer.send_draft(draft.draft_id)
    with pytest.raises(ProviderMissing):
        await writer.send_draft(draft.draft_id)

    assert writes_of(google_sandbox)[:2] == ["gmail.users.drafts.create", "gmail.users.drafts.send"]
    arrived = await MailReader(google, as_account(DANA)).search("subject:Wednesday")
    assert len(arrived) == 1
    head = await MailReader(google, as_alex).get_head(sent.message_id, ["X-Countersign-Action"])
    assert head.header("x-countersign-action") == "mark-1"
    assert "SENT" in head.labels


async def test_a_draft_can_be_found_by_its_marker_and_deleted(
    google: GoogleClient, as_alex: Any, account_id: UUID
) -> None:
    writer, reader = MailWriter(google, as_alex, minted(account_id)), MailReader(google, as_alex)
    made = await writer.create_draft(MAIL, None)

    (found,) = await reader.drafts(headers=["X-Countersign-Action"])
    assert found.message.header("X-Countersign-Action") == "mark-1"
    assert (await reader.get_draft(made.draft_id)) is not None

    await writer.delete_draft(made.draft_id)
    assert await reader.get_draft(made.draft_id) is None
    assert await reader.drafts() == []


async def test_no_writer_without_a_genuine_grant(
    google: GoogleClient, as_alex: Any, account_id: UUID, google_sandbox: Sandbox
) -> None:
    forged = object.__new__(Grant)
    lookalike = type("Grant", (), {"account_id": account_id, "kind": "mail.reply"})()

    for wrong in (None, forged, lookalike, minted(uuid4()), minted(account_id, kind="event.create")):
        with pytest.raises(GrantError):
            MailWriter(google, as_alex, wrong)  # type: ignore[arg-type]  # that is what is tried

    assert writes_of(google_sandbox) == []


async def test_a_grant_for_a_draft_never_sends(
    google: GoogleClient, as_alex: Any, account_id: UUID, google_sandbox: Sandbox
) -> None:
    writer = MailWriter(google, as_alex, minted(account_id, kind="mail.draft.create"))
    draft = await writer.create_draft(MAIL, None)

    with pytest.raises(GrantError):
        await writer.send_draft(draft.draft_id)

    assert writes_of(google_sandbox) == ["gmail.users.drafts.create"]


async def test_a_grant_ends_and_a_writer_that_slept_through_it_writes_nothing(
    google: GoogleClient, as_alex: Any, account_id: UUID, google_sandbox: Sandbox
) -> None:
    with pytest.raises(GrantError):
        MailWriter(google, as_alex, minted(account_id, life_seconds=0.0))
    grant = minted(account_id)
    writer = MailWriter(google, as_alex, grant)
    grants._MINTED[grant] = grants._MINTED[grant]._replace(ends_at=0.0)

    with pytest.raises(GrantError):
        await writer.create_draft(MAIL, None)

    assert writes_of(google_sandbox) == []


def test_a_grant_cannot_be_constructed_copied_pickled_or_changed() -> None:
    grant = minted(uuid4())

    with pytest.raises(GrantError):
        Grant()
    with pytest.raises(GrantError):
        copy.copy(grant)
    with pytest.raises(GrantError):
        copy.deepcopy(grant)
    with pytest.raises(GrantError):
        pickle.dumps(grant)
    with pytest.raises(AttributeError):
        grant.account_id = uuid4()  # type: ignore[misc]  # that is what is tried
    with pytest.raises((TypeError, AttributeError)):
        replaced(grant, account_id=uuid4())  # type: ignore[type-var]  # that is what is tried
    assert repr(object.__new__(Grant)) == "Grant(not minted)"
    assert str(grant.action_id) in repr(grant)
    assert (grant.digest, grant.kind) == ("sha256:0", "mail.reply")
    assert isinstance(grant.decision_id, UUID)


def test_no_other_module_can_claim_the_mint() -> None:
    with pytest.raises(GrantError):
        claim_mint()


def test_code_that_borrows_the_executors_names_cannot_claim_it_again() -> None:
    disguised = compile(
        "from countersign.connectors.grant import claim_mint\nclaim_mint()", str(EXECUTE_FILE), "exec"
    )

    with pytest.raises(GrantError):
        exec(disguised, vars(execute))


@pytest.mark.parametrize(
    "script",
    [
        "from countersign.connectors.grant import claim_mint; claim_mint()",
        "import types, sys; m = types.ModuleType('countersign.actions.execute'); sys.modules[m.__name__] = m;"
        "exec('from countersign.connectors.grant import claim_mint\\nclaim_mint()', vars(m))",
        "from countersign.connectors.grant import claim_mint\ndef f(): return claim_mint()\nf()",
    ],
    ids=["before the executor", "as a module of that name", "inside a function"],
)
def test_a_fresh_process_gives_the_mint_to_nobody_else(script: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=BACKEND, capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode != 0
    assert "GrantError" in ended.stderr
