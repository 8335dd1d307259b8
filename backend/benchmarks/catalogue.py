"""Every benchmark by name, in the order in which they run; it measures nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks import (
    asked_actions,
    mime_sets,
    quoted_replies,
    reply,
    request,
    sandbox_calls,
    sandbox_import,
    spoken_days,
    ten_nodes,
    told_mails,
)
from benchmarks.figures import Figure
from benchmarks.place import Place


@dataclass(frozen=True)
class Benchmark:
    """One benchmark.

    Attributes:
        says: what it shows, in a few words.
        public: whether it reads a public set and so needs `--data`.
    """

    name: str
    says: str
    measure: Callable[[Place], list[Figure]]
    public: bool = False


def _waited_for(measure: Callable[[Place], Awaitable[list[Figure]]]) -> Callable[[Place], list[Figure]]:
    async def wait(place: Place) -> list[Figure]:
        return await measure(place)

    return lambda place: asyncio.run(wait(place))


BENCHMARKS = (
    Benchmark("stock", "ten nodes with one interrupt: stock LangGraph and our saver", _waited_for(ten_nodes.measure)),
    Benchmark("request", "our main job by a whole installation, beside stock", _waited_for(request.measure)),
    Benchmark("time", "where the time of one request goes", _waited_for(reply.measure)),
    Benchmark("sandbox", "the sandbox: mails ready, calls over HTTP", sandbox_calls.measure),
    Benchmark("import", "the sandbox: import of a Takeout mbox", sandbox_import.measure),
    Benchmark("mime", "other people's MIME tests", mime_sets.measure, public=True),
    Benchmark("replies", "replies cut from their quotations", quoted_replies.measure, public=True),
    Benchmark("asking", "sentences that ask for action", asked_actions.measure, public=True),
    Benchmark("telling", "what public mails say, each sentence checked", told_mails.measure, public=True),
    Benchmark("days", "phrases that mean days", spoken_days.measure, public=True),
)  # fmt: skip
