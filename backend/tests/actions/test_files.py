"""Files that go with a mail: described so that the same bytes leave, and shown so that nobody is surprised."""

from __future__ import annotations

import email
import hashlib
from email.policy import SMTP
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.actions.catalogue import kind_of
from countersign.actions.mail import files, mime
from countersign.actions.mail.files import AttachedFile, ChangedFileError
from countersign.actions.marks.files import File, is_inspectable
from countersign.connectors.google.mail_types import Attachment
from countersign.errors import InvalidError, TooLargeError
from tests.actions.replies import FACTS, mail, reply

ACTION = UUID("0190a6a0-0000-7000-8000-000000000001")
CONTENT = b"a,b\r\n1,2\r\n\x00\xff"
UNREADABLE = b"Content-Type: text/plain; charset=nonsense\r\n\r\nx"
MEGABYTE = 1024 * 1024


def attached(name: str = "list.csv", media_type: str = "text/csv", content: bytes = CONTENT) -> AttachedFile:
    """An uploaded file."""
    return files.from_upload("att_1", name, media_type, content)


def described(**changes: Any) -> dict[str, Any]:
    """The same as it stands in a payload, with these changes."""
    return {**attached().model_dump(), **changes}


@pytest.mark.parametrize(
    ("given_name", "given_type", "name", "media_type"),
    [
        ("plan.pdf", "application/pdf", "plan.pdf", "application/pdf"),
        ("../../etc/passwd", "text/plain", "_.._etc_passwd", "text/plain"),
        ('a"b\r\nX: 1\u202efdp.exe', "Text/HTML ", "a_b X: 1fdp.exe", "text/html"),
        ("", "nonsense", "file", "application/octet-stream"),
        ("mail.eml", "message/rfc822", "mail.eml", "application/octet-stream"),
        ("x" * 300 + ".pdf", "application/pdf", "x" * 180 + "…" + "x" * 15 + ".pdf", "application/pdf"),
    ],
)
def test_a_file_is_named_without_tricks(given_name: str, given_type: str, name: str, media_type: str) -> None:
    file = attached(given_name, given_type)

    assert (file.name, file.media_type) == (name, media_type)
    assert (file.size_bytes, file.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert files.checked([file], "/attachments") == [file]


def test_a_file_of_a_mail_says_which_mail_it_was_in() -> None:
    part = Attachment("1", "plan.pdf", "application/pdf", 3)

    file = files.from_mail(mail(), part, b"%PDF")

    assert file.origin.model_dump() == {"kind": "mail", "message_id": "m-1", "part_id": "1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "a/b"},
        {"name": "a\nb"},
        {"media_type": "text"},
        {"media_type": "multipart/mixed"},
        {"sha256": "x"},
        {"size_bytes": -1},
    ],
)
def test_a_file_described_otherwise_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as refused:
        reply(attachments=[described(**changes)])

    assert refused.value.details["fields"] == ["/attachments/0"]


def test_more_or_larger_files_than_a_mail_can_carry_are_refused() -> None:
    with pytest.raises(InvalidError, match="at most 50"):
        reply(attachments=[described()] * 51)
    with pytest.raises(TooLargeError, match="25 MB"):
        reply(attachments=[described(size_bytes=13 * MEGABYTE)] * 2)


def test_only_the_approved_bytes_are_packed() -> None:
    told, file = reply(attachments=[described()]), attached()

    with pytest.raises(ChangedFileError):
        mime.mime_bytes(told, {file.sha256: CONTENT + b"!"}, ACTION, "m")
    with pytest.raises(ChangedFileError):
        mime.mime_bytes(told, {}, ACTION, "m")


@settings(deadline=None)  # other tests may have the machine
@given(
    name=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=120),
    content=st.binary(max_size=300),
)
def test_any_file_arrives_as_it_was_approved(name: str, content: bytes) -> None:
    file = attached(name, "text/plain", content)
    told = reply(attachments=[file.model_dump()])

    raw = mime.mime_bytes(told, {file.sha256: content}, ACTION, "m")

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    (part,) = email.message_from_bytes(raw, policy=SMTP).iter_attachments()  # type: ignore[attr-defined]  # the policy's class
    assert (part.get_payload(decode=True), part.get_content_type()) == (content, "text/plain")
    assert mime.says_the_same(raw, told, ACTION, "m")
    assert raw == mime.mime_bytes(told, {file.sha256: content}, ACTION, "m")


def test_a_draft_whose_file_was_exchanged_is_not_the_same() -> None:
    file, other = attached(), attached(content=b"other")
    told = reply(attachments=[file.model_dump()])
    swapped = reply(attachments=[other.model_dump()])
    renamed = reply(attachments=[described(name="list2.csv")])

    for changed, content in ((swapped, b"other"), (renamed, CONTENT)):
        raw = mime.mime_bytes(changed, {changed.attachments[0].sha256: content}, ACTION, "m")
        assert not mime.says_the_same(raw, told, ACTION, "m")
    assert not mime.says_the_same(UNREADABLE, told, ACTION, "m")
    assert not mime.is_same_mail(UNREADABLE, b"x: y\r\n\r\n")
    assert mime.is_same_mail(b"Subject: a\r\n\r\nx", b"Subject: a\r\n\r\nx\r\n")


@pytest.mark.parametrize(
    ("name", "media_type", "can_be_looked_into"),
    [
        ("plan.pdf", "application/pdf", True),
        ("plan.PDF", "application/pdf", True),
        ("plan.pdf.exe", "application/pdf", False),
        ("plan.exe", "application/octet-stream", False),
        ("plan.zip", "application/zip", False),
        ("plan", "application/pdf", False),
        ("page.html", "text/html", False),
    ],
)
def test_a_file_that_is_not_what_it_is_called_cannot_be_looked_into(
    name: str, media_type: str, can_be_looked_into: bool
) -> None:
    assert is_inspectable(File(name, media_type, 1)) is can_be_looked_into


def test_files_are_on_the_card_and_those_that_hide_something_are_high_risk() -> None:
    sent = kind_of("mail.reply").preview(
        {**reply().as_payload(), "attachments": [described(), described(name="tools.zip")]}, FACTS, None
    )
    texts = [reason["text"] for reason in sent["risk"]["reasons"]]

    assert (sent["risk"]["level"], sent["requires"]) == ("high", ["ack_recipients"])
    assert "“tools.zip” is of a kind Countersign cannot look into." in texts
    assert "2 files go with it." in texts
    assert sent["change"]["attachments"][0]["sha256"] == attached().sha256
