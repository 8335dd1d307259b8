"""Whoever opens the address that the start prints reads what is there, without a script or a style."""

from __future__ import annotations

import httpx
import pytest

from countersign.accounts import errors
from countersign.accounts.connect import words_of
from tests.api.person import Person
from tests.api.serving import Served

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


async def opened(person: Person, query: str = "", **headers: str) -> httpx.Response:
    """What stands at the front address."""
    return await person.http.get(f"/{query}", headers=headers)


async def test_the_front_address_says_that_it_runs_and_where_the_api_is(anyone: Person) -> None:
    page = await opened(anyone, **BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for words in ("Countersign is running.", "not built yet", "/api/v1/openapi.json", "README.md"):
        assert words in page.text


async def test_the_page_needs_no_exception_from_the_policy_and_follows_dark_and_light(anyone: Person) -> None:
    page = await opened(anyone, **BROWSER)
    assert page.headers["content-security-policy"] == STRICT
    assert '<meta name="color-scheme" content="light dark">' in page.text
    assert "<script" not in page.text
    assert "style" not in page.text


async def test_a_command_line_gets_the_same_sentences_as_text(anyone: Person) -> None:
    text = await opened(anyone)
    assert (text.status_code, text.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert "Countersign is running.\n" in text.text
    assert "<" not in text.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("connected", "The account is connected."),
        ("connected_partly", "not everything was allowed"),
        ("connect_denied", "You did not give the permission, so nothing was connected."),
        ("connect_state_used", "This answer from Google was used already."),
    ],
)
async def test_how_a_consent_ended_is_said_in_our_own_words(anyone: Person, code: str, words: str) -> None:
    assert words in (await opened(anyone, f"?connect={code}", **BROWSER)).text


@pytest.mark.parametrize("code", ["", "%3Cscript%3Ealert(1)%3C/script%3E", "not_found", "%00", "x" * 5000])
async def test_an_unknown_code_says_nothing(anyone: Person, code: str) -> None:
    plain, forged = await opened(anyone, **BROWSER), await opened(anyone, f"?connect={code}", **BROWSER)
    assert (forged.status_code, forged.text) == (200, plain.text)


def test_every_way_a_consent_can_fail_has_words() -> None:
    failures = [errors.ConnectError, *errors.ConnectError.__subclasses__()]
    assert [failure.code for failure in failures if not words_of(failure.code)] == []


async def test_another_name_of_this_machine_is_told_which_address_to_open(
    anyone: Person, served: Served
) -> None:
    elsewhere = await opened(anyone, **BROWSER, Host=f"localhost:{served.settings.port}")
    assert (elsewhere.status_code, f"Open {served.origin} instead" in elsewhere.text) == (200, True)
    assert "instead" not in (await opened(anyone, **BROWSER)).text
