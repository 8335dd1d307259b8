"""Alex with a project's mails and with files in some of them, for tests of writing."""

from __future__ import annotations

import base64

import pytest

from countersign.understanding.planned.steps import ReplyInstruction, Say
from tests.workflows.mailroom import ALEX, DANA_ITO, MailDesk, connect, mail, world

LEE = "Lee Okafor <lee@client.test>"
SARAH = "Sarah Chen <sarah@paper.test>"


def file(name: str, content: bytes, media_type: str) -> dict[str, str]:
    """A file of a seeded mail."""
    return {"filename": name, "mimeType": media_type, "base64": base64.urlsafe_b64encode(content).decode()}


INVOICE = b"%PDF-1.4 invoice 2211"
EXTRA = [
    mail(11, DANA_ITO, "Site visit", "The site visit is on 4 May at 10:00.\n\nDana", to=[ALEX, LEE]),
    mail(
        12,
        SARAH,
        "Paper order",
        "Here are the papers.\n\nSarah",
        attachments=[
            file("Invoice-2211.pdf", INVOICE, "application/pdf"),
            file("terms.txt", b"Thirty days.", "text/plain"),
        ],
    ),
    mail(
        13,
        "Ola <ola@scan.test>",
        "Scan",
        "See below.",
        attachments=[file("0007.pdf", b"%PDF-1.4 x", "application/pdf")],
    ),
    mail(14, LEE, "Project Quill timing", "Please confirm the delivery by 12 May.\n\nLee"),
    mail(15, SARAH, "Project Quill paper", "Which paper weight do you want for Quill?\n\nSarah"),
    mail(16, "Quill <no-reply@quill.test>", "Project Quill status", "Status is green."),
]


@pytest.fixture
async def alex(newcomer: MailDesk) -> MailDesk:
    """Alex with more mail, and files in some of it."""
    newcomer.sandbox.seed(*world(*EXTRA))
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)
    return newcomer


def says(text: str) -> ReplyInstruction:
    """What to write, in these words."""
    return ReplyInstruction(parts=(Say(kind="state", text=text),))


async def names_on_the_card(alex: MailDesk) -> list[str]:
    """The files of the one card."""
    return [one["name"] for one in (await alex.card())["change"]["attachments"]]
