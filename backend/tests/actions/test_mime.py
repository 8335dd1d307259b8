"""The bytes that leave: exactly the approved reply, whatever names, alphabets and lengths are in it."""

from __future__ import annotations

import email
import re
from email.header import decode_header, make_header
from email.policy import SMTP
from html import unescape
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.actions.mail import markup, mime
from countersign.actions.mail.mime import MARKER_HEADER, mime_bytes, says_the_same
from tests.actions.replies import DANA, reply

ACTION = UUID("0190a6a0-0000-7000-8000-000000000001")
MARKER = "marker-1"
MESSAGE_ID = "htyzuoyutfemruy3cjnhgxj2ntf62jde"
BOUNDARY = "1df0005d754567561bbeebaa4efbe47f"

# Written by hand from RFC 5322 (header fields), RFC 2045 (quoted-printable) and RFC 2046 (alternative parts).
# Message-ID: base32 of the first 20 bytes of SHA-256("<action id>\x1fmarker-1"); boundary: first 32 hex digits of
# SHA-256("boundary\x1f<action id>\x1fmarker-1"); both computed with sha256sum.
GOLDEN = """\
From: "Alex Moreno" <alex@acme.test>
To: "Dana Ito" <dana@client.test>
Cc: lee@acme.test
Subject: Re: Delivery
Message-ID: <{message_id}@acme.test>
In-Reply-To: <delivery-1@client.test>
References: <delivery-0@client.test>
 <delivery-1@client.test>
X-Countersign-Action: marker-1
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_{boundary}"

--=_{boundary}
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Hi Dana,

Wednesday works.

--=20
Alex Moreno
Acme

On 2 Mar 2026 at 09:00, Dana Ito <dana@client.test> wrote:
> Can you take delivery?
>> We need it on Wednesday.
>
> Dana

--=_{boundary}
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<div>Hi Dana,<br><br>Wednesday works.</div>
<br><div class=3D"gmail_signature">-- <br><b>Alex Moreno</b><br>Acme</div>
<br><div class=3D"gmail_quote"><div>On 2 Mar 2026 at 09:00, Dana Ito &lt;dana=
@client.test&gt; wrote:</div><blockquote class=3D"gmail_quote" style=3D"margi=
n:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">Can you take delive=
ry?<br>&gt; We need it on Wednesday.<br><br>Dana</blockquote></div>

--=_{boundary}--
"""


def test_a_reply_becomes_exactly_these_bytes() -> None:
    wanted = GOLDEN.format(message_id=MESSAGE_ID, boundary=BOUNDARY).replace("\n", "\r\n").encode()

    assert mime_bytes(reply(), {}, ACTION, MARKER) == wanted


def test_the_same_reply_gives_the_same_bytes_and_another_marker_other_ids() -> None:
    assert mime_bytes(reply(), {}, ACTION, MARKER) == mime_bytes(reply(), {}, ACTION, MARKER)
    assert mime.message_id(reply(), ACTION, MARKER) != mime.message_id(reply(), ACTION, "marker-2")
    assert mime.message_id(reply(), ACTION, MARKER) != mime.message_id(reply(), UUID(int=2), MARKER)


def test_a_reply_without_chain_copies_signature_or_quote_has_none_of_them() -> None:
    bare = reply(cc=[], in_reply_to="", references=[], signature_text="", signature_html="", quote_text="")

    raw = mime_bytes(bare, {}, ACTION, MARKER)

    assert not re.search(rb"(?m)^(Cc|In-Reply-To|References|Date):", raw)
    assert mime.plain_text(bare) == "Hi Dana,\n\nWednesday works.\n"
    assert mime.html_text(bare) == "<div>Hi Dana,<br><br>Wednesday works.</div>\n"


def test_the_html_part_says_what_the_plain_part_says() -> None:
    told = reply(body_text="1 < 2 & 3\n  indented", quote_text="<script>alert(1)</script>\n\nBye")

    plain = [line.lstrip("> ") for line in mime.plain_text(told).split("\n") if line.strip("> ")]
    shown = [line.strip() for line in markup.to_text(mime.html_text(told)).split("\n") if line.strip()]

    assert [" ".join(line.split()) for line in plain] == [" ".join(line.split()) for line in shown]
    assert "<script>" not in mime.html_text(told)


def test_nothing_is_fetched_when_the_mail_is_opened() -> None:
    assert not re.search(rb"(?i)<img|src=|url\(|http", mime_bytes(reply(), {}, ACTION, MARKER))


def test_a_comma_in_a_long_name_does_not_make_one_more_recipient() -> None:
    name = 'Dana "D" Ito, chief@evil.test, head of everything that can be delivered on any day of the week'

    raw = mime_bytes(reply(to=[{"email": DANA, "name": name}]), {}, ACTION, MARKER)

    (line,) = re.findall(rb"(?ms)^To: (.*?)\r\n(?=\S)", raw)
    parts = re.split(rb"\r\n <", line)
    assert parts[1:] == [b"dana@client.test>"]
    assert str(make_header(decode_header(parts[0].decode()))) == name


def test_a_name_that_looks_encoded_stays_what_it_is() -> None:
    name = "=?utf-8?q?Boss?="

    raw = mime_bytes(reply(subject=f"Re: {name}", to=[{"email": DANA, "name": name}]), {}, ACTION, MARKER)

    parsed = email.message_from_bytes(raw, policy=SMTP)
    assert str(parsed["Subject"]) == f"Re: {name}"
    assert parsed["To"].addresses[0].display_name == name


@given(
    subject=st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=300),
    name=st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=200),
    n_ids=st.integers(0, 30),
)
def test_any_subject_and_name_arrive_as_they_were_approved(subject: str, name: str, n_ids: int) -> None:
    ids = [f"<{'long-' * 20}{number}@client.test>" for number in range(n_ids)]
    told = reply(subject=subject, references=ids, to=[{"email": DANA, "name": name}])

    raw = mime_bytes(told, {}, ACTION, MARKER)

    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    fields = email.message_from_bytes(raw)
    assert str(make_header(decode_header(unfolded(fields["Subject"])))) == subject
    assert unfolded(fields["To"]).endswith(
        "dana@client.test" if not told.to[0].name else "<dana@client.test>"
    )
    assert unfolded(fields["References"] or "").split() == ids
    assert fields[MARKER_HEADER] == MARKER


def unfolded(value: str) -> str:
    """A header value as one line."""
    return re.sub(r"\r?\n(?=[ \t])", "", value)


def test_a_mail_the_provider_encoded_anew_is_still_the_same() -> None:
    ours = mime_bytes(reply(), {}, ACTION, MARKER)
    kept = email.message_from_bytes(ours, policy=SMTP)
    kept["Date"] = "Fri, 20 Nov 2026 13:45:42 +0000"
    for part in kept.iter_parts():
        part.set_content(part.get_content(), subtype=part.get_content_subtype(), cte="base64")

    assert says_the_same(kept.as_bytes(), reply(), ACTION, MARKER)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Re: Delivery!"},
        {"to": [{"email": "dana@evil.test", "name": "Dana Ito"}]},
        {"cc": []},
        {"body_text": "Hi Dana,\n\nThursday works."},
        {"in_reply_to": "<other@client.test>"},
        {"signature_html": "<b>Alex</b>"},
    ],
)
def test_a_draft_that_was_changed_by_hand_is_not_the_same(changes: dict[str, object]) -> None:
    assert not says_the_same(mime_bytes(reply(**changes), {}, ACTION, MARKER), reply(), ACTION, MARKER)


def test_markup_keeps_words_and_drops_everything_that_acts() -> None:
    hostile = (
        '<p onclick="x()">Hi <a href="https://acme.test/a">our page</a> <a href="javascript:x()">no</a></p>'
        '<style>p{}</style><script>x()</script><img src="https://spy.test/1.gif"><form><input></form>'
    )

    cleaned = markup.clean(hostile)

    assert not re.search(r"(?i)onclick|javascript|style|script|img|form|input", cleaned)
    assert markup.to_text(hostile) == "Hi our page <https://acme.test/a> no <javascript:x()>"
    assert unescape(markup.from_text("a<b\nc")) == "a<b<br>c"
    assert markup.to_text("<ul><li>one</li><li>two</li></ul></script><a>x</a></a>") == "one\ntwo\nx"
    assert (
        markup.to_text('<a href="mailto:a@b.test">a@b.test</a> <a href="https://b.test/">b.test</a>')
        == "a@b.test b.test"
    )
