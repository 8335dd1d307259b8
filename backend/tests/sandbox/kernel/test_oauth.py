"""Connecting an account works as with Google, including everything that can go wrong on the way."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import urlencode

import jwt
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request as GoogleRequest
from google.oauth2.credentials import Credentials
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

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


def test_connecting_an_account_gives_tokens_that_work(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY])

    assert credentials.refresh_token
    assert profile(sandbox, credentials) == ALEX


def test_state_comes_back_unchanged(sandbox: Sandbox) -> None:
    address, state = flow(sandbox, [READONLY]).authorization_url()

    assert consent(sandbox, address, account=ALEX, decision="allow")["state"] == state


def test_without_offline_access_there_is_no_refresh_token(sandbox: Sandbox) -> None:
    asking = flow(sandbox, [READONLY])
    address, _ = asking.authorization_url(access_type="online")

    asking.fetch_token(code=consent(sandbox, address, account=ALEX, decision="allow")["code"])

    assert asking.credentials.refresh_token is None


def test_a_second_consent_gives_a_refresh_token_only_when_consent_is_demanded(sandbox: Sandbox) -> None:
    connect(sandbox, ALEX, [READONLY])

    again = connect(sandbox, ALEX, [READONLY])
    demanded = connect(sandbox, ALEX, [READONLY], prompt="consent")

    assert again.refresh_token is None
    assert demanded.refresh_token


def test_an_expired_access_token_is_refreshed_by_the_client_on_401(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY])
    first = credentials.token

    sandbox.advance(3600)

    assert profile(sandbox, credentials) == ALEX
    assert credentials.token != first


def test_revoking_the_access_token_ends_the_refresh_token_too(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY])

    answer = sandbox.http.post("/revoke", params={"token": credentials.token})

    assert answer.status_code == 200
    with pytest.raises(RefreshError, match="invalid_grant"):
        profile(sandbox, credentials)


def test_revoking_by_form_works_and_a_second_time_is_refused(sandbox: Sandbox) -> None:
    credentials = connect(sandbox, ALEX, [READONLY])

    answers = [sandbox.http.post("/revoke", data={"token": credentials.refresh_token}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]


def test_revoking_one_account_leaves_the_other(sandbox: Sandbox) -> None:
    of_alex, of_dana = connect(sandbox, ALEX, [READONLY]), connect(sandbox, DANA, [READONLY])

    sandbox.http.post("/revoke", params={"token": of_alex.token})

    assert profile(sandbox, of_dana) == DANA


def test_a_code_works_once_and_its_reuse_ends_the_tokens_it_gave(sandbox: Sandbox) -> None:
    asking = flow(sandbox, [READONLY])
    address, _ = asking.authorization_url(access_type="offline")
    code = consent(sandbox, address, account=ALEX, decision="allow")["code"]
    asking.fetch_token(code=code)
    credentials = asking.credentials

    with pytest.raises(InvalidGrantError):
        asking.fetch_token(code=code)

    with pytest.raises(RefreshError):
        profile(sandbox, credentials)


def test_a_code_expires(sandbox: Sandbox) -> None:
    asking = flow(sandbox, [READONLY])
    address, _ = asking.authorization_url()
    code = consent(sandbox, address, account=ALEX, decision="allow")["code"]

    sandbox.advance(601)

    with pytest.raises(InvalidGrantError):
        asking.fetch_token(code=code)


def test_a_code_with_another_verifier_is_worthless(sandbox: Sandbox) -> None:
    asking = flow(sandbox, [READONLY])
    address, _ = asking.authorization_url()
    code = consent(sandbox, address, account=ALEX, decision="allow")["code"]

    asking.code_verifier = "x" * 64

    with pytest.raises(InvalidGrantError, match="Invalid code verifier"):
        asking.fetch_token(code=code)


def test_the_redirect_address_must_be_the_same_when_the_code_is_exchanged(sandbox: Sandbox) -> None:
    asking = flow(sandbox, [READONLY], autogenerate_code_verifier=False)
    address, _ = asking.authorization_url()
    code = consent(sandbox, address, account=ALEX, decision="allow")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:1/other"}

    answer = sandbox.http.post("/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))

    assert (answer.status_code, answer.json()["error"]) == (400, "redirect_uri_mismatch")


def test_saying_no_comes_back_as_access_denied(sandbox: Sandbox) -> None:
    address, state = flow(sandbox, [READONLY]).authorization_url()

    assert consent(sandbox, address, decision="deny") == {"state": state, "error": "access_denied"}


def test_unticking_a_scope_gives_only_the_others(sandbox: Sandbox) -> None:
    asking = flow(sandbox, ["openid", EMAIL_SCOPE, READONLY, SEND], autogenerate_code_verifier=False)
    address, _ = asking.authorization_url()
    answer = consent(sandbox, address, account=ALEX, decision="partial", scopes=READONLY)
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT_URI}

    token = sandbox.http.post("/token", data={**form, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})

    assert set(token.json()["scope"].split()) == {"openid", EMAIL_SCOPE, READONLY}
    assert set(answer["scope"].split()) == {"openid", EMAIL_SCOPE, READONLY}


def test_asking_for_one_more_scope_keeps_the_earlier_ones_when_included(sandbox: Sandbox) -> None:
    connect(sandbox, ALEX, [READONLY])
    address, _ = flow(sandbox, [SEND]).authorization_url(include_granted_scopes="true")

    answer = consent(sandbox, address, account=ALEX, decision="allow")

    assert set(answer["scope"].split()) == {READONLY, SEND}


def test_a_known_account_is_not_asked_again_for_what_it_granted(sandbox: Sandbox) -> None:
    connect(sandbox, ALEX, [READONLY])
    address, _ = flow(sandbox, [READONLY]).authorization_url(login_hint=ALEX)

    assert "code" in consent(sandbox, address)


def test_prompt_none_for_something_new_needs_consent(sandbox: Sandbox) -> None:
    address, _ = flow(sandbox, [READONLY]).authorization_url(login_hint=ALEX, prompt="none")

    assert consent(sandbox, address)["error"] == "consent_required"


def test_a_wrong_client_secret_is_401(sandbox: Sandbox) -> None:
    answer = sandbox.http.post("/token", data={"grant_type": "refresh_token"}, auth=(CLIENT_ID, "wrong"))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "stranger"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/callback"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1@evil.example/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "https://www.googleapis.com/auth/everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_request"),
        ({"prompt": "none consent"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_bad_request_ends_on_a_page_and_never_redirects(
    sandbox: Sandbox, change: dict[str, str], code: str
) -> None:
    query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": READONLY}

    answer = sandbox.http.get("/o/oauth2/v2/auth", params={**query, **change, "sandbox_decision": "allow"})

    assert answer.status_code in {400, 401}
    assert code in answer.text
    assert "location" not in answer.headers


def test_the_consent_page_lists_accounts_and_scopes_and_escapes_what_it_shows(sandbox: Sandbox) -> None:
    sandbox.seed(alex(name="<script>alert(1)</script>"), dana())
    address, _ = flow(sandbox, [READONLY, MODIFY]).authorization_url(login_hint=DANA)

    page = sandbox.http.get(address)

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert f'value="{DANA}" checked' in page.text
    assert f'value="{MODIFY}" checked' in page.text
    assert "not Google" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


def test_answering_the_page_by_its_form_works_once(sandbox: Sandbox) -> None:
    address, _ = flow(sandbox, [READONLY, SEND]).authorization_url()
    ticket = sandbox.http.get(address).text.partition('name="ticket" value="')[2].partition('"')[0]
    form = {"ticket": ticket, "decision": "allow", "account": ALEX, "scope": READONLY}

    first, second = [sandbox.http.post("/o/oauth2/v2/auth/decision", data=form) for _ in range(2)]

    assert first.status_code == 302
    assert "gmail.readonly" in first.headers["location"]
    assert "gmail.send" not in first.headers["location"]
    assert second.status_code == 400


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
