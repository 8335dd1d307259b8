"""One person using a whole installation over HTTP, in the words of the product."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.api.person import Person
from tests.flows.installation import Installation

WAIT_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.05
Json = dict[str, Any]


@dataclass
class Story:
    """A signed-in person at an installation; every step asserts that it was accepted unless it says otherwise."""

    person: Person
    installation: Installation

    async def connect(self, email: str, *more: str, account_type: str = "work") -> str:
        """Connect an account by the real consent flow, allowing all that is asked for (`more` abilities); its id."""
        asked = {"type": account_type, "abilities": ["read_mail", "draft_and_send", *more]}
        started = await self.accepted(await self.person.post("/accounts/connect", asked))
        consent = await self._consent(started["url"], email)
        back = await self.person.http.get(
            consent.headers["location"], headers={**self.person.headers, "Accept": "application/json"}
        )
        account_id: str = (await self.accepted(back))["account_id"]
        return account_id

    async def ask(self, text: str, conversation_id: str | None = None) -> Json:
        """Say something; what was accepted (`conversation_id`, `run_id`)."""
        path = f"/conversations/{conversation_id}/messages" if conversation_id else "/messages"
        return await self.accepted(await self.person.post(path, {"text": text}))

    async def run(self, run_id: str) -> Json:
        """The run as it is now."""
        return await self.accepted(await self.person.get(f"/runs/{run_id}"))

    async def run_in(self, run_id: str, *states: str) -> Json:
        """The run once it is in one of these states."""
        return await self.until(lambda: self.run(run_id), lambda run: run["state"] in states)

    async def answer(self, run_id: str, *states: str) -> str:
        """What the assistant said in a run, once the run is in one of these states (by default: ended well)."""
        run = await self.run_in(run_id, *(states or ("succeeded", "partial", "failed", "cancelled")))
        assert run["state"] in (states or ("succeeded",)), run
        return (await self.answers(run))[-1]

    async def answers(self, run: Json) -> list[str]:
        """Everything the assistant said in a run, oldest first."""
        path = f"/conversations/{run['conversation_id']}/messages"
        said = (await self.accepted(await self.person.get(path)))["items"]
        return [
            one["text"] for one in reversed(said) if one["role"] == "assistant" and one["run_id"] == run["id"]
        ]

    async def cards(self, run_id: str, status: str | None = None) -> list[Json]:
        """The cards of a run."""
        query = {"status": status} if status else {}
        page = await self.accepted(await self.person.get("/approvals", params=query))
        return [card for card in page["items"] if card["run_id"] == run_id]

    async def card_of(self, run_id: str) -> Json:
        """The one card of a run, once the run waits for a decision."""
        await self.run_in(run_id, "waiting", "failed", "succeeded")
        [card] = await self.cards(run_id)
        return card

    async def card(self, approval_id: str) -> Json:
        """A card as it is now."""
        return await self.accepted(await self.person.get(f"/approvals/{approval_id}"))

    async def edit(self, card: Json, **changes: Any) -> Json:
        """The next version with these fields changed (`body_text=...`)."""
        body = {"version": card["version"], "changes": {f"/{name}": value for name, value in changes.items()}}
        return await self.accepted(await self.person.post(f"/approvals/{card['id']}/edit", body))

    async def decide(
        self, card: Json, verb: str, *, key: str | None = None, words: str | None = None
    ) -> httpx.Response:
        """Decide on exactly what this card says."""
        note = {"reject": "reason", "respond": "instructions"}.get(verb)
        body = {
            "verb": verb,
            "version": card["version"],
            "digest": card["digest"],
            "acknowledged": card["requires"],
            **({note: words} if note and words else {}),
        }
        return await self.keyed(f"/approvals/{card['id']}/decide", body, key)

    async def approve(self, card: Json) -> Json:
        """Approve exactly what this card says."""
        return await self.accepted(await self.decide(card, "approve"))

    async def keyed(self, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        """POST with an Idempotency-Key, a new one unless given."""
        return await self.person.post(path, body, headers={"Idempotency-Key": key or str(uuid4())})

    async def action(self, action_id: str) -> Json:
        """An action as it is now."""
        return await self.accepted(await self.person.get(f"/actions/{action_id}"))

    async def action_in(self, action_id: str, *states: str) -> Json:
        """The action once it is in one of these states."""
        return await self.until(lambda: self.action(action_id), lambda action: action["state"] in states)

    async def events(self) -> list[Json]:
        """Everything that happened so far, in order."""
        page = await self.accepted(await self.person.get("/events"))
        found: list[Json] = page["events"]
        return found

    @staticmethod
    async def until(look: Any, is_wanted: Any, seconds: float = WAIT_SECONDS) -> Json:
        """What `look` shows once it is as wanted."""
        deadline = time.monotonic() + seconds
        while not is_wanted(seen := await look()):
            assert time.monotonic() < deadline, f"still not so after {seconds:.0f} s: {seen}"
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        found: Json = seen
        return found

    @staticmethod
    async def accepted(response: httpx.Response) -> Json:
        """The answer's JSON; a refusal fails the test with its words."""
        assert response.is_success, f"{response.status_code} {response.text}"
        answer: Json = response.json()
        return answer

    async def _consent(self, url: str, email: str) -> httpx.Response:
        choice = f"{url}&sandbox_account={email}&sandbox_decision=allow"
        async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
            response = await browser.get(choice)
        assert response.is_redirect, response.text
        return response
