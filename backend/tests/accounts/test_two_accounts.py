"""Two accounts connected by full consent: a request works in the one it names, and neither shows the other's mail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from countersign.accounts import listing
from countersign.runs.saver import Checkpoints
from tests.accounts.person import ALEX, ALEX_HOME, Person
from tests.workflows.mailroom import MailDesk

DANA = "Dana Ito <dana@client.test>"


def mail(number: int, to: str, subject: str, text: str) -> dict[str, Any]:
    return {
        "id": f"18c{number:013d}",
        "thread": f"thread-{number}",
        "from": DANA,
        "to": [to],
        "subject": subject,
        "message_id": f"<mail-{number}@world.test>",
        "date": f"2026-03-{number:02d}T09:00:00Z",
        "text": text,
        "labels": ["INBOX", "UNREAD"],
    }


@pytest.fixture
async def desk(maya: Person) -> AsyncIterator[MailDesk]:
    """Maya after connecting her work account and then her private one, where Dana wrote the newer mail."""
    work = mail(1, ALEX, "Delivery window", "Can you take delivery on Wednesday?")
    home = mail(2, ALEX_HOME, "Garden party", "Are you coming on Saturday?")
    maya.google.seed(
        {"email": ALEX, "name": "Alex Moreno", "messages": [work]},
        {"email": ALEX_HOME, "name": "Alex", "messages": [home]},
    )
    await maya.connects(ALEX)
    private = await maya.connects(ALEX_HOME)
    async with maya.services.db.session(maya.user_id) as session:
        await listing.relabel(session, maya.services.keys, private.account_id, account_type="personal")
    url = maya.services.settings.database_url.get_secret_value()
    async with Checkpoints(url, pool_size=4) as checkpoints:
        yield MailDesk(maya.user_id, maya.services, checkpoints, maya.database, maya.google)


@pytest.mark.parametrize(
    ("kind", "account", "quoted"),
    [
        ("work", ALEX, "> Can you take delivery on Wednesday?"),
        ("personal", ALEX_HOME, "> Are you coming on Saturday?"),
    ],
)
async def test_a_reply_leaves_from_the_account_that_the_request_names(
    desk: MailDesk, kind: str, account: str, quoted: str
) -> None:
    run = await desk.ask_and_drive(f"Reply from my {kind} account to Dana saying we agree")
    card = await desk.card()
    await desk.decide("approve")
    await desk.execute()
    await desk.drive(run)

    assert card["account_email"] == account
    assert quoted in card["preview"]["text"]["after"]
    assert [entry["account"] for entry in desk.sent()] == [account]
    assert (await desk.run(run.id)).state == "succeeded"


async def test_a_question_about_one_account_shows_nothing_of_the_other_and_without_one_shows_both(
    desk: MailDesk,
) -> None:
    said = {}
    for where in (" in my work account", " in my personal account", ""):
        run = await desk.ask_and_drive(f"list unread mails{where}")
        (said[where],) = await desk.answers(run.id)

    shown = {
        where: [subject for subject in ("Delivery window", "Garden party") if subject in answer]
        for where, answer in said.items()
    }
    assert shown == {
        " in my work account": ["Delivery window"],
        " in my personal account": ["Garden party"],
        "": ["Delivery window", "Garden party"],
    }
