"""Refusals about jobs."""

from __future__ import annotations

from countersign.errors import ConflictError


class JobNotFailedError(ConflictError):
    """The job is waiting or running: it is still tried by itself."""

    code = "job_not_failed"
    action = "Wait until it succeeded or is among the dead letters."


class JobReplayedError(ConflictError):
    """The dead letter was replayed before."""

    code = "job_replayed"
    action = "Look at the job that it was replayed as."
