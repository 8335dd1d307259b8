"""Connecting an account works as with Google, including everything that can go wrong on the way."""

from __future__ import annotations

import pytest
from google.auth.exceptions import RefreshError
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
