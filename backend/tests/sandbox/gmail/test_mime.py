"""Bytes of a mail and Gmail's tree of it, with expectations written by hand."""

from __future__ import annotations

import pytest

from workspace_sandbox.gmail.indexing import base_subject, read_mail
from workspace_sandbox.gmail.mime.headers import (
    decode_words,
    parameters,
    prepend_fields,
    read_addresses,
    remove_fields,
)
from workspace_sandbox.gmail.mime.payload import (
    attachment_id,
    find_attachment,
    from_base64url,
    full_payload,
    metadata_payload,
    to_base64url,
)
from workspace_sandbox.gmail.mime.tree import parse, walk
from workspace_sandbox.gmail.mime.visible import html_to_text, snippet

MIXED = b"""\
From: =?utf-8?B?TcO8bGxlciwgSsO8cmdlbg==?= <jm@example.de>
To: alex@alderway.example
Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?iso-8859-1?Q?_aus?= Kiel
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out er"

This is for old readers.
--out er
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--in
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGI+R3LDvMOfZTwvYj4=
--in--
--out er
Content-Type: application/pdf; name="r.pdf"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename*=UTF-8''R%C3%BCckgabe.pdf

QUJD
--out er
Content-Type: message/rfc822

Subject: inner

inside
--out er--
after
""".replace(b"\n", b"\r\n")


def test_the_tree_has_gmails_part_numbers_types_and_bodies() -> None:
    payload = full_payload(parse(MIXED), "m1")
    alternative, pdf, forwarded = payload["parts"]
    plain, html = alternative["parts"]
    assert (payload["partId"], payload["mimeType"], payload["body"]) == ("", "multipart/mixed", {"size": 0})
    assert (alternative["partId"], alternative["mimeType"]) == ("0", "multipart/alternative")
    # "Grüße" is 7 bytes in UTF-8, whatever the part says of itself.
    assert (plain["partId"], plain["body"]) == ("0.0", {"size": 7, "data": to_base64url("Grüße".encode())})
    assert (html["partId"], html["body"]["size"]) == ("0.1", len("<b>Grüße</b>".encode()))
    assert (pdf["partId"], pdf["filename"]) == ("1", "Rückgabe.pdf")
    assert pdf["body"] == {"attachmentId": attachment_id("m1", "1"), "size": 3}
    assert (forwarded["partId"], forwarded["parts"][0]["partId"]) == ("2", "2.0")
    assert forwarded["parts"][0]["headers"] == [{"name": "Subject", "value": "inner"}]


def test_header_values_are_decoded_and_names_with_commas_stay_one_name() -> None:
    shown = {
        field["name"]: field["value"]
        for field in metadata_payload(parse(MIXED), ["from", "SUBJECT"])["headers"]
    }
    assert shown == {"From": '"Müller, Jürgen" <jm@example.de>', "Subject": "Grüße aus Kiel"}


def test_an_attachment_is_served_by_its_id_only() -> None:
    root = parse(MIXED)
    assert find_attachment(root, "m1", attachment_id("m1", "1")) == b"ABC"
    assert find_attachment(root, "m1", "nonsense") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.example", [("", "a@b.example")]),
        ('"Kim, Alex" <a@b.example>, c@d.example', [("Kim, Alex", "a@b.example"), ("", "c@d.example")]),
        ("a@b.example (Alex Kim)", [("Alex Kim", "a@b.example")]),
        ("Team: a@b.example, c@d.example;", [("", "a@b.example"), ("", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("nobody", [("", "nobody")]),
        ('"open <a@b.example>', [('"open', "a@b.example")]),
    ],
)
def test_address_fields_are_read_like_people_write_them(value: str, expected: list[tuple[str, str]]) -> None:
    assert read_addresses(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?utf-8?q?a=5Fb_c?=", "a_b c"),
        ("=?utf-8?b?w6Q=?= =?utf-8?b?w7Y=?=", "äö"),
        ("=?nonsense?q?abc?=", "abc"),
        ("=?utf-8?b?w6?= =?utf-8?b?pA==?=", "ä"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("plain =?utf-8?q?x?= end", "plain x end"),
    ],
)
def test_encoded_words_are_decoded_or_left_alone(value: str, expected: str) -> None:
    assert decode_words(value) == expected


def test_split_and_encoded_parameters_come_together() -> None:
    value = "attachment; filename*0*=utf-8''%C3%A4; filename*1=\"bc\"; filename*2*=%20d.txt"
    assert parameters(value) == ("attachment", {"filename": "äbc d.txt"})


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n--x",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe",
        b"Content-Transfer-Encoding: base64\r\n\r\nQUJD$$$QQ",
        b"Subject: =?utf-8?b?%%%?=\r\nFrom: <<<>>>,,,;;\r\nDate: yesterday\r\n\r\n",
        b"A: b\rC: d\r\rbody",
        b"Content-Type: message/rfc822\r\n\r\n" * 200,
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 5000,
        b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",
        b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\ud800",
        b"Subject: a\r\n" + b" b\r\n" * 200_000 + b"\r\nbody",
        b"Received: " + b'<"(' * 50_000 + b"\r\nTo: " + b'<"(\\' * 50_000 + b"\r\n\r\n",
        b'To: "' + b"\\" * 20_000 + b"\r\n\r\n",
    ],
)
def test_broken_mail_never_breaks_the_reader(broken: bytes) -> None:
    mail = read_mail(broken)
    assert full_payload(mail.root, "m1")["mimeType"]
    assert all(isinstance(text.encode(), bytes) for text in mail.words)
    assert len(walk(mail.root)) <= 2001


def test_unusual_line_ends_are_understood() -> None:
    for newline in (b"\r\n", b"\n", b"\r"):
        root = parse(newline.join([b"Subject: a", b" b", b"X: y", b"", b"text"]))
        assert root.fields == [("Subject", "a b"), ("X", "y")]
        assert root.encoded == b"text"


def test_taking_a_field_out_and_putting_one_in_leaves_all_other_bytes() -> None:
    mail = b"From: a@b\r\nBcc: x@y,\r\n z@w\r\nSubject: s\r\n\r\nBcc: stays\r\n"
    assert remove_fields(mail, ("bcc",)) == b"From: a@b\r\nSubject: s\r\n\r\nBcc: stays\r\n"
    assert prepend_fields(mail, [("X", "1")]) == b"X: 1\r\n" + mail
    assert remove_fields(b"Subject: s\r\nBcc: x@y\r\n\r\nbody", ("bcc",)) == b"Subject: s\r\n\r\nbody"


def test_base64url_is_taken_with_and_without_padding_and_nothing_else() -> None:
    assert from_base64url("-_8") == from_base64url("-_8=") == from_base64url("+/8=") == b"\xfb\xff"
    with pytest.raises(ValueError, match="base64url"):
        from_base64url("a!b")


def test_hidden_html_is_left_out_and_the_snippet_is_one_escaped_line() -> None:
    page = "<head><title>t</title></head><style>p{}</style><p>Tom &amp; I</p><script>x()</script><p>a &lt; b's</p>"
    assert html_to_text(page).split() == ["Tom", "&", "I", "a", "<", "b's"]
    assert snippet("  a <b>\n\n'c' ") == "a &lt;b&gt; &#39;c&#39;"
    assert len(snippet("word " * 200)) <= 200


@pytest.mark.parametrize(
    "subject", ["Re: Delivery", "AW: re:  DELIVERY ", "Fwd: Re[2]: delivery", "delivery"]
)
def test_reply_marks_do_not_change_what_a_mail_is_about(subject: str) -> None:
    assert base_subject(subject) == "delivery"
