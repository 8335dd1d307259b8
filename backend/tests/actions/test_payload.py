"""What may be sent at all: addresses, subjects and texts are checked at proposal and again at every edit."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.actions.catalogue import KINDS, kind_of
from countersign.actions.mail.address import address, domain_of, is_no_reply
from countersign.actions.mail.forms import REPLY
from countersign.actions.mail.payload import MailPayload, edited, parse
from countersign.errors import InvalidError, TooLargeError
from tests.actions.replies import ALEX, DANA, PAYLOAD, reply


def changed(mail: MailPayload, changes: dict[str, Any]) -> MailPayload:
    """The reply with a person's changes."""
    return edited(mail, changes, REPLY)


def parsed(payload: dict[str, Any]) -> MailPayload:
    """The payload as a reply."""
    return parse(payload, REPLY)


@pytest.mark.parametrize(
    ("written", "sent_to"),
    [
        ("dana@client.test", "dana@client.test"),
        (" Dana.Ito+x@CLIENT.Test ", "Dana.Ito+x@client.test"),
        ("dana@bücher.example", "dana@xn--bcher-kva.example"),
        ("dana@straße.example", "dana@xn--strae-oqa.example"),
        ("o'hara!#$%&*+/=?^_`{|}~-@a-b.example", "o'hara!#$%&*+/=?^_`{|}~-@a-b.example"),
    ],
)
def test_an_address_has_one_form(written: str, sent_to: str) -> None:
    assert address(written, "/to") == sent_to


@pytest.mark.parametrize(
    "written",
    [
        "",
        "dana",
        "@client.test",
        "dana@",
        "dana@client",
        "dana@client..test",
        "dana@-client.test",
        "da na@client.test",
        "dana@cl ient.test",
        ".dana@client.test",
        "dana.@client.test",
        "da..na@client.test",
        "dana@127.0.0.1",
        "dana@[127.0.0.1]",
        "dánà@client.test",
        "dana@cli\u200bent.test",
        "dana@\u202etest.client",
        "dana@client.test\r\nBcc: eve@evil.test",
        "dana@client.test,eve@evil.test",
        "<dana@client.test>",
        "a@b@client.test",
        f"{'x' * 65}@client.test",
        f"dana@{'x' * 64}.test",
        f"dana@{'.'.join(['x' * 60] * 5)}.test",
        "dana@☃︎☃.example",
        "dana@xn--.example",
        "dana@xn--a.test",
        "dana@sub.xn--99999999999.test",
    ],
)
def test_what_is_no_address_is_refused_and_the_field_named(written: str) -> None:
    with pytest.raises(InvalidError) as refused:
        changed(reply(), {"/to": [{"email": written}]})

    assert refused.value.details["fields"][0].startswith("/to")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"/body_text": ""}, "/body_text"),
        ({"/body_text": " \n"}, "/body_text"),
        ({"/body_text": "a\x00b"}, "/body_text"),
        ({"/body_text": "a\rb"}, "/body_text"),
        ({"/body_text": 7}, "/body_text"),
        ({"/subject": "a\nBcc: eve@evil.test"}, "/subject"),
        ({"/subject": "a\tb"}, "/subject"),
        ({"/subject": "x" * 901}, "/subject"),
        ({"/subject": None}, "/subject"),
        ({"/to": []}, "/to"),
        ({"/to": "dana@client.test"}, "/to"),
        ({"/to": [7]}, "/to/0"),
        ({"/to": [{"mail": "x"}]}, "/to/0"),
        ({"/to": ["Dana\n <dana@client.test>"]}, "/to/0"),
        ({"/to": [{"email": DANA, "name": "Dana\r\nBcc: x"}]}, "/to/0"),
        ({"/cc": ["not an address"]}, "/cc/0"),
        ({"/from": {"email": DANA}}, "/from"),
        ({"/thread_id": "t-2"}, "/thread_id"),
        ({}, "/changes"),
    ],
)
def test_a_bad_edit_names_its_field_and_changes_nothing(changes: dict[str, Any], field: str) -> None:
    before = reply()

    with pytest.raises(InvalidError) as refused:
        changed(before, changes)

    assert refused.value.details["fields"][0] == field
    assert before == reply()


def test_a_text_too_long_for_a_mail_is_refused() -> None:
    with pytest.raises(TooLargeError):
        changed(reply(), {"/body_text": "x" * 100_001})


def test_too_many_people_are_refused() -> None:
    with pytest.raises(InvalidError, match="at most 100"):
        changed(reply(), {"/to": [f"p{number}@client.test" for number in range(101)]})


def test_an_edit_takes_addresses_as_people_write_them() -> None:
    told = changed(
        reply(),
        {
            "/to": ['"Ito, Dana" <dana@client.test>', "DANA@client.test"],
            "/cc": ["lee@acme.test", {"email": DANA}],
        },
    )

    assert [(box.email, box.name) for box in told.to] == [(DANA, "Ito, Dana")]
    assert [box.email for box in told.cc] == ["lee@acme.test"]


def test_line_ends_have_one_form() -> None:
    assert changed(reply(), {"/body_text": "a\r\nb"}).body_text == "a\nb"


@pytest.mark.parametrize("field", sorted(PAYLOAD))
def test_a_reply_with_a_field_missing_is_refused_by_name(field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parsed({name: value for name, value in PAYLOAD.items() if name != field})

    assert refused.value.details["fields"] == [f"/{field}"]


def test_a_reply_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(InvalidError):
        parsed({**PAYLOAD, "x-header": []})


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("mail.reply", {"source_message_id": ""}, "/source_message_id"),
        ("mail.forward", {"source_message_id": ""}, "/source_message_id"),
        ("mail.send", {"draft_id": "r1", "draft_message_id": "m-1"}, "/draft_id"),
        ("mail.draft.update", {"draft_id": "r1"}, "/draft_id"),
    ],
)
def test_a_kind_of_mail_names_what_it_is_about(kind: str, changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        kind_of(kind).checked({**PAYLOAD, **changes})

    assert refused.value.details["fields"] == [field]


def test_the_payload_survives_being_stored() -> None:
    assert parsed(reply().as_payload()) == reply()
    assert KINDS["mail.reply"].checked(PAYLOAD) == PAYLOAD


def test_a_kind_that_is_not_in_the_catalogue_does_not_exist() -> None:
    with pytest.raises(InvalidError):
        kind_of("mail.burn")


def test_addresses_tell_their_domain_and_whether_anybody_reads() -> None:
    assert domain_of(ALEX) == "acme.test"
    assert not is_no_reply("norah@client.test")
