"""What a search finds, through the real client, on a mailbox written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.gmail.letters import ALEX, DANA, PRIYA, header
from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.server import Sandbox

# New York: 2026-03-03 00:00 there is 05:00 UTC, so mail "night" is still of the 2nd.
ZONE = "America/New_York"
NOW = "2026-03-20T12:00:00+00:00"


def mail(subject: str, date: str, sender: str = f"Dana Whitfield <{DANA}>", **more: Any) -> dict[str, Any]:
    return {"from": sender, "to": [ALEX], "subject": subject, "date": date, "labels": ["INBOX"], **more}


MESSAGES = [
    mail("window", "2026-03-01T12:00:00Z", text="Can you take delivery on Wednesday?", labels=["INBOX", "UNREAD"],
         message_id="window@harborline.example"),
    mail("night", "2026-03-03T04:30:00Z", text="Late shift", cc=[f"Priya <{PRIYA}>"]),
    mail("morning", "2026-03-03T05:30:00Z", text="Early shift", labels=["INBOX", "STARRED", "IMPORTANT"]),
    mail("bill", "2026-03-05T12:00:00Z", sender="Tom <tom@brightwater.example>", text="see file",
         labels=["Clients/Big Ones"],
         attachments=[{"filename": "Invoice-77.pdf", "mimeType": "application/pdf", "base64": "QUJD" * 3000}]),
    mail("news", "2026-03-06T12:00:00Z", sender="News <news@daily.example>", text="Café prices rise",
         labels=["INBOX", "CATEGORY_PROMOTIONS"], headers={"List-Id": "Daily <news.daily.example>"}),
    mail("prize", "2026-03-07T12:00:00Z", sender="Dana <dana@prizes.example>", text="take delivery", labels=["SPAM"]),
    mail("old offer", "2026-03-08T12:00:00Z", sender="Dana <dana@gone.example>", text="take delivery",
         labels=["TRASH"]),
    mail("answer", "2026-03-09T12:00:00Z", sender=f"Alex <{ALEX}>", to=[f"Dana <{DANA}>"],
         bcc=["boss@alderway.example"], text="Yes to Wednesday", labels=["SENT"]),
    mail("table", "2026-03-19T12:00:00Z", sender="Inês <ines@lumen.example>", to=["orders@alderway.example"],
         text="the document is https://docs.google.com/document/d/1", labels=["INBOX"],
         headers={"Delivered-To": "orders@alderway.example"}),
]  # fmt: skip


@pytest.fixture
def gmail(google_sandbox: Sandbox) -> Any:
    google_sandbox.seed({"email": ALEX, "type": "work", "time_zone": ZONE, "messages": MESSAGES}, clock=NOW)
    return gmail_with(google_sandbox, google_sandbox.token(ALEX, FULL)).users()


def subjects(gmail: Any, q: str, **more: Any) -> set[str]:
    found = gmail.messages().list(userId="me", q=q, **more).execute().get("messages", [])
    shown = (gmail.messages().get(userId="me", id=one["id"], format="metadata").execute() for one in found)
    return {header(message, "Subject") for message in shown}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from:dana", {"window", "night", "morning"}),
        ("from:dana -subject:night", {"window", "morning"}),
        (f"from:{DANA}", {"window", "night", "morning"}),
        ("from:harborline.example", {"window", "night", "morning"}),
        ("from:dan", set()),
        ("from:me", {"answer"}),
        ("to:dana", {"answer"}),
        ("to:priya", {"night"}),
        ("cc:priya", {"night"}),
        ("bcc:boss@alderway.example", {"answer"}),
        ("wednesday", {"window", "answer"}),
        ('"take delivery"', {"window"}),
        ('"delivery take"', set()),
        ("take AROUND 1 delivery", {"window"}),
        ("cafe", {"news"}),
        ("subject:WINDOW", {"window"}),
        ("{subject:window subject:bill}", {"window", "bill"}),
        ("subject:(window OR bill) is:unread", {"window"}),
        ("is:unread", {"window"}),
        ("is:read from:dana", {"night", "morning"}),
        ("is:starred", {"morning"}),
        ("is:important", {"morning"}),
        ("in:inbox from:dana", {"window", "night", "morning"}),
        ("in:sent", {"answer"}),
        ("in:spam", {"prize"}),
        ("in:trash", {"old offer"}),
        ("in:anywhere take delivery", {"window", "prize", "old offer"}),
        ("in:archive", {"bill"}),
        ("label:clients-big-ones", {"bill"}),
        ("label:nothing-like-it", set()),
        ("has:attachment", {"bill"}),
        ("has:userlabels", {"bill"}),
        ("has:document", {"table"}),
        ("filename:pdf", {"bill"}),
        ("filename:invoice-77.pdf", {"bill"}),
        ("filename:xls", set()),
        ("category:promotions", {"news"}),
        ("category:primary from:dana", {"window", "night", "morning"}),
        ("list:news.daily.example", {"news"}),
        ("deliveredto:orders@alderway.example", {"table"}),
        ("rfc822msgid:window@harborline.example", {"window"}),
        ("rfc822msgid:<window@harborline.example>", {"window"}),
        ("rfc822msgid:other@harborline.example", set()),
        ("larger:5k", {"bill"}),
        ("smaller:5k has:attachment", set()),
        ("size:9000", {"bill"}),
        ("after:2026/03/03 from:dana", {"morning"}),
        ("before:2026/03/03 from:dana", {"window", "night"}),
        ("after:2026-03-03 before:2026-03-06", {"morning", "bill"}),
        ("after:03/09/2026", {"answer", "table"}),
        # 1772514000 is 2026-03-03 05:00 UTC.
        ("after:1772514000 from:dana", {"morning"}),
        ("newer_than:2d", {"table"}),
        ("older_than:15d from:dana", {"window", "night", "morning"}),
        ("newer_than:1m -newer_than:2d in:sent", {"answer"}),
        ("older_than:1y", set()),
    ],
)
def test_each_operator_finds_exactly_its_mails(gmail: Any, query: str, expected: set[str]) -> None:
    assert subjects(gmail, query) == expected


def test_spam_and_trash_are_found_only_when_asked_for(gmail: Any) -> None:
    assert subjects(gmail, "from:dana take") == {"window"}
    assert subjects(gmail, "from:dana take", includeSpamTrash=True) == {"window", "prize", "old offer"}
    assert subjects(gmail, "", labelIds=["SPAM"]) == {"prize"}


@pytest.mark.parametrize(
    "query", ["(((", '"', "-", "from:", "after:soon", "larger:big", "\0", "AND OR", "{-}", "a" * 5000]
)
def test_a_malformed_search_answers_and_never_breaks(gmail: Any, query: str) -> None:
    assert "resultSizeEstimate" in gmail.messages().list(userId="me", q=query).execute()


def test_four_hundred_conditions_are_answered(gmail: Any) -> None:
    assert subjects(gmail, " OR ".join(["nothing"] * 399 + ["wednesday"])) == {"window", "answer"}
    assert subjects(gmail, "{" + "from:nobody " * 399 + "is:starred}") == {"morning"}


def test_too_many_conditions_and_unknown_labels_are_refused_in_words(gmail: Any) -> None:
    with pytest.raises(HttpError, match="more than 500 conditions"):
        gmail.messages().list(userId="me", q="a " * 501).execute()
    with pytest.raises(HttpError, match="Invalid label: Label_99"):
        gmail.messages().list(userId="me", labelIds=["Label_99"]).execute()


def test_pages_show_every_mail_once_also_when_mail_arrives_in_between(
    google_sandbox: Sandbox, gmail: Any
) -> None:
    first = gmail.messages().list(userId="me", maxResults=3).execute()
    google_sandbox.deliver(**{"from": DANA, "to": [ALEX], "subject": "new", "text": "new"})
    second = gmail.messages().list(userId="me", maxResults=3, pageToken=first["nextPageToken"]).execute()
    third = gmail.messages().list(userId="me", maxResults=3, pageToken=second["nextPageToken"]).execute()
    pages = [[one["id"] for one in page["messages"]] for page in (first, second, third)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({message_id for page in pages for message_id in page}) == 7
    with pytest.raises(HttpError, match="Invalid pageToken"):
        gmail.messages().list(userId="me", pageToken="nonsense").execute()


def test_a_thread_is_found_when_any_of_its_mails_matches(gmail: Any) -> None:
    found = gmail.threads().list(userId="me", q="from:dana", maxResults=2).execute()
    assert len(found["threads"]) == 2
    rest = gmail.threads().list(userId="me", q="from:dana", pageToken=found["nextPageToken"]).execute()
    assert len(rest["threads"]) == 1
    assert "nextPageToken" not in rest
