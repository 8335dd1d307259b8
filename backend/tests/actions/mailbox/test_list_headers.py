"""Which ways out of a list are believed: one click only with the provider's word that a signature covers it."""

from __future__ import annotations

import pytest

from countersign.actions.mailbox.list_headers import MailtoWay, mailto, ways_out
from countersign.connectors.google.mail_types import Header
from tests.actions.mailbox.newsletters import FIELDS, GOOGLE, fields

URL = "https://weekly.test/u/1"


def test_a_signed_newsletter_offers_one_click_and_a_mail() -> None:
    offered = ways_out(fields(), "")

    assert (offered.one_click_url, offered.signed_by) == (URL, "weekly.test")
    assert offered.mailto == MailtoWay("leave@weekly.test", "out", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"List_Unsubscribe_Post": None},
        {"List_Unsubscribe_Post": "List-Unsubscribe=Maybe"},
        {"Authentication_Results": None},
        {"Authentication_Results": "mx.evil.test; dkim=pass header.i=@weekly.test"},
        {"Authentication_Results": GOOGLE.replace("dkim=pass", "dkim=fail")},
        {"Authentication_Results": "mx.google.com; spf=pass (dkim=pass header.i=@weekly.test)"},
        {"Authentication_Results": GOOGLE.replace("@weekly.test", "@other.test")},
        {"Authentication_Results": GOOGLE.replace("@weekly.test", "@evilweekly.test")},
        {"Authentication_Results": GOOGLE.replace("header.s=s1", "header.s=s2")},
        {"Authentication_Results": GOOGLE.replace("header.b=abcd", "header.b=zzzz")},
        {"Authentication_Results": "mx.sandbox.invalid; dkim=pass header.i=@weekly.test"},
        {"DKIM_Signature": None},
        {"DKIM_Signature": "v=1; d=weekly.test; s=s1; h=From:List-Unsubscribe; b=abcdef"},
        {"DKIM_Signature": "v=1; s=s1; h=List-Unsubscribe:List-Unsubscribe-Post; b=abcdef"},
    ],
    ids=str,
)
def test_without_proof_only_the_mail_is_offered(changes: dict[str, str | None]) -> None:
    offered = ways_out(fields(**changes), "")

    assert offered.one_click_url is None
    assert offered.mailto is not None


@pytest.mark.parametrize(
    "link",
    [
        "http://weekly.test/u/1",
        "https://weekly.test:8443/u/1",
        "https://alex:secret@weekly.test/u/1",
        "https:///u/1",
        "https://weekly.test:port/u/1",
        "ftp://weekly.test/u/1",
        "https://wéekly.test/u/1",
        "http://127.0.0.1:4010/_sandbox/unsubscribe/x",
    ],
)
def test_an_address_that_is_not_plain_https_is_not_offered(link: str) -> None:
    assert ways_out(fields(List_Unsubscribe=f"<{link}>"), "").one_click_url is None


def test_a_list_field_that_comes_twice_is_not_believed() -> None:
    twice = (*fields(), Header("List-Unsubscribe", "<https://evil.test/u>"))

    assert ways_out(twice, "") == ways_out((), "")


def test_a_sandbox_on_loopback_has_its_own_verifier_and_its_own_links() -> None:
    sandbox = "http://127.0.0.1:4010"
    told = {**FIELDS, "Authentication-Results": "mx.sandbox.invalid; dkim=pass header.i=@weekly.test"}
    link = f"{sandbox}/_sandbox/unsubscribe/weekly"
    headers = [Header(name, value) for name, value in {**told, "List-Unsubscribe": f"<{link}>"}.items()]

    assert ways_out(headers, sandbox).one_click_url == link
    assert ways_out(headers, "http://127.0.0.1:4011").one_click_url is None
    assert ways_out(headers, "").one_click_url is None


@pytest.mark.parametrize(
    ("uri", "way"),
    [
        ("mailto:a@list.test", MailtoWay("a@list.test", "", "")),
        ("mailto:a@list.test?Subject=stop%20it&body=bye", MailtoWay("a@list.test", "stop it", "bye")),
        ("mailto:a@list.test?bcc=b@list.test", None),
        ("mailto:a@list.test,b@list.test", None),
        ("mailto:nobody", None),
    ],
)
def test_a_mail_to_one_list_address_is_taken_apart(uri: str, way: MailtoWay | None) -> None:
    assert mailto(uri) == way
