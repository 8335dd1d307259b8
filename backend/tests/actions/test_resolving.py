"""Answering a mail leaves nothing open: alias, recipients, threading, quote and signature are fixed before approval."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.actions.mail.facts import Known, Promise
from countersign.actions.mail.resolving.quoting import reply_subject
from countersign.actions.mail.resolving.reply import resolve_reply
from countersign.actions.mail.resolving.source import ReplySource, ResolvedMail
from countersign.connectors.google.mail_types import Address
from countersign.errors import InvalidError, NotFoundError
from tests.actions.replies import ALEX, ALIASES, DANA, SALES, header, mail, thread


def resolved(message: Any = None, words: str = "Yes.", **changes: Any) -> ResolvedMail:
    """The reply to that mail with these words."""
    message = message or mail()
    source = {
        "thread": thread(message),
        "message_id": message.id,
        "aliases": ALIASES,
        "account_email": ALEX,
        "account_type": "work",
        **changes,
    }
    return resolve_reply(ReplySource(**source), words)


def emails(boxes: list[dict[str, str]]) -> list[str]:
    """The addresses."""
    return [box["email"] for box in boxes]


def test_the_answer_comes_from_the_alias_the_mail_was_sent_to_with_its_signature() -> None:
    payload = resolved(mail(to=(Address("Sales@Acme.test"), Address(ALEX)))).payload

    assert payload["from"] == {"email": SALES, "name": "Acme Sales"}
    assert payload["signature_text"] == "The sales desk"
    assert payload["signature_html"] == "<p>The <b>sales</b> desk</p>"


def test_a_mail_delivered_through_a_list_is_answered_from_where_it_was_delivered() -> None:
    listed = mail(to=(Address("all@acme.test"),), headers=(header("Delivered-To", f"<{SALES}>"),))

    assert resolved(listed).payload["from"]["email"] == SALES


def test_a_mail_to_nobody_known_is_answered_from_the_default_alias_or_the_account() -> None:
    hidden = mail(to=())

    assert resolved(hidden).payload["from"] == {"email": ALEX, "name": "Alex Moreno"}
    assert resolved(hidden, aliases=()).payload["from"] == {"email": ALEX, "name": ""}
    assert resolved(hidden, aliases=()).payload["signature_text"] == ""


def test_own_addresses_are_never_answered() -> None:
    munged = mail(reply_to=(Address(SALES), Address(DANA), Address(ALEX.upper())))

    assert emails(resolved(munged).payload["to"]) == [DANA]
    assert resolved(munged).payload["cc"] == []


def test_reply_to_is_honoured_and_said() -> None:
    elsewhere = resolved(mail(reply_to=(Address("desk@client.test", "Desk"),)))

    assert emails(elsewhere.payload["to"]) == ["desk@client.test"]
    assert elsewhere.facts["answers_to"] == ["desk@client.test"]
    assert elsewhere.facts["origins"]["desk@client.test"]["quote"] == "Reply-To: Desk <desk@client.test>"


def test_each_address_a_reply_to_adds_is_told_from_the_senders() -> None:
    both = resolved(
        mail(
            from_=Address("dana@clïent.test", "Dana Ito"),
            reply_to=(Address("dana@clïent.test", "Dana"), Address("mallory@evil.test", "Mallory")),
        )
    )

    assert both.facts["sender"] == "dana@xn--clent-dta.test"
    assert both.facts["answers_to"] == ["mallory@evil.test"]
    assert both.facts["origins"]["mallory@evil.test"]["quote"] == "Reply-To: Mallory <mallory@evil.test>"


def test_somebody_known_is_recognised_in_either_form_of_the_address() -> None:
    known = (Known(email="dana@clïent.test", written_to=1), Known(email="odd", written_to=1))

    assert [one["email"] for one in resolved(known=known).facts["known"]] == [
        "dana@xn--clent-dta.test",
        "odd",
    ]


def test_answering_ones_own_mail_asks_nobody_elsewhere() -> None:
    own = mail(from_=Address(SALES), to=(Address(DANA, "Dana Ito"),), reply_to=(Address("x@acme.test"),))

    facts = resolved(own).facts

    assert facts["answers_to"] == []
    assert facts["origins"][DANA]["quote"] == f"To: Dana Ito <{DANA}>"


def test_answering_ones_own_mail_writes_to_those_it_went_to() -> None:
    own = mail(from_=Address(SALES, "Acme Sales"), to=(Address(DANA, "Dana Ito"), Address(ALEX)))

    payload = resolved(own).payload

    assert emails(payload["to"]) == [DANA]
    assert payload["from"]["email"] == SALES


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@shop.test",
        "no-reply@shop.test",
        "do_not_reply@shop.test",
        "MAILER-DAEMON@shop.test",
        "bounces+7@shop.test",
    ],
)
def test_nobody_writes_to_an_address_that_reads_nothing(sender: str) -> None:
    with pytest.raises(InvalidError, match="does not read answers"):
        resolved(mail(from_=Address(sender)))


def test_a_readable_address_beside_a_no_reply_one_is_answered() -> None:
    assert emails(resolved(mail(reply_to=(Address("noreply@shop.test"), Address(DANA)))).payload["to"]) == [
        DANA
    ]


@pytest.mark.parametrize("message", [mail(from_=None), mail(from_=Address("", "broken <"))])
def test_a_mail_without_a_sender_cannot_be_answered(message: Any) -> None:
    with pytest.raises(InvalidError, match="nobody else"):
        resolved(message)


def test_a_mail_that_is_gone_cannot_be_answered() -> None:
    with pytest.raises(NotFoundError):
        resolved(message_id="m-9")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Delivery", "Re: Delivery"),
        ("Re: Delivery", "Re: Delivery"),
        ("RE: AW: Re[2]: SV: Delivery", "Re: Delivery"),
        ("Fwd: Delivery", "Re: Fwd: Delivery"),
        ("Regarding: x", "Re: Regarding: x"),
        ("", "Re:"),
        ("a\r\nBcc: x@evil.test", "Re: a Bcc: x@evil.test"),
        ("y" * 2000, ("Re: " + "y" * 2000)[:900]),
    ],
)
def test_the_subject_has_one_prefix(before: str, after: str) -> None:
    assert reply_subject(before) == after


def test_the_chain_is_the_answered_ones_chain_and_itself() -> None:
    chained = resolved(mail(references=("<a@x.test>", "<b@x.test>"))).payload

    assert chained["in_reply_to"] == "<delivery-1@client.test>"
    assert chained["references"] == ["<a@x.test>", "<b@x.test>", "<delivery-1@client.test>"]


def test_without_a_chain_the_one_mail_it_answered_stands_in() -> None:
    assert resolved(mail(in_reply_to="<a@x.test>")).payload["references"] == [
        "<a@x.test>",
        "<delivery-1@client.test>",
    ]
    assert resolved(mail(in_reply_to="<a@x.test> <b@x.test>")).payload["references"] == [
        "<delivery-1@client.test>"
    ]


def test_a_mail_without_an_id_starts_no_chain_and_broken_ids_are_left_out() -> None:
    assert resolved(mail(rfc_message_id=None)).payload["references"] == []
    assert resolved(mail(rfc_message_id=None)).payload["in_reply_to"] == ""
    assert resolved(mail(references=("<a b@x.test>", "no-brackets"))).payload["references"] == [
        "<delivery-1@client.test>"
    ]


def test_a_very_long_chain_keeps_its_root_and_its_end() -> None:
    references = resolved(mail(references=tuple(f"<{n}@x.test>" for n in range(200)))).payload["references"]

    assert len(references) == 50
    assert references[:2] == ["<0@x.test>", "<152@x.test>"]
    assert references[-1] == "<delivery-1@client.test>"


@pytest.mark.parametrize(
    ("text", "introduction"),
    [
        (
            "Can you take it? Please tell the driver.",
            "On 2 Mar 2026 at 10:00, Dana Ito <dana@client.test> wrote:",
        ),
        (
            "Können wir das bitte für Mittwoch planen und auch",
            "Am 02.03.2026 um 10:00 schrieb Dana Ito <dana@client.test>:",
        ),
        (
            "Merci pour votre message, nous avons une question",
            "Le 02/03/2026 à 10:00, Dana Ito <dana@client.test> a écrit :",
        ),
        (
            "Hola, gracias por los datos para una entrega",
            "El 02/03/2026 a las 10:00, Dana Ito <dana@client.test> escribió:",
        ),
        (
            "Ciao, grazie per il messaggio che non sono",
            "Il 02/03/2026 alle 10:00, Dana Ito <dana@client.test> ha scritto:",
        ),
        (
            "Ik wil graag weten of het niet ook voor jullie is",
            "Op 02-03-2026 om 10:00 schreef Dana Ito <dana@client.test>:",
        ),
        (
            "Olá, obrigado, você não está mais com uma",
            "Em 02/03/2026 às 10:00, Dana Ito <dana@client.test> escreveu:",
        ),
        (
            "Merhaba, bu teklif için çok teşekkürler ve",
            "Dana Ito <dana@client.test>, 02.03.2026 10:00 tarihinde şunu yazdı:",
        ),
        ("12345", "On 2 Mar 2026 at 10:00, Dana Ito <dana@client.test> wrote:"),
    ],
)
def test_the_quote_is_introduced_in_the_threads_language_and_the_persons_zone(
    text: str, introduction: str
) -> None:
    assert resolved(mail(text=text), time_zone="Europe/Berlin").payload["quote_intro"] == introduction


def test_a_mail_without_a_date_or_a_name_is_introduced_by_its_address() -> None:
    undated = mail(date=None, received_at=None, from_=Address(DANA))

    assert resolved(undated).payload["quote_intro"] == f"{DANA}:"


def test_the_quote_is_the_mails_text_or_its_html_as_text() -> None:
    assert resolved(mail(text="a\r\nb\x07")).payload["quote_text"] == "a\nb"
    assert (
        resolved(mail(text="", html="<p>Hi <b>Alex</b></p><p>Bye</p>")).payload["quote_text"]
        == "Hi Alex\nBye"
    )


def test_an_endless_mail_is_quoted_in_part_and_says_so() -> None:
    quote = resolved(mail(text="x" * 150_000)).payload["quote_text"]

    assert len(quote) == 100_000 + len("\n[…]")
    assert quote.endswith("\n[…]")


def test_drafts_trash_and_spam_do_not_count_as_said() -> None:
    messages = (
        mail(),
        mail(id="m-2", labels=("DRAFT",)),
        mail(id="m-3", labels=("TRASH",)),
        mail(id="m-4", labels=("SENT",)),
    )

    assert resolved(thread=thread(*messages)).payload["seen_message_ids"] == ["m-1", "m-4"]


def test_what_is_known_is_kept_beside_the_reply() -> None:
    facts = resolved(
        mail(list_id="<all.acme.test>", auto_submitted="auto-replied"),
        known=(Known(email=DANA, written_to=1),),
        promises=(Promise(quote="Wednesday", meaning="2 March"),),
        user_addresses=(DANA.upper(),),
        spent_usd="0.014200",
    ).facts

    assert facts["organisation_domains"] == ["acme.test"]
    assert resolved(account_type="personal").facts["organisation_domains"] == []
    assert facts["cautions"] == ["mailing_list", "automated"]
    assert facts["origins"][DANA]["provenance"] == "user"
    assert facts["promises"] == [{"quote": "Wednesday", "meaning": "2 March"}]
    assert facts["spent_usd"] == "0.014200"


def test_hidden_characters_in_a_name_do_not_get_into_the_reply() -> None:
    disguised = mail(from_=Address(DANA, "Dana\u202e\u200b  Ito"))

    assert resolved(disguised).payload["to"] == [{"email": DANA, "name": "Dana Ito"}]


def test_cards_of_one_conversation_belong_together() -> None:
    one = resolved()

    assert (one.group_key, one.group_label, one.target) == ("thread:t-1", "Re: Delivery", "m-1")
