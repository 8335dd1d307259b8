"""Only what the sender newly wrote counts: no quote, no signature, no disclaimer; and how they sign."""

from __future__ import annotations

import time

import pytest

from countersign.understanding.language import detect_language
from countersign.understanding.quoting import new_words, sign_off_name, split_mail


@pytest.mark.parametrize(
    "below",
    [
        "On Mon, Nov 16, 2026 at 9:00 AM Sam <sam@work.example> wrote:\n> hello\n> there",
        "On Mon, Nov 16, 2026 at 9:00 AM\nSam Okafor <sam@work.example>\nwrote:\n\nhello there",
        "Am 16.11.2026 um 09:00 schrieb Sam:\n> hallo",
        "Le 16 nov. 2026 à 09:00, Sam <sam@work.example> a écrit :\n> bonjour",
        "-----Original Message-----\nFrom: Sam\nSent: Monday\nhello",
        "From: Sam <sam@work.example>\nSent: Monday, 16 November 2026 09:00\nTo: Dana\nSubject: Delivery\n\nhello",
        "________________________________\nFrom: Sam\nhello",
        "> hello\n> there",
        "-- \nDana Reyes\nAcme Ltd\n+1 555 0100",
        "Sent from my phone",
        "This e-mail is confidential and intended for the addressee only.",
    ],
    ids=range(11),
)
def test_what_is_quoted_or_signed_is_cut(below: str) -> None:
    assert (
        new_words(f"Can you take it?\nThe truck is full.\n\n{below}\n")
        == "Can you take it?\nThe truck is full."
    )


def test_answers_between_quoted_lines_are_new() -> None:
    mail = "On 16 Nov 2026, Sam wrote:\n> When?\nWednesday.\n> Where?\nAt the dock."

    assert split_mail(mail).new_text == "Wednesday.\nAt the dock."


def test_ordinary_sentences_that_look_like_headers_stay() -> None:
    mail = "On your side all is fine, as Ralph wrote: wait.\n-- this is not a signature\nFrom: here on we wait.\nBye"

    assert new_words(mail) == mail


@pytest.mark.parametrize(
    ("ending", "name"),
    [
        ("Best,\nDana", "Dana"),
        ("Kind regards,\n\nDana Reyes\nAcme Ltd", "Dana"),
        ("Viele Grüße\nDee", "Dee"),
        ("Thanks, Dee", "Dee"),
        ("Dana", "Dana"),
        ("See you tomorrow", None),
        ("Best,\nvisit http://evil.example", None),
    ],
)
def test_the_name_they_sign_with_is_read_from_their_words(ending: str, name: str | None) -> None:
    assert sign_off_name(f"Hi Sam,\n\nCan you take it?\n\n{ending}\n\n> old", "Dana Reyes") == name


def test_a_very_long_mail_is_cut_in_time_that_grows_with_its_length() -> None:
    mail = "yes\n\n" + "On " * 50_000 + "\n" + "> quoted\n" * 50_000 + "-" * 100_000

    started = time.process_time()
    split_mail(mail)

    # A quarter of a second of a core where it was written; looking at every pair of places would take hours.
    assert time.process_time() - started < 60


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We can take delivery on Wednesday.", "en"),
        ("Wir können am Mittwoch liefern.", "de"),
        ("Nous pouvons livrer mercredi, merci.", "fr"),
        ("Gracias por el correo, podemos recibirlo.", "es"),
        ("Grazie, possiamo ricevere la merce.", "it"),
        ("Obrigado, podemos receber na quarta.", "pt"),
        ("Bedankt voor je bericht, we kunnen leveren.", "nl"),
        ("Hej, vi kan ikke modtage det på onsdag.", "da"),
        ("Dziękuję, możemy odebrać w środę.", "pl"),
        ("Dana 12345", None),
        ("", None),
    ],
)
def test_a_language_is_named_only_when_it_is_clear(text: str, language: str | None) -> None:
    assert detect_language(text) == language
