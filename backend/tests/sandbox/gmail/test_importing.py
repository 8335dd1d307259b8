"""A person's own mail, from the files they have, in the sandbox."""

from __future__ import annotations

import mailbox as standard_mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.gmail.letters import encoded, header
from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.server import start_sandbox
from workspace_sandbox.gmail.schema import SCHEMA
from workspace_sandbox.gmail.seed import dump_account
from workspace_sandbox.importing.load import ImportReport, import_mail
from workspace_sandbox.importing.mbox import read_mbox
from workspace_sandbox.importing.owner import OwnerUnclearError
from workspace_sandbox.store import Store

OWNER = "robin@private.example"

TAKEOUT = b"""\
From 1790000000000000001@xxx Mon Mar 02 09:00:00 +0000 2026
X-GM-THRID: 1790000000000000001
X-Gmail-Labels: =?UTF-8?Q?Inbox,Opened,"M=C3=BCll,_und_mehr"?=
Delivered-To: robin@private.example
From: Eva <eva@firma.example>
To: robin@private.example
Subject: Frage
Message-ID: <1@firma.example>
Date: Mon, 2 Mar 2026 10:00:00 +0100

Hallo Robin

>From here on it was quoted.
>>From twice.
From here on it was not.

From 1790000000000000002@xxx Mon Mar 02 11:00:00 +0000 2026
X-GM-THRID: 1790000000000000001
X-Gmail-Labels: Sent
From: Robin <robin@private.example>
To: eva@firma.example
Subject: Ganz anderer Betreff
Message-ID: <2@private.example>
Date: Mon, 2 Mar 2026 12:00:00 +0100

Antwort
From 1790000000000000003@xxx not a new mail, no blank line before

From 1790000000000000004@xxx Tue Mar 03 11:00:00 +0000 2026
X-Gmail-Labels: Spam,Unread
To: robin@private.example
From: x@spam.example
Subject: no date

x
"""


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(seed=1, schemas=(SCHEMA,))
    yield store
    store.close()


def messages_of(store: Store, owner: str = OWNER) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = dump_account(store, owner)["messages"]
    return messages


def raw_of(store: Store, subject: str) -> bytes:
    row = store.one("SELECT raw FROM messages WHERE subject = ?", (subject,))
    assert row is not None
    return bytes(row["raw"])


@pytest.fixture
def takeout(tmp_path: Path) -> Path:
    path = tmp_path / "All mail Including Spam and Trash.mbox"
    path.write_bytes(TAKEOUT)
    return path


def test_a_takeout_keeps_labels_threads_dates_and_bytes(store: Store, takeout: Path) -> None:
    report = import_mail(store, [takeout])
    question, answer, spam = messages_of(store)
    assert (report.owner, report.stored, report.left_out) == (OWNER, 3, 0)
    assert [one["labels"] for one in (answer, spam)] == [["SENT"], ["SPAM", "UNREAD"]]
    names = {label["id"]: label["name"] for label in dump_account(store, OWNER)["labels"]}
    assert [names.get(label, label) for label in question["labels"]] == ["INBOX", "Müll, und mehr"]
    assert question["thread_id"] == answer["thread_id"] != spam["thread_id"]
    assert datetime.fromisoformat(question["date"]) == datetime(2026, 3, 2, 9, tzinfo=UTC)
    body = raw_of(store, "Frage").partition(b"\n\n")[2]
    assert body == b"Hallo Robin\n\nFrom here on it was quoted.\n>From twice.\nFrom here on it was not.\n\n"


def test_a_mail_without_a_date_takes_the_envelopes_and_is_named_as_broken(
    store: Store, takeout: Path
) -> None:
    report = import_mail(store, [takeout])
    [(origin, reason)] = report.broken
    assert reason == "no readable date"
    assert origin.startswith(f"{takeout}:")
    assert datetime.fromisoformat(messages_of(store)[2]["date"]) == datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert "1 broken (0 of them left out)" in report.words()


def test_rubbish_between_mails_is_counted_and_listed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "broken.mbox"
    path.write_bytes(TAKEOUT + b"\nFrom x Mon Mar  2 09:00:00 2026\n\n\xff\xfe no header\n")
    report = import_mail(store, [path])
    assert (report.stored, report.left_out) == (3, 1)
    assert [reason for _, reason in report.broken] == ["no readable date", "no header fields"]


@pytest.mark.parametrize("dialect", ["mboxo", "mboxrd", "mboxcl"])
def test_every_dialect_of_from_quoting_gives_the_text_back(tmp_path: Path, dialect: str) -> None:
    written = {
        "mboxo": b"x\n\n>From the start\n",
        "mboxrd": b"x\n\n>From the start\n",
        "mboxcl": b"x\n\n>From the start\n",
    }[dialect]
    length = b"Content-Length: %d\n" % len(written) if dialect == "mboxcl" else b""
    mail = b"From a@b Mon Mar  2 09:00:00 2026\nFrom: a@b\n" + length + b"\n" + written + b"\n"
    path = tmp_path / "box"
    path.write_bytes(mail * 3)
    found = list(read_mbox(path))
    assert len(found) == 3
    assert {one.raw.partition(b"\n\n")[2].rstrip(b"\n") for one in found} == {b"x\n\nFrom the start"}


def test_a_content_length_protects_unquoted_text(tmp_path: Path) -> None:
    body = b"x\n\nFrom me Mon Mar  2 09:00:00 2026\nSubject: no mail\n"
    head = b"From a@b Mon Mar  2 09:00:00 2026\nFrom: a@b\nContent-Length: %d\n\n" % len(body)
    path = tmp_path / "box"
    path.write_bytes((head + body + b"\n") * 2)
    assert [one.raw.partition(b"\n\n")[2] for one in read_mbox(path)] == [body, body]


def test_a_wrong_content_length_is_not_believed(tmp_path: Path) -> None:
    head = b"From a@b Mon Mar  2 09:00:00 2026\nFrom: a@b\nContent-Length: 4000\n\nx\n\n"
    path = tmp_path / "box"
    path.write_bytes(head * 3)
    assert len(list(read_mbox(path))) == 3


def written_by_python(kind: str, path: Path) -> list[str]:
    """Two hundred mails written by Python's own mailbox module; their subjects."""
    makers: dict[str, Any] = {"mbox": standard_mailbox.mbox, "Maildir": standard_mailbox.Maildir}
    box = makers[kind](path)
    for number in range(200):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Friend {number % 7} <f{number % 7}@else.example>", OWNER
        mail["Subject"], mail["Message-ID"] = f"Größe {number}", f"<{number}@else.example>"
        mail["Date"] = datetime(2026, 1, 1 + number % 28, tzinfo=UTC)
        mail.set_content(f"Line one\n\nFrom line {number}: \N{SNOWMAN}\n")
        mail.add_attachment(b"\x00\xff" * 10, maintype="image", subtype="png", filename="größe.png")
        box.add(mail)
    box.close()
    return sorted(f"Größe {number}" for number in range(200))


@pytest.mark.parametrize("kind", ["mbox", "Maildir"])
def test_mail_written_by_pythons_own_library_comes_in_whole(store: Store, tmp_path: Path, kind: str) -> None:
    subjects = written_by_python(kind, tmp_path / "box")
    report = import_mail(store, [tmp_path / "box"])
    assert (report.owner, report.stored, report.broken) == (OWNER, 200, [])
    assert sorted(str(one["subject"]) for one in messages_of(store)) == subjects
    row = store.one("SELECT COUNT(*) FROM messages WHERE has_attachment AND snippet LIKE '%From line%'")
    assert row is not None
    assert row[0] == 200


def test_maildir_folders_and_flags_become_labels(store: Store, tmp_path: Path) -> None:
    box = standard_mailbox.Maildir(tmp_path / "box")
    for folder, flags in ((None, "S"), (None, "FS"), ("Sent", "S"), ("Work.Big", "")):
        target = box if folder is None else box.add_folder(folder)
        mail = standard_mailbox.MaildirMessage(f"From: a@b\nTo: {OWNER}\nSubject: {folder}{flags}\n\nx")
        mail.set_subdir("cur")
        mail.set_flags(flags)
        target.add(mail)
    box.close()
    import_mail(store, [tmp_path / "box"])
    names = {label["id"]: label["name"] for label in dump_account(store, OWNER)["labels"]}
    shown = {
        one["subject"]: [names.get(label, label) for label in one["labels"]] for one in messages_of(store)
    }
    assert shown == {
        "NoneS": ["INBOX"],
        "NoneFS": ["INBOX", "STARRED"],
        "SentS": ["SENT"],
        "Work.Big": ["Work/Big", "UNREAD"],
    }


def test_a_folder_of_eml_files_and_single_files_come_in(store: Store, tmp_path: Path) -> None:
    for name in ("a.eml", "deep/b.EML"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(
            b"From: x@y\nTo: " + OWNER.encode() + b"\nSubject: " + name.encode() + b"\n\nx"
        )
    (tmp_path / "notes.txt").write_text("no mail")
    report = import_mail(store, [tmp_path, tmp_path / "a.eml"])
    assert report.stored == 3


def test_an_owner_who_cannot_be_told_is_asked_for(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "two.mbox"
    path.write_bytes(
        b"".join(
            b"From x Mon Mar  2 09:00:00 2026\nFrom: x@y\nTo: %s\n\nx\n\n" % to for to in (b"a@b", b"c@d")
        )
    )
    with pytest.raises(OwnerUnclearError, match=r"a@b \(1\), c@d \(1\).*--owner"):
        import_mail(store, [path])
    assert import_mail(store, [path], owner="a@b").stored == 2


@pytest.mark.parametrize(
    ("senders", "name"),
    [
        (["Robin <robin@private.example>", "Robin Weiß <Robin@Private.example>"] * 2, "Robin"),
        (["R <robin@private.example>", *['"Weiß, Robin" <robin@private.example>'] * 2], "Weiß, Robin"),
        (["=?utf-8?q?Robin_Wei=C3=9F?= <robin@private.example>", "Eva <eva@firma.example>"], "Robin Weiß"),
        (["robin@private.example", '"robin@private.example" <robin@private.example>'], "robin"),
        (["Eva <eva@firma.example>"], "robin"),
    ],
)
def test_the_owner_is_called_as_in_most_of_their_own_mails(
    store: Store, tmp_path: Path, senders: list[str], name: str
) -> None:
    for number, sender in enumerate(senders):
        (tmp_path / f"{number}.eml").write_text(f"From: {sender}\nTo: {OWNER}\nSubject: x\n\nx")
    import_mail(store, [tmp_path], owner=OWNER)
    (account,) = store.all("SELECT name FROM accounts WHERE email = ?", (OWNER,))
    (own,) = dump_account(store, OWNER)["send_as"]
    assert (account["name"], own["displayName"]) == (name, name)


def test_everyone_but_the_owner_is_remote(takeout: Path) -> None:
    sandbox = start_sandbox(extra=("--import", str(takeout)))
    try:
        assert "imported 3 mails of robin@private.example, 1 broken" in sandbox.ready_line
        gmail = gmail_with(sandbox, sandbox.token(OWNER, FULL)).users()
        found = gmail.messages().list(userId="me", q="from:eva").execute()["messages"]
        question = gmail.messages().get(userId="me", id=found[0]["id"]).execute()
        assert header(question, "Subject") == "Frage"
        mail = EmailMessage()
        mail["To"], mail["Subject"] = "eva@firma.example, nobody@private.example", "Re: Frage"
        mail["In-Reply-To"] = mail["References"] = "<1@firma.example>"
        mail.set_content("Ja.")
        answer = gmail.messages().import_(userId="me", body={"raw": to_raw(mail)}).execute()
        assert answer["threadId"] == question["threadId"]
        gmail.messages().send(
            userId="me", body={"raw": to_raw(mail), "threadId": question["threadId"]}
        ).execute()
        assert [one["to"] for one in sandbox.state(OWNER)["outbox"]] == [
            "eva@firma.example",
            "nobody@private.example",
        ]
    finally:
        sandbox.stop()


def to_raw(mail: EmailMessage) -> str:
    return encoded(mail.as_bytes())


def test_pythons_own_test_mails_come_in_without_a_crash(store: Store, tmp_path: Path) -> None:
    """The interpreter's test mails where it ships them, else the standard library's own documents as mails."""
    folder = tmp_path / "eml"
    folder.mkdir()
    count = 0
    for source in python_mails():
        (folder / f"{count}.eml").write_bytes(source)
        count += 1
    report: ImportReport = import_mail(store, [folder], owner="python@example.org")
    assert count >= 40
    assert report.stored + report.left_out == count
    assert len(messages_of(store, "python@example.org")) == report.stored


def python_mails() -> Iterator[bytes]:
    try:
        data = resources.files("test.test_email") / "data"
        yield from (file.read_bytes() for file in data.iterdir() if file.name.endswith(".txt"))
    except ModuleNotFoundError:
        # Debian's Python has no test package: its own metadata files are RFC 822 fields and text.
        for file in sorted(Path(pytest.__file__).parents[1].glob("*.dist-info/METADATA")):
            yield file.read_bytes()
