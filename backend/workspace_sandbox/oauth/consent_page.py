"""The page where a person chooses an account and says yes, no or partly; plainly not Google's.

Must not contain a value that was not escaped, nor a script.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlsplit

from workspace_sandbox.kernel.exchange import Reply
from workspace_sandbox.oauth.identity import IDENTITY_SCOPES
from workspace_sandbox.oauth.request import AuthorizationRequest

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
.brand { border: 2px dashed; padding: .5rem 1rem; border-radius: .5rem; }
fieldset { border: 1px solid; border-radius: .5rem; margin: 1.5rem 0; }
label { display: block; padding: .35rem 0; }
small { display: block; opacity: .8; overflow-wrap: anywhere; }
button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; }
"""
_IDENTITY_WORDS = "Know who you are (always included)"


def page(
    asked: AuthorizationRequest,
    accounts: Sequence[tuple[str, str]],
    descriptions: Mapping[str, str],
    ticket: str,
) -> Reply:
    """The consent page: accounts as radio buttons, scopes as boxes to untick, Allow and Deny."""
    chosen = asked.login_hint or (accounts[0][0] if accounts else "")
    body = f"""<h1>Let an application in?</h1>
<p><strong>{escape(asked.client_id)}</strong> asks for access to a sandbox account and will be told at
<code>{escape(asked.redirect_uri)}</code>.</p>
<form method="post" action="/o/oauth2/v2/auth/decision">
<input type="hidden" name="ticket" value="{escape(ticket)}">
<fieldset><legend>Account</legend>{"".join(_account(email, name, chosen) for email, name in accounts)}</fieldset>
<fieldset><legend>What it may do</legend>{"".join(_scope(s, descriptions) for s in asked.scopes)}</fieldset>
<button name="decision" value="allow">Allow what is ticked</button>
<button name="decision" value="deny">Deny</button>
</form>"""
    target = urlsplit(asked.redirect_uri)
    return _html("Consent", body, form_action=f"'self' {target.scheme}://{target.netloc}")


def error(code: str, message: str, status: int) -> Reply:
    """The page for a request that must not be answered by a redirect."""
    body = (
        f"<h1>Access blocked</h1><p>{escape(message)}</p><p><code>Error {status}: {escape(code)}</code></p>"
    )
    return _html("Access blocked", body, status=status)


def home(accounts: Sequence[tuple[str, str]], now: str) -> Reply:
    """The front page: what this is, who lives here, what time it is here."""
    people = "".join(f"<li>{escape(name)} <small>{escape(email)}</small></li>" for email, name in accounts)
    body = f"<h1>Workspace sandbox</h1><p>The time here is {escape(now)}.</p><ul>{people}</ul>"
    return _html("Workspace sandbox", body)


def _account(email: str, name: str, chosen: str) -> str:
    checked = " checked" if email.casefold() == chosen.casefold() else ""
    return (
        f'<label><input type="radio" name="account" value="{escape(email)}"{checked} required> '
        f"{escape(name)} <small>{escape(email)}</small></label>"
    )


def _scope(scope: str, descriptions: Mapping[str, str]) -> str:
    if scope in IDENTITY_SCOPES:
        return f"<label>{_IDENTITY_WORDS} <small>{escape(scope)}</small></label>"
    words = descriptions.get(scope, scope)
    return (
        f'<label><input type="checkbox" name="scope" value="{escape(scope)}" checked> '
        f"{escape(words)} <small>{escape(scope)}</small></label>"
    )


def _html(title: str, body: str, *, status: int = 200, form_action: str = "'none'") -> Reply:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action {form_action}; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)} - sandbox</title><style nonce="{nonce}">{_STYLE}</style></head>
<body><p class="brand">Sandbox on this computer. This is <strong>not Google</strong>; nothing leaves this machine.</p>
{body}</body></html>"""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Reply(status, text.encode(), headers)
