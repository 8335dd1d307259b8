-- What a person sees of the queue: their own jobs, how often each failed, and what became of a dead letter.

-- The queue keeps no error. Only the error's type and code are kept here: its words may quote mail.
-- `retry_at` and `own_jobs` are in the machine's time, as the queue keeps it; `failed_at` is in the installation's.
CREATE TABLE job_failures (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    queue_id bigint NOT NULL UNIQUE,
    attempts integer NOT NULL,
    error_type text,
    error_code text,
    failed_at timestamptz NOT NULL DEFAULT app_now(),
    retry_at timestamptz,
    replayed_at timestamptz,
    replayed_as uuid
);
ALTER TABLE job_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_failures FORCE ROW LEVEL SECURITY;

-- The queue's rows carry no policy: this view is the only way a request reads them.
CREATE VIEW own_jobs WITH (security_barrier) AS
    SELECT j.id AS queue_id, j.task_name::text AS task, j.status::text AS status, j.attempts, j.scheduled_at,
        (j.args ->> 'run_id')::uuid AS run_id, (j.args ->> 'action_id')::uuid AS action_id,
        (j.args ->> 'replay_of')::uuid AS replay_of,
        (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'deferred') AS queued_at
    FROM procrastinate_jobs j
    WHERE j.args ->> 'user_id' = (SELECT app_user_id())::text AND j.status IN ('todo', 'doing', 'failed');

DO $$
DECLARE
    app text := current_setting('countersign.app_role');
BEGIN
    EXECUTE format('CREATE POLICY own_rows ON job_failures TO %I USING (user_id = (SELECT app_user_id())) WITH CHECK (user_id = (SELECT app_user_id()))', app);
    CREATE POLICY owner_rows ON job_failures TO CURRENT_USER USING (true) WITH CHECK (true);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON job_failures TO %I', app);
    EXECUTE format('GRANT SELECT ON own_jobs TO %I', app);
END $$;
