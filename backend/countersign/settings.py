"""Every setting of one installation, read once from the environment and `.env`; holds no logic of any room.

Units are in the names. Secrets never have a default that would work outside development.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_GOOGLE_CLIENT_ID = "countersign-sandbox.apps.example"
DEVELOPMENT_GOOGLE_CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - works only against the loopback sandbox
SAFE_PASSWORD_MEMORY_MIB = 64
"""Source: RFC 9106 section 4, second recommended option."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class ServiceQuota(BaseModel):
    """What one account may use of one Google service: `units` in any `window_seconds`, and what a call takes.

    Mail's 250 units a second are counted by the minute, as Google does: a request may read many mails at once.
    Source: https://developers.google.com/workspace/gmail/api/reference/quota. Google projects made since May 2026 have
    6,000 units a minute and account for mail: `{"gmail": {"units": 6000, "window_seconds": 60, ...}}`.
    """

    model_config = ConfigDict(frozen=True)

    units: int = Field(gt=0)
    window_seconds: int = Field(gt=0)
    read_units: int = Field(default=1, gt=0)
    write_units: int = Field(default=1, gt=0)


class Settings(BaseSettings):
    """One installation's settings; environment variables of the same name in capitals win over `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Literal["development", "test", "production"] = "development"

    database_url: SecretStr = Field(default=SecretStr(""), description="Postgres as the app role.")
    database_system_url: SecretStr = Field(
        default=SecretStr(""), description="As the system role (queue, scans)."
    )
    database_owner_url: SecretStr = Field(
        default=SecretStr(""), description="Postgres as the owner role (migrations)."
    )
    database_pool_size: int = 10
    data_dir: Path | None = Field(
        default=None, description="What this clone stores; empty means its usual folder."
    )
    keys_dir: Path = Field(
        default=Path("keys"), description="Folder of the key files, 0600, outside the database."
    )

    host: str = "127.0.0.1"
    port: int = 8000
    public_origin: str = Field(default="", description="Origin people type; empty means http://HOST:PORT.")

    google_base_url: str = Field(default="", description="Sandbox origin; empty means the real Google.")
    google_client_id: str = DEVELOPMENT_GOOGLE_CLIENT_ID
    google_client_secret: SecretStr = SecretStr(DEVELOPMENT_GOOGLE_CLIENT_SECRET)
    google_read_retry_waits_seconds: tuple[float, ...] = Field(
        default=(1.0, 2.0, 4.0, 8.0, 16.0),
        description="Waits before a failed read is tried again (give or take 25 %); as JSON, [] tries once.",
    )
    google_quotas: dict[str, ServiceQuota] = Field(
        default={
            "gmail": ServiceQuota(units=15_000, window_seconds=60, read_units=5, write_units=10),
            "calendar": ServiceQuota(units=500, window_seconds=1),
            "drive": ServiceQuota(units=1000, window_seconds=100),
        },
        description="Each account's quota by service, as JSON; compare it with your Google project's quota page.",
    )
    breaker_failure_percent: int = Field(
        default=50, ge=1, le=100, description="Share of failed calls to Google that stops an account's reads."
    )
    breaker_min_calls: int = Field(default=5, ge=1, description="Fewer calls in the window never stop reads.")
    breaker_window_seconds: float = Field(default=60, gt=0)
    breaker_open_seconds: float = Field(default=30, gt=0, description="Rest before one read is tried alone.")
    google_threads: int = Field(
        default=16, description="Threads for Google's synchronous client, per process."
    )

    sending: bool = Field(
        default=True, description="Master switch: off turns approved actions back to proposed."
    )
    hold_seconds: int = 300
    undo_seconds: int = 300
    approval_expiry_minutes: int = 30
    batch_expiry_minutes: int = 45
    execute_by_hours: int = 24

    provider_call_timeout_seconds: int = 20
    action_lease_seconds: int = 30
    run_lease_seconds: int = 15
    run_lease_renew_seconds: int = 5
    worker_heartbeat_seconds: float = 2
    worker_stalled_seconds: float = 10
    reaper_interval_seconds: float = 5
    scan_interval_seconds: float = 1
    worker_concurrency: int = 16

    session_idle_hours: int = 12
    session_days: int = 30
    password_memory_mib: int = Field(
        default=SAFE_PASSWORD_MEMORY_MIB,
        ge=1,
        description="Memory of one password hash; production takes no less than the default.",
    )
    login_failures_allowed: int = 10
    login_lock_minutes: int = 15
    plan: Literal["free", "pro", "enterprise"] = Field(
        default="enterprise", description="How many requests an hour each person of this installation has."
    )
    requests_per_hour_free: int = Field(default=100, ge=1)
    requests_per_hour_pro: int = Field(default=1_000, ge=1)
    requests_per_hour_enterprise: int = Field(default=10_000, ge=1)
    sign_ins_per_hour: int = Field(
        default=100,
        ge=1,
        description="Logins and registrations from one network address, whether they succeed or not.",
    )
    request_body_limit_bytes: int = 1_000_000
    attachment_limit_bytes: int = Field(
        default=25_000_000, description="One uploaded file; Gmail takes no more."
    )
    attachments_total_limit_bytes: int = Field(
        default=500_000_000, description="All uploaded files of one person together."
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def origin(self) -> str:
        """Scheme, host and port a browser uses for this installation."""
        return self.public_origin.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def movable_clock(self) -> bool:
        """Whether `app_now()` may be moved here: only in development and test."""
        return self.environment != "production"

    @property
    def requests_per_hour(self) -> int:
        """Requests that one person may make in an hour under this installation's plan."""
        by_plan = {
            "free": self.requests_per_hour_free,
            "pro": self.requests_per_hour_pro,
            "enterprise": self.requests_per_hour_enterprise,
        }
        return by_plan[self.plan]

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        if self.environment == "production":
            if self.google_client_secret.get_secret_value() == DEVELOPMENT_GOOGLE_CLIENT_SECRET:
                msg = "GOOGLE_CLIENT_SECRET still has the development value; set your own Google project's secret"
                raise ValueError(msg)
            if self.google_base_url:
                msg = "GOOGLE_BASE_URL points at a sandbox; leave it empty in production"
                raise ValueError(msg)
        if self.environment == "production" and self.password_memory_mib < SAFE_PASSWORD_MEMORY_MIB:
            msg = (
                f"PASSWORD_MEMORY_MIB is below {SAFE_PASSWORD_MEMORY_MIB}: passwords would be cheap to guess"
            )
            raise ValueError(msg)
        host = self.origin.split("://", 1)[-1].rsplit(":", 1)[0]
        if self.origin.startswith("http://") and host not in LOOPBACK_HOSTS:
            msg = f"{self.origin} is plain http beyond loopback, where browsers refuse the session cookie; use https"
            raise ValueError(msg)
        return self
