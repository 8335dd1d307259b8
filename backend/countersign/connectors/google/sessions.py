"""HTTP connections for Google's synchronous client: kept alive for reads, one single try for writes.

httplib2 sends a request again by itself when the connection ends before an answer (`Http._conn_request`: "retry
regardless of the number of RETRIES"). For a write that means a second mail, so writes use a connection class that
turns that case into a plain reset, on a connection no earlier call has used.
Source: httplib2 0.32 `__init__.py`; https://github.com/googleapis/google-api-python-client/blob/main/docs/thread_safety.md
"""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress
from typing import Any

import httplib2
from google.oauth2.credentials import Credentials as GoogleCredentials
from google_auth_httplib2 import AuthorizedHttp


class _OneTryConnection(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # httplib2 has no types
    """A plain connection that is never sent on twice."""

    def getresponse(self) -> http.client.HTTPResponse:
        """The answer, or a reset when none came."""
        return _answer(super().getresponse)


class _OneTryTlsConnection(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]  # httplib2 has no types
    """A TLS connection that is never sent on twice."""

    def getresponse(self) -> http.client.HTTPResponse:
        """The answer, or a reset when none came."""
        return _answer(super().getresponse)


class OneTryHttp(httplib2.Http):  # type: ignore[misc]  # httplib2 has no types
    """An Http whose requests go out at most once."""

    def request(self, uri: str, *args: Any, **kwargs: Any) -> tuple[httplib2.Response, bytes]:
        """As httplib2, with the connection class chosen here."""
        kwargs["connection_type"] = _OneTryTlsConnection if uri.startswith("https:") else _OneTryConnection
        answer: tuple[httplib2.Response, bytes] = super().request(uri, *args, **kwargs)
        return answer


class Sessions:
    """Authorised Http objects: one per thread for reads, a fresh one per write. Never shared by two calls at once."""

    def __init__(self, timeout_seconds: float, *, direct: bool) -> None:
        """`timeout_seconds` bounds each socket operation; `direct` ignores proxy settings (loopback)."""
        self._timeout_seconds = timeout_seconds
        self._direct = direct
        self._per_thread = threading.local()
        self._kept: list[httplib2.Http] = []

    def for_read(self, token: str) -> AuthorizedHttp:
        """This thread's connection, kept alive, carrying `token`."""
        kept = getattr(self._per_thread, "http", None)
        if kept is None:
            kept = self._prepare(httplib2.Http(**self._options()))
            self._per_thread.http = kept
            self._kept.append(kept)
        return _authorised(kept, token)

    def for_write(self, token: str) -> AuthorizedHttp:
        """A new connection that sends once, carrying `token`; the caller closes it."""
        return _authorised(self._prepare(OneTryHttp(**self._options())), token)

    def close(self) -> None:
        """Close the kept connections; only after every thread has ended."""
        for kept in self._kept:
            kept.close()

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"timeout": self._timeout_seconds}
        if self._direct:
            options["proxy_info"] = None
        return options

    @staticmethod
    def _prepare(plain: httplib2.Http) -> httplib2.Http:
        plain.follow_redirects = False  # a redirect would carry the bearer token to another host
        return plain


def abort(session: AuthorizedHttp) -> None:
    """Wake the thread that is blocked on this session by shutting its sockets; safe when nothing is connected."""
    for connection in list(session.connections.values()):
        open_socket = getattr(connection, "sock", None)
        if open_socket is not None:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)


def _authorised(plain: httplib2.Http, token: str) -> AuthorizedHttp:
    # Refreshing is ours (one flight per account), so a 401 comes back as it is.
    return AuthorizedHttp(GoogleCredentials(token=token), http=plain, refresh_status_codes=())  # type: ignore[no-untyped-call]  # google-auth leaves it untyped


def _answer(read: Any) -> http.client.HTTPResponse:  # noqa: ANN401 - a bound method of an untyped class
    try:
        answer: http.client.HTTPResponse = read()
    except (http.client.BadStatusLine, http.client.ResponseNotReady) as exc:
        raise ConnectionResetError("the connection ended before an answer") from exc
    return answer
