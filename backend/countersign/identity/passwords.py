"""What a password must be and how it is kept: as an Argon2id hash made in a few threads; it never sees the database.

Source: RFC 9106 section 4, second recommended option (3 passes, 64 MiB, 4 lanes, 128-bit salt, 256-bit tag).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from countersign.errors import InvalidError, TooManyError

MIN_LENGTH = 10
"""Source: NIST SP 800-63B section 3.1.1 asks for at least 8; the two more are our choice."""

MAX_LENGTH = 256
"""Longer ones would only cost time; NIST SP 800-63B asks for at least 64."""

_AT_ONCE = 2
"""Each hash takes 64 MiB unless configured, so two at once bound memory at 128 MiB a process."""

_MAX_WAITING = 64
"""At roughly 0.1 s a hash the last in this line waits about 3 s; further ones are told to come back."""

_T = TypeVar("_T")

_threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="argon2")
_waiting: set[asyncio.Future[object]] = set()

_STAND_IN_HASH = (
    "$argon2id$v=19$m={memory_kib},t=3,p=4$rOAKpZfcA4OR/8Un71ms5w$3OJ62TasVj7rU11mPx65ODvI4aTZQedDDX/4LTGtxtM"
)
"""What an unknown address is compared with, so that it costs the same time; its password was never kept."""


def check_password_rules(password: str, *, email_key: str) -> None:
    """Return when the password may be used.

    Raises:
        InvalidError: too short, too long, one character repeated, or the address itself; the words name the rule.
    """
    problem = _broken_rule(password, email_key)
    if problem is not None:
        raise InvalidError(
            problem,
            action="Choose another password; a few unrelated words are easy to remember and hard to guess.",
            fields=[{"path": "/password", "text": problem}],
        )


async def hash_password(password: str, *, memory_mib: int) -> str:
    """The Argon2id hash in its standard text form, with a fresh salt; it takes `memory_mib` to make or to check.

    Raises:
        TooManyError: too many hashes are waiting in this process.
    """
    return await _in_thread(lambda: _hasher(memory_mib).hash(password.encode("utf-8", "surrogatepass")))


async def verify_password(password_hash: str | None, password: str, *, memory_mib: int) -> bool:
    """Whether the password belongs to the hash; without a hash the same work is done and the answer is False.

    Raises:
        TooManyError: too many hashes are waiting in this process.
    """
    stand_in = _STAND_IN_HASH.format(memory_kib=memory_mib * 1024)
    matches = await _in_thread(lambda: _matches(password_hash or stand_in, password))
    return matches and password_hash is not None


def _broken_rule(password: str, email_key: str) -> str | None:
    folded = password.casefold()
    if len(password) < MIN_LENGTH:
        return f"The password is too short: it needs at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"The password is too long: at most {MAX_LENGTH} characters are kept."
    if len(set(password)) == 1:
        return "The password is one character repeated."
    if folded in {email_key, email_key.partition("@")[0]}:
        return "The password may not be your address."
    return None


def _hasher(memory_mib: int) -> PasswordHasher:
    return PasswordHasher.from_parameters(replace(RFC_9106_LOW_MEMORY, memory_cost=memory_mib * 1024))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


async def _in_thread(work: Callable[[], _T]) -> _T:
    if len(_waiting) >= _MAX_WAITING:
        msg = "Too many people are signing in at this moment."
        raise TooManyError(msg, retry_after_seconds=5)
    future = asyncio.get_running_loop().run_in_executor(_threads, work)
    _waiting.add(future)  # type: ignore[arg-type]  # the set only counts; futures are invariant in their result
    future.add_done_callback(_waiting.discard)
    return await future
