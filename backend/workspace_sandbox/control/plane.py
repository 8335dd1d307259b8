"""The control plane: what a test, the demo and a curious person do to the sandbox from outside.

Must not be reachable by a web page: a request with a foreign Origin is refused before it gets here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from workspace_sandbox import grants, ledger
from workspace_sandbox.control import delivery, world
from workspace_sandbox.kernel.exchange import Reply, Request, json_reply
from workspace_sandbox.kernel.faults import Fault, Faults
from workspace_sandbox.oauth.request import normalize_scopes
from workspace_sandbox.store import Store

_PREFIX = "/_sandbox/"
_PROBE_CLIENT = "sandbox-probe"

Json = dict[str, Any]


class ControlError(Exception):
    """A request the control plane cannot follow; `status` and words go back as JSON."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class ControlPlane:
    """Every path under `/_sandbox` but the unsubscribe address."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults
        self._routes: dict[tuple[str, str], Callable[[Json], Json]] = {
            ("GET", "health"): self.health,
            ("POST", "seed"): self.seed,
            ("GET", "state"): self.state,
            ("GET", "ledger"): self.ledger,
            ("POST", "snapshot"): self.snapshot,
            ("POST", "restore"): self.restore,
            ("GET", "clock"): self.read_clock,
            ("POST", "clock"): self.move_clock,
            ("POST", "deliver"): self.deliver,
            ("GET", "outbox"): self.outbox,
            ("GET", "faults"): self.read_faults,
            ("POST", "faults"): self.add_faults,
            ("DELETE", "faults"): self.remove_faults,
            ("POST", "token"): self.token,
        }

    def answer(self, request: Request) -> Reply:
        """The JSON reply; 400, 404, 405 or 413 carry `{"error": words}`."""
        name = request.path.removeprefix(_PREFIX)
        handler = self._routes.get((request.method, name))
        if handler is None:
            known = any(path == name for _, path in self._routes)
            return json_reply(
                {"error": f"No {request.method} {request.path} here."}, status=405 if known else 404
            )
        try:
            given = _body(request) if request.method == "POST" else dict(request.query_pairs())
            return json_reply(handler(given))
        except ControlError as error:
            return json_reply({"error": str(error)}, status=error.status)
        except (ValueError, TypeError, KeyError) as error:
            return json_reply({"error": f"{type(error).__name__}: {error}"}, status=400)

    def health(self, _given: Json) -> Json:
        """That the sandbox serves, its time, its process id and how many accounts live here."""
        row = self.store.one("SELECT count(*) AS n FROM accounts")
        accounts = 0 if row is None else row["n"]
        return {"ok": True, "now": self.store.now().isoformat(), "pid": os.getpid(), "accounts": accounts}

    def seed(self, given: Json) -> Json:
        """Replace the world; every token, fault, ledger entry and the clock of the old one are gone."""
        world.load_world(self.store, given)
        self.faults.remove()
        return self.health({})

    def state(self, given: Json) -> Json:
        """One account (`account=`), or the whole world, in the shape of the seed."""
        email = given.get("account")
        if email is None:
            return world.dump_world(self.store)
        account = world.dump_account(self.store, email)
        if account is None:
            raise ControlError(f"There is no account {email}", 404)
        return account

    def ledger(self, given: Json) -> Json:
        """`{"entries": [...]}`, optionally `after=` a sequence number, of one `account=`, of a `method=` pattern."""
        after = int(given.get("after", 0))
        entries = ledger.read(
            self.store, after=after, account=given.get("account"), method=given.get("method")
        )
        return {"entries": entries}

    def snapshot(self, given: Json) -> Json:
        """Remember the world under a name until the process ends."""
        self.store.snapshot(_name(given))
        return {"name": _name(given)}

    def restore(self, given: Json) -> Json:
        """Go back to a snapshot: mail, tokens, ledger and clock; faults end."""
        if not self.store.restore(_name(given)):
            raise ControlError(f"There is no snapshot named {_name(given)}", 404)
        self.faults.remove()
        return {"name": _name(given)}

    def read_clock(self, _given: Json) -> Json:
        """The sandbox's time and how far it is from the machine's."""
        return {
            "now": self.store.now().isoformat(),
            "offset_seconds": self.store.clock.offset.total_seconds(),
        }

    def move_clock(self, given: Json) -> Json:
        """`{"set": ISO 8601 with zone}`, `{"advance": seconds}`, or `{"reset": true}` for real time."""
        if not given or set(given) - {"set", "advance", "reset"}:
            raise ControlError("Give set (ISO 8601 with zone), advance (seconds) or reset (true)")
        with self.store.transaction():
            if given.get("reset"):
                self.store.move_clock(by=-self.store.clock.offset)
            moment = datetime.fromisoformat(given["set"]) if "set" in given else None
            self.store.move_clock(to=moment, by=timedelta(seconds=given.get("advance", 0)))
        return self.read_clock({})

    def deliver(self, given: Json) -> Json:
        """A new mail arrives from outside; see `control/delivery.py` for its shape."""
        with self.store.transaction():
            return delivery.deliver(self.store, given)

    def outbox(self, given: Json) -> Json:
        """Mail to addresses that do not live here: it ends in the outbox and is shown here."""
        return {"entries": delivery.outbox(self.store, given.get("account"))}

    def read_faults(self, _given: Json) -> Json:
        """The rules in force, with how often each has fired."""
        return {"faults": [asdict(rule) for rule in self.faults.rules]}

    def add_faults(self, given: Json) -> Json:
        """One more rule (see `kernel/faults.py` for its fields); the first that matches a request acts."""
        rule: Fault = self.faults.add(given)
        return asdict(rule)

    def remove_faults(self, given: Json) -> Json:
        """End the rule `id=`, or all of them."""
        self.faults.remove(given.get("id"))
        return self.read_faults({})

    def token(self, given: Json) -> Json:
        """An access token for `{"email", "scopes" (list or text), "expires_in" (seconds)}`, without any consent."""
        scopes = given.get("scopes", [])
        text = scopes if isinstance(scopes, str) else " ".join(scopes)
        row = self.store.one("SELECT email FROM accounts WHERE email = ?", (given.get("email"),))
        if row is None:
            raise ControlError(f"There is no account {given.get('email')}", 404)
        seconds = int(given.get("expires_in", grants.ACCESS_TOKEN_SECONDS))
        granted = normalize_scopes(text)
        with self.store.transaction():
            grant_id = grants.grant(self.store, _PROBE_CLIENT, row["email"], frozenset(granted))
            token = grants.issue_access_token(self.store, grant_id, " ".join(granted), seconds=seconds)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": " ".join(granted),
        }


def _body(request: Request) -> Json:
    if not request.body.strip():
        return {}
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise ControlError("The body must be a JSON object")
    return body


def _name(given: Json) -> str:
    return str(given.get("name", "default"))
