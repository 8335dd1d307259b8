"""A person at a client: keeps the session cookie by hand and sends what a browser would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

PASSWORD = "correct horse battery"
API = "/api/v1"
_COOKIE = re.compile(r"__Host-countersign=([^;]*)")


@dataclass
class Person:
    """One client of the application; `token` and `csrf` are empty until signed in."""

    origin: str
    email: str = "maya@acme.example"
    token: str = ""
    csrf: str = ""
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        # trust_env off: a proxy of the machine must not see loopback traffic.
        self.http = httpx.AsyncClient(base_url=self.origin, trust_env=False, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    @property
    def headers(self) -> dict[str, str]:
        """Cookie, Origin and CSRF token, as far as there are any."""
        cookie = {"Cookie": f"__Host-countersign={self.token}"} if self.token else {}
        csrf = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        return {"Origin": self.origin, **cookie, **csrf}

    async def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        """One request under `/api/v1`, as this person."""
        return await self.http.request(
            method, f"{API}{path}", headers={**self.headers, **(headers or {})}, **request
        )

    async def get(self, path: str, **request: Any) -> httpx.Response:
        """A reading request."""
        return await self.send("GET", path, **request)

    async def post(self, path: str, json: Any = None, **request: Any) -> httpx.Response:
        """POST with a JSON body."""
        return await self.send("POST", path, json=json, **request)

    async def register(self, password: str = PASSWORD) -> httpx.Response:
        """Register under this person's address."""
        return await self.post("/auth/register", {"email": self.email, "name": "Maya", "password": password})

    async def log_in(self, password: str = PASSWORD) -> httpx.Response:
        """Sign in and keep the session."""
        response = await self.post("/auth/login", {"email": self.email, "password": password})
        if response.status_code == 200:
            self.token = cookie_of(response)
            self.csrf = response.json()["csrf_token"]
        return response

    async def arrive(self) -> Self:
        """Register and sign in."""
        assert (await self.register()).status_code == 201
        assert (await self.log_in()).status_code == 200
        return self

    def in_another_tab(self) -> Person:
        """A second client with the same session cookie and no CSRF token yet."""
        return Person(self.origin, self.email, token=self.token)


def cookie_of(response: httpx.Response) -> str:
    """The session token that this answer sets; empty when it sets none."""
    found = _COOKIE.search(response.headers.get("set-cookie", ""))
    return found[1] if found else ""
