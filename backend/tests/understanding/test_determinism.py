"""The same request in the same context is the same plan, byte for byte, in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from countersign.understanding.context import RequestContext
from countersign.understanding.request import understand
from tests.understanding.reading import as_plan

_REQUESTS = (
    "Reply to the last mail from Dana saying we can take delivery on Wednesday",
    "reply to my landlord's mail about the heating: it's cold; thanks",
    "Email Zoë and Ana, cc bob@x.example, subject Roof, saying it is done and attach the plan from Kim's last mail",
    "Forward Kim's invoice from Monday to tax@x.example and my wife with the note please pay",
    "Draft a reply to all on Kim's mail about the roof saying yes",
    "Archive all promotional mails older than 30 days that I haven't read",
    "Summarize emails about Project X and draft responses",
    "tell Zoë that she should call me and ask her whether she got the “blue” box",
)
_CHILD = """
import sys
from countersign.understanding.context import RequestContext
from countersign.understanding.request import understand
context = RequestContext.model_validate_json(sys.argv[1])
for _ in range(50):
    for request in sys.argv[2:]:
        print(understand(request, context).canonical_json().hex())
"""


def _printed_with(seed: str, context: RequestContext) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
    arguments = [sys.executable, "-c", _CHILD, context.model_dump_json(), *_REQUESTS]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


def test_a_hundred_repeats_in_two_processes_with_other_hash_seeds_give_the_same_bytes(
    context: RequestContext,
) -> None:
    here = [as_plan(understand(request, context)).canonical_json().hex() for request in _REQUESTS]

    printed = [_printed_with(seed, context) for seed in ("0", "4242")]

    assert printed == [here * 50] * 2


def test_the_digest_is_sha_256_over_the_plan_without_its_context(context: RequestContext) -> None:
    plan = as_plan(understand(_REQUESTS[0], context))
    later = as_plan(understand(_REQUESTS[0], context.model_copy(update={"user_name": "Sam"})))

    assert len(plan.digest) == len(hashlib.sha256().hexdigest())
    assert plan.digest == later.digest
    assert plan.context_digest != later.context_digest


def test_another_wording_to_send_is_another_plan(context: RequestContext) -> None:
    one = as_plan(understand("Reply to Dana saying we can come", context))
    other = as_plan(understand("Reply to Dana saying we cannot come", context))

    assert one.digest != other.digest
