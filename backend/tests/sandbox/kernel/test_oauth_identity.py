"""Who a token speaks for, what its endpoints refuse, and what never reaches the ledger."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import urlencode

import jwt
import pytest
from google.auth.transport.requests import Request as GoogleRequest
from google.oauth2.credentials import Credentials

from tests.sandbox.google_client import (
    MODIFY,
    READONLY,
    REDIRECT_URI,
    SEND,
    connect,
    consent,
    flow,
    service,
)
from tests.sandbox.kernel.worlds import ALEX, DANA, alex, dana
from tests.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox

EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"


@pytest.fixture
def sandbox(google_sandbox: Sandbox) -> Sandbox:
    google_sandbox.seed(alex(), dana())
    return google_sandbox


def profile(sandbox: Sandbox, credentials: Credentials) -> str:
    answer = service(sandbox, credentials).users().getProfile(userId="me").execute()
    return str(answer["emailAddress"])


def test_the_id_token_verifies_against_the_published_keys(sandbox: Sandbox) -> None:
    asking = flow(sandbox, ["openid", EMAIL_SCOPE])
    address, _ = asking.authorization_url(nonce="n-1")
    asking.fetch_token(code=consent(sandbox, address, account=ALEX, decision="allow")["code"])
    configuration = sandbox.http.get("/.well-known/openid-configuration").json()
    [key] = sandbox.http.get(configuration["jwks_uri"]).json()["keys"]

    claims = jwt.decode(
        asking.oauth2session.token["id_token"],
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        audience=CLIENT_ID,
        issuer=configuration["issuer"],
    )

    assert (claims["email"], claims["nonce"], claims["hd"]) == (ALEX, "n-1", "acme.test")


def test_userinfo_tells_who_it_is_in_both_versions(sandbox: Sandbox) -> None:
    token = sandbox.token(ALEX, "openid", "email", "profile")
    headers = {"Authorization": f"Bearer {token}"}

    second = sandbox.http.get("/oauth2/v2/userinfo", headers=headers).json()
    connect_version = sandbox.http.get("/v1/userinfo", headers=headers).json()

    assert (second["email"], second["verified_email"], second["given_name"]) == (ALEX, True, "Alex")
    assert (connect_version["email"], connect_version["sub"]) == (ALEX, second["id"])


def test_tokeninfo_tells_scopes_and_the_seconds_left(sandbox: Sandbox) -> None:
    token = sandbox.token(ALEX, READONLY, expires_in=100)

    answer = sandbox.http.post("/oauth2/v2/tokeninfo", params={"access_token": token}).json()

    assert answer["scope"] == READONLY
    assert 98 <= answer["expires_in"] <= 100


def test_secrets_never_reach_the_ledger(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY])
    credentials.refresh(GoogleRequest())  # type: ignore[no-untyped-call]  # google-auth has no types here

    ledger = json.dumps(sandbox.ledger())

    assert [entry["method_id"] for entry in sandbox.ledger()] == [
        "oauth2.authorize",
        "oauth2.token",
        "oauth2.token",
    ]
    assert str(credentials.refresh_token) not in ledger
    assert str(credentials.token) not in ledger
    assert CLIENT_SECRET not in ledger


def test_tokens_are_dated_by_the_sandbox_clock(sandbox: Sandbox) -> None:
    sandbox.set_clock("2023-11-30T10:00:00+00:00")
    asking = flow(sandbox, ["openid"])
    address, _ = asking.authorization_url()
    asking.fetch_token(code=consent(sandbox, address, account=ALEX, decision="allow")["code"])

    payload = asking.oauth2session.token["id_token"].split(".")[1]
    issued = json.loads(base64.urlsafe_b64decode(payload + "=="))["iat"]

    since = datetime.fromtimestamp(issued).astimezone() - datetime.fromisoformat("2023-11-30T10:00:00+00:00")
    assert timedelta() <= since < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "4/never"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "1//never"}, "invalid_grant"),
        ({}, "unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_names_what_is_wrong(sandbox: Sandbox, form: dict[str, str], error: str) -> None:
    answer = sandbox.http.post("/token", data=form or {"x": ""}, auth=(CLIENT_ID, CLIENT_SECRET))

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_token_endpoint_takes_only_forms(sandbox: Sandbox) -> None:
    answers = [sandbox.http.get("/token"), sandbox.http.post("/token", json={}), sandbox.http.get("/revoke")]

    assert [answer.json()["error"] for answer in answers] == ["invalid_request"] * 3


def test_a_code_with_a_challenge_needs_the_verifier(sandbox: Sandbox) -> None:
    address, _ = flow(sandbox, [READONLY]).authorization_url()
    code = consent(sandbox, address, account=ALEX, decision="allow")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}

    answer = sandbox.http.post("/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))

    assert answer.json() == {"error": "invalid_grant", "error_description": "Missing code verifier."}


def test_a_plain_challenge_is_compared_as_it_is(sandbox: Sandbox) -> None:
    query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": READONLY}
    address = f"{sandbox.base_url}/o/oauth2/v2/auth?" + urlencode({**query, "code_challenge": "v" * 43})
    code = consent(sandbox, address, account=ALEX, decision="allow")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}

    answer = sandbox.http.post(
        "/token", data={**form, "code_verifier": "v" * 43}, auth=(CLIENT_ID, CLIENT_SECRET)
    )

    assert answer.status_code == 200


def test_a_refresh_may_narrow_the_scopes_but_not_widen_them(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY, SEND])
    form = {"grant_type": "refresh_token", "refresh_token": str(credentials.refresh_token)}

    narrowed, widened = [
        sandbox.http.post("/token", data={**form, "scope": scope}, auth=(CLIENT_ID, CLIENT_SECRET))
        for scope in (READONLY, MODIFY)
    ]

    assert narrowed.json()["scope"] == READONLY
    assert widened.json()["error"] == "invalid_scope"


def test_a_decision_for_nobody_who_lives_here_ends_on_a_page(sandbox: Sandbox) -> None:
    address, _ = flow(sandbox, [READONLY]).authorization_url()

    answers = [
        sandbox.http.get(f"{address}&sandbox_decision=allow&sandbox_account=x@nowhere.test"),
        sandbox.http.get(f"{address}&sandbox_decision=perhaps&sandbox_account={ALEX}"),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


def test_unticking_everything_is_a_denial(sandbox: Sandbox) -> None:
    address, _ = flow(sandbox, [READONLY]).authorization_url()

    assert consent(sandbox, address, account=ALEX, decision="partial", scopes="")["error"] == "access_denied"


def test_a_personal_account_has_no_hosted_domain_and_a_stranger_token_no_info(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(DANA, 'openid')}"}

    assert set(sandbox.http.get("/v1/userinfo", headers=headers).json()) == {"sub"}
    assert sandbox.http.post("/oauth2/v2/tokeninfo", params={"access_token": "never"}).status_code == 400
    assert sandbox.http.post("/oauth2/v2/tokeninfo").status_code == 400
