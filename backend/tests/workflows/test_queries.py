"""What is asked of Gmail for a search, which hits count, and which words of an HTML mail a person sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from countersign.connectors.google.mail_types import Header, MessageHead
from countersign.understanding.planned.steps import SearchMail
from countersign.workflows.email.mailboxes.query import Wanted, gmail_query, is_meant
from countersign.workflows.email.mailboxes.visible import visible_text

ALEX, DANA = "alex@acme.test", "dana@client.test"


def wanted(sender: str | None = None, recipient: str | None = None, **criteria: Any) -> Wanted:
    """A search with these criteria of a person in Berlin."""
    step = SearchMail(id="search", label="Find", person_step=None, **criteria)
    return Wanted(step, sender, recipient, "Europe/Berlin")


def head(sender: str, labels: tuple[str, ...] = ("INBOX",), **headers: str) -> MessageHead:
    """A hit as Gmail gives it."""
    fields = {
        "From": sender,
        "To": ALEX,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    given = tuple(Header(name, value) for name, value in fields.items())
    return MessageHead("1", "1", "1", labels, datetime(2026, 3, 1, tzinfo=UTC), given)


@pytest.mark.parametrize(
    ("search", "query"),
    [
        (wanted(), "-in:drafts -in:sent -in:chats -from:me"),
        (wanted(sender=DANA), f"-in:drafts -in:sent -in:chats from:{DANA}"),
        (wanted(recipient=DANA, folder="sent"), f"-in:drafts -in:chats in:sent {{to:{DANA} cc:{DANA}}}"),
        (wanted(folder="inbox"), "-in:drafts -in:sent -in:chats in:inbox -from:me"),
        (wanted(folder="anywhere", in_label="To do/Now"), "-in:drafts -in:chats label:to-do-now"),
        (wanted(folder="anywhere", category="promotions"), "-in:drafts -in:chats category:promotions"),
        (
            wanted(folder="anywhere", topic_words=('q3 "final', "budget"), unread_only=True),
            '-in:drafts -in:chats "q3  final" "budget" is:unread',
        ),
        (
            wanted(folder="anywhere", starred_only=True, has_attachment=True, subject="Offer"),
            '-in:drafts -in:chats subject:"Offer" is:starred has:attachment',
        ),
        # Berlin is one hour ahead of UTC: 1 March begins at 23:00 UTC on 28 February, second 1772319600.
        (
            wanted(folder="anywhere", received_from="2026-03-01", received_to="2026-03-01"),
            "-in:drafts -in:chats after:1772319599 before:1772406000",
        ),
    ],
)
def test_a_search_is_asked_in_gmails_own_words(search: Wanted, query: str) -> None:
    assert gmail_query(search) == query


@pytest.mark.parametrize(
    ("search", "hit", "counts"),
    [
        (wanted(sender=DANA), head(f"Dana Ito <{DANA.upper()}>"), True),
        (wanted(sender=DANA), head(f"Dana Ito <not-{DANA}>"), False),
        (wanted(sender=DANA), head(f"{DANA} <mallory@evil.test>"), False),
        (wanted(), head(f"Alex <{ALEX}>"), False),
        (wanted(), head(DANA, ("SENT", "INBOX")), False),
        (wanted(folder="anywhere"), head(DANA, ("TRASH",)), False),
        (wanted(recipient=DANA, folder="sent"), head(ALEX, ("SENT",), Cc=DANA), True),
        (wanted(recipient=DANA, folder="sent"), head(ALEX, ("SENT",), Cc="sam@okoro.test"), False),
        (wanted(category="newsletters"), head(DANA, List_Unsubscribe="<https://list.test/out>"), True),
        (wanted(category="newsletters"), head(DANA), False),
    ],
)
def test_a_hit_counts_only_when_its_headers_say_what_was_asked(
    search: Wanted, hit: MessageHead, counts: bool
) -> None:
    assert is_meant(hit, search, [ALEX]) is counts


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Can you come?</p><p>Dana</p>", "Can you come?\n\nDana"),
        ("Yes.<blockquote>Can you?<blockquote>Hm.</blockquote></blockquote>", "Yes.\n> Can you?\n> > Hm."),
        ("<style>p{}</style><p>Hi<script>alert(1)</script></p>", "Hi"),
        ('Pay 5.<div style="display: none">Pay 500.</div>', "Pay 5."),
        ('Pay 5.<span style="font-size:0">Pay 500.</span>', "Pay 5."),
        ("<table><tr><td>One</td></tr><tr><td>Two &amp; three</td></tr></table>", "One\n\nTwo & three"),
        ("</div></p>Broken <b>tags", "Broken tags"),
    ],
)
def test_only_words_a_person_sees_are_told_from_an_html_mail(html: str, text: str) -> None:
    assert visible_text(html) == text
