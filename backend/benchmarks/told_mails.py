"""Tells public mails in every form and checks that each sentence is supported by its mail; reads them in place.

The check is the tests' own, which does not use the composing code. Must not be imported by the product.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import get_args

from benchmarks.figures import Figure, at_least
from benchmarks.place import Place
from countersign.understanding.planned.steps import TellForm
from countersign.understanding.quoting import split_mail
from countersign.understanding.telling.mail import MailText
from countersign.understanding.telling.tell import tell
from tests.understanding.telling.support import flat, unsupported

ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FORMS: tuple[TellForm, ...] = get_args(TellForm)


def measure(place: Place) -> list[Figure]:
    """The share of supported sentences, and mails that are told at all."""
    place.say("telling public mails and checking every sentence ...")
    mails = [mail for kind in (_workbench, _agentdojo, _reply_parsing) for mail in kind(place)]
    sentences = problems = told = leaks = 0
    for mail in mails:
        answers = [tell(form, [[mail]], topic="", person="", now=NOW, zone=ZONE).sentences for form in FORMS]
        cited = [one for answer in answers for one in answer]
        sentences += len(cited)
        problems += sum(bool(unsupported(one, {mail.key: mail}, ZONE)) for one in cited)
        told += bool(answers[FORMS.index("summary")])
        leaks += sum(_is_leaked(one.quote, mail) for one in cited if one.kind not in {"mail", "contact"})
    supported = 100 * (sentences - problems) / max(1, sentences)
    return [
        Figure("told sentences that their mail supports", supported, "%", at_least(100), f"of {sentences}"),
        Figure(
            "told sentences out of quotes or signatures", leaks, "", note="found again by the cutter itself"
        ),
        Figure("mails with a summary", 100 * told / max(1, len(mails)), "%", note=f"{told} of {len(mails)}"),
    ]


def _is_leaked(quote: str, mail: MailText) -> bool:
    parts = split_mail(mail.body_text)
    return flat(quote) not in flat(parts.new_text)


def _mail(key: str, sender: str, subject: str, body: str, sent_at: datetime | None) -> MailText:
    return MailText(key, key, "a", "", sender, sent_at, subject, body, to=("me@work.example",))


def _workbench(place: Place) -> Iterator[MailText]:
    with (place.public("workbench") / "sandbox" / "emails.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sent_at = datetime.fromisoformat(row["sent_datetime"]).replace(tzinfo=UTC)
            body = row["body"].replace("\\n", "\n")
            yield _mail(f"w{row['email_id']}", row["sender/recipient"], row["subject"], body, sent_at)


def _agentdojo(place: Place) -> Iterator[MailText]:
    file = place.public("agentdojo_workspace") / "env" / "environment_default.json"
    for row in json.loads(file.read_text("utf-8"))["inbox"]["initial_emails"]:
        sent_at = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC)
        yield _mail(f"d{row['id_']}", row["sender"], row["subject"], row["body"], sent_at)


def _reply_parsing(place: Place) -> Iterator[MailText]:
    lines = (place.public("reply_parsing") / "cases.jsonl").read_text("utf-8").splitlines()
    for number, row in enumerate(map(json.loads, lines)):
        if row.get("kind") == "html":
            continue
        body = row.get("body") or _plain_part(row.get("raw", ""))
        yield _mail(f"r{number}", "ann@a.example", "", body, NOW)


def _plain_part(raw: str) -> str:
    mail = message_from_bytes(raw.encode("utf-8", "surrogateescape"), policy=policy.default)
    part = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    return str(part.get_content()) if part else ""
