"""Mails that no mail program should write: a reply to one still becomes a card, and what leaves is a sound mail."""

from __future__ import annotations

import base64
import email
import email.policy

import pytest

from tests.workflows.mailroom import ALEX, DANA, MailDesk, connect, world

HEAD = f"From: Dana Ito <{DANA}>\r\nTo: {ALEX}\r\nDate: Fri, 20 Mar 2026 09:00:00 +0000\r\n"
STRANGE = {
    "neither subject nor id": HEAD + "\r\nHello\r\n",
    "a zero byte in the text": HEAD + "Subject: x\r\n\r\nHe\0llo\r\n",
    "a zero byte in the subject": HEAD + "Subject: =?utf-8?b?YQBi?=\r\n\r\nHello\r\n",
    "a line break in the subject": HEAD + "Subject: =?utf-8?q?a=0D=0ABcc:_x=40evil.test?=\r\n\r\nHello\r\n",
    "a line separator in the subject": HEAD
    + "Subject: =?utf-8?q?a=E2=80=A8Bcc:_x=40evil.test?=\r\n\r\nHello\r\n",
    "half a character": HEAD
    + "Subject: =?utf-7?q?+2AA-?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n",
    "an unknown charset": HEAD
    + "Subject: =?x-none?q?a=FF?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\nHé\r\n",
    "broken base64": HEAD + "Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!@@@\r\n",
    "parts without a boundary": HEAD + "Subject: x\r\nContent-Type: multipart/mixed\r\n\r\nHello\r\n",
    "parts within parts": HEAD
    + "Subject: x\r\n"
    + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(60))
    + "Content-Type: text/plain\r\n\r\nHello\r\n",
    "twenty thousand open tags": HEAD
    + "Subject: x\r\nContent-Type: text/html\r\n\r\n"
    + "<div>" * 20_000
    + "Hello\r\n",
    "an endless subject": HEAD + "Subject: " + "a" * 200_000 + "\r\n\r\nHello\r\n",
    "five thousand references": HEAD
    + "Subject: x\r\nReferences: "
    + " ".join(f"<{n}@x>" for n in range(5_000))
    + "\r\n\r\nHello\r\n",
    "ids that are none": HEAD
    + 'Subject: x\r\nMessage-ID: <a b@c> <d@e>\r\nReferences: <"x\r\n y"@z> y\r\n\r\nHello\r\n',
    "bare carriage returns": HEAD + "Subject: x\r\n\r\na\rb\rc\r\n",
    "no text at all": HEAD + "Subject: x\r\n\r\n",
    "no such day": HEAD.replace("20 Mar 2026", "99 Foo 99999") + "Subject: x\r\n\r\nHello\r\n",
}


@pytest.mark.parametrize("kind", STRANGE)
async def test_a_strange_mail_is_answered_by_a_sound_one(newcomer: MailDesk, kind: str) -> None:
    raw = base64.urlsafe_b64encode(STRANGE[kind].encode("latin-1")).decode()
    newcomer.sandbox.seed(*world({"raw": raw, "labels": ["INBOX"], "id": "18caaaaaaaaaaaaa"}))
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)

    await newcomer.ask_and_drive(f"Reply to the last mail from {DANA} saying yes, gladly")
    card = await newcomer.decide("approve")
    await newcomer.execute()

    (sent,) = newcomer.sent()
    mail = email.message_from_bytes(
        base64.urlsafe_b64decode(sent["notes"]["raw"] + "=="), policy=email.policy.default
    )
    assert card["change"]["source_message_id"] == "18caaaaaaaaaaaaa"
    assert (mail["To"].addresses[0].addr_spec, mail["Cc"], mail["Bcc"]) == (DANA, None, None)
    assert mail["Subject"] == card["change"]["subject"]
    assert mail.defects == []


@pytest.mark.parametrize("asked", ["<>,,@@;", '"dana ito"@client.test'])
async def test_a_mail_that_can_be_answered_nowhere_ends_in_words(newcomer: MailDesk, asked: str) -> None:
    raw = f"{HEAD}Reply-To: {asked}\r\nSubject: x\r\n\r\nHello\r\n"
    encoded = base64.urlsafe_b64encode(raw.encode()).decode()
    newcomer.sandbox.seed(*world({"raw": encoded, "labels": ["INBOX"]}))
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)

    run = await newcomer.ask_and_drive(f"Reply to the last mail from {DANA} saying yes, gladly")

    assert run.state == "succeeded"
    assert "I wrote no reply; nothing was changed." in (run.summary or "")
    assert await newcomer.cards() == []
