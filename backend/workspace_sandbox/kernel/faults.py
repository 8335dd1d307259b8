"""Injected faults: what goes wrong, for which methods, how often.

Must not touch the database: faults are weather, no part of the world, and end with a new seed or a restart.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.kernel.exchange import Reply

_COUNTER = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One rule; the first rule that matches a request is the one that acts.

    Attributes:
        method: pattern on method ids, `gmail.users.drafts.*`; OAuth has `oauth2.token`, `oauth2.revoke`.
        account: only requests of this account, when given. Requests without a known account never match it.
        status: answer with this status; nothing takes effect unless `commit` is true.
        reason: Google's reason for that answer.
        retry_after: seconds for the Retry-After header of that answer.
        drop: cut the connection without an answer, after committing unless `commit` is false.
        commit: whether the request takes effect before `status` or `drop` acts; default: only with `drop`.
        latency_seconds: wait before doing anything.
        latency_after_seconds: wait between commit and answer.
        stall_seconds: wait this long, then commit although the caller may have given up.
        count: how many requests it hits; None is no limit.
        probability: of acting on a matching request, 0 to 1.
        fired: how often it has acted.
    """

    method: str
    account: str | None = None
    status: int | None = None
    reason: str = "backendError"
    retry_after: int | None = None
    drop: bool = False
    commit: bool | None = None
    latency_seconds: float = 0.0
    latency_after_seconds: float = 0.0
    stall_seconds: float = 0.0
    count: int | None = None
    probability: float = 1.0
    fired: int = 0
    id: str = ""

    @property
    def takes_effect(self) -> bool:
        """Whether the request is performed at all."""
        if self.commit is not None:
            return self.commit
        return self.status is None

    def words(self) -> str:
        """What the ledger says about it, for example `drop, commit`."""
        parts = {
            f"status {self.status}": self.status is not None,
            "drop": self.drop,
            f"stall {self.stall_seconds:g} s": self.stall_seconds > 0,
            f"latency {self.latency_seconds + self.latency_after_seconds:g} s": (
                self.latency_seconds + self.latency_after_seconds > 0
            ),
        }
        said = [words for words, holds in parts.items() if holds]
        return ", ".join([*said, "commit" if self.takes_effect else "no effect"])

    def error(self) -> GoogleError:
        """The refusal that `status` stands for (503 when only `drop` was asked)."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        message = "The sandbox was told to fail here."
        return GoogleError(self.status or 503, self.reason, message, headers=headers)


class Faults:
    """The rules in force."""

    def __init__(self, seed: int | None = None) -> None:
        self.rules: list[Fault] = []
        # Not a secret: a fixed seed makes a run with probabilities repeatable.
        self._random = random.Random(seed)  # noqa: S311 - repeatable faults, not a secret

    def add(self, raw: dict[str, Any]) -> Fault:
        """The new rule made from JSON, in force from now on.

        Raises:
            TypeError: for an unknown or missing field.
            ValueError: for a value that cannot be meant.
        """
        fault = Fault(**raw)
        if fault.status is not None and not 400 <= fault.status <= 599:
            raise ValueError("status must be between 400 and 599")
        if not 0 <= fault.probability <= 1:
            raise ValueError("probability must be between 0 and 1")
        fault.id = fault.id or f"fault-{next(_COUNTER)}"
        self.rules.append(fault)
        return fault

    def remove(self, fault_id: str | None = None) -> None:
        """End one rule, or all of them."""
        self.rules = [rule for rule in self.rules if fault_id is not None and rule.id != fault_id]

    def draw(self, method_id: str, account: str | None) -> Fault | None:
        """The rule that acts on this request, counted as used, or None."""
        for rule in self.rules:
            if rule.count is not None and rule.fired >= rule.count:
                continue
            if not fnmatchcase(method_id, rule.method) or rule.account not in {None, account}:
                continue
            if self._random.random() < rule.probability:
                rule.fired += 1
                return rule
        return None


async def through(
    fault: Fault | None, perform: Callable[[], Reply], refuse: Callable[[Fault], Reply]
) -> Reply | None:
    """The answer as the fault leaves it; None means that the connection is to be cut.

    `perform` commits; `refuse` only builds (and records) the injected refusal. Waiting never holds a transaction,
    so other requests go on meanwhile.
    """
    if fault is None:
        return perform()
    await _wait(fault.latency_seconds + fault.stall_seconds)
    reply = perform() if fault.takes_effect else refuse(fault)
    await _wait(fault.latency_after_seconds)
    if fault.drop:
        return None
    if fault.takes_effect and fault.status is not None:
        return refuse(fault)
    return reply


def _wait(seconds: float) -> Awaitable[None]:
    return asyncio.sleep(seconds)
