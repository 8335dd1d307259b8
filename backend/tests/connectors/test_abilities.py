"""Abilities in people's words and Google's scopes behind them (C13)."""

from __future__ import annotations

import json
from importlib import resources

from countersign.connectors.google.discovery import patched_document
from countersign.connectors.google.scopes import (
    ABILITIES,
    IDENTITY_SCOPES,
    WORDS,
    abilities_of,
    missing_scopes,
    normalised,
    scopes_for,
)

PREFIX = "https://www.googleapis.com/auth/"


def test_only_what_is_asked_for_and_the_identity_is_requested() -> None:
    assert scopes_for(["read_mail"]) == (*IDENTITY_SCOPES, PREFIX + "gmail.readonly")
    assert scopes_for([]) == IDENTITY_SCOPES
    assert len(scopes_for(ABILITIES)) == len(IDENTITY_SCOPES) + len(ABILITIES)


def test_every_scope_is_one_google_describes() -> None:
    described = {
        scope
        for api in ("gmail.v1", "calendar.v3", "drive.v3", "oauth2.v2")
        for scope in json.loads(
            (resources.files("googleapiclient") / "discovery_cache" / "documents" / f"{api}.json").read_text()
        )["auth"]["oauth2"]["scopes"]
    }

    assert {words.scope for words in WORDS.values()} <= described


def test_a_broader_scope_gives_the_narrower_ability() -> None:
    assert abilities_of([PREFIX + "gmail.modify"]) == ("read_mail", "draft_and_send", "organise_mail")
    assert abilities_of(["https://mail.google.com/"]) == ("read_mail", "draft_and_send", "organise_mail")
    assert abilities_of(["openid", "profile"]) == ("name_and_address",)


def test_what_is_missing_is_what_nothing_granted_covers() -> None:
    asked = scopes_for(["read_mail", "draft_and_send"])

    assert missing_scopes(asked, ["openid", "email", PREFIX + "gmail.modify"]) == ()
    assert missing_scopes(asked, ["openid", "email", PREFIX + "gmail.readonly"]) == (
        PREFIX + "gmail.compose",
    )


def test_scopes_are_compared_in_one_form() -> None:
    assert normalised(["email", PREFIX + "userinfo.email", "", "openid"]) == (
        PREFIX + "userinfo.email",
        "openid",
    )


def test_no_address_of_a_patched_document_leads_to_google() -> None:
    text = json.dumps(
        {
            **patched_document("gmail", "http://127.0.0.1:4010"),
            "auth": {},
            "icons": {},
            "documentationLink": "",
        }
    )

    assert '"rootUrl": "http://127.0.0.1:4010/"' in text
    assert "gmail.googleapis.com" not in text
    assert "mtls" not in text


def test_without_a_base_url_the_document_is_googles_own() -> None:
    assert patched_document("gmail", "")["rootUrl"] == "https://gmail.googleapis.com/"
