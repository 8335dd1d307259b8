"""One of everything a person can own, for tests that try to reach it as somebody else."""

from __future__ import annotations

from countersign.jobs.models import job_id
from countersign.kit.ids import from_public, new_id, to_public
from tests.api.person import Person
from tests.cluster import ProductDatabase

SAMPLED = {
    "conversation_id",
    "run_id",
    "checkpoint_id",
    "account_id",
    "action_id",
    "approval_id",
    "attachment_id",
    "batch_id",
    "job_id",
}
"""The id parameters that `things_of` has a value for."""

_DIGEST = "sha256:" + "0" * 64


async def things_of(person: Person, database: ProductDatabase) -> dict[str, str]:
    """Ids of that person's things by parameter name; rows only, nothing runs."""
    accepted = (await person.post("/messages", {"text": "Water the plants"})).json()
    run_id = from_public("run", accepted["run_id"])
    file = {"file": ("list.txt", b"water, soil")}
    attachment_id = (await person.send("POST", "/attachments", files=file)).json()["id"]
    account_id, action_id, approval_id, batch_id = new_id(), new_id(), new_id(), new_id()
    await database.as_owner(
        "INSERT INTO accounts (id, user_id, provider, email, type) "
        "SELECT $1, user_id, 'google', 'lee@mail.example', 'work' FROM runs WHERE id = $2",
        account_id,
        run_id,
    )
    await database.as_owner(
        "INSERT INTO actions (id, run_id, plan_step, user_id, account_id, kind, payload, digest, hold_seconds, "
        "undo_mode) "
        "SELECT $1, id, 'reply', user_id, $2, 'mail.reply', '{}', $4, 300, 'held' FROM runs WHERE id = $3",
        action_id,
        account_id,
        run_id,
        _DIGEST,
    )
    await database.as_owner(
        "INSERT INTO action_versions (action_id, version, user_id, kind, payload, digest, preview, made_by) "
        "SELECT id, 1, user_id, kind, payload, digest, '{}', 'plan' FROM actions WHERE id = $1",
        action_id,
    )
    await database.as_owner(
        "INSERT INTO approvals (id, action_id, run_id, user_id, batch_id, group_key, expires_at) "
        "SELECT $1, id, run_id, user_id, $3, 'thread', app_now() + interval '30 minutes' FROM actions WHERE id = $2",
        approval_id,
        action_id,
        batch_id,
    )
    (job,) = await database.as_owner(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, args) "
        "SELECT 'default', 'drive_run', 'failed', 4, jsonb_build_object('run_id', id, 'user_id', user_id) "
        "FROM runs WHERE id = $1 RETURNING id, (args ->> 'user_id')::uuid AS user_id",
        run_id,
    )
    return {
        **accepted,
        "job_id": to_public("job", job_id(job["user_id"], job["id"])),
        "checkpoint_id": "1f0b5e6e-0000-6000-8000-000000000000",
        "account_id": to_public("acc", account_id),
        "action_id": to_public("act", action_id),
        "approval_id": to_public("apr", approval_id),
        "batch_id": to_public("bat", batch_id),
        "attachment_id": attachment_id,
    }
