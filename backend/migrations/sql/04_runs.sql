-- Runs, their steps, and the transitions the database itself enforces: a run is in one state, moved by one statement.

CREATE TABLE runs (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    message_id uuid NOT NULL REFERENCES messages (id),
    request text NOT NULL,
    workflow text,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'partial', 'failed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 1,
    account_ids uuid[] NOT NULL DEFAULT '{}',
    intent text,
    confidence integer CHECK (confidence BETWEEN 0 AND 100),
    plan jsonb,
    plan_digest text,
    current_step text,
    first_pass_over boolean NOT NULL DEFAULT false,
    fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    wake_wanted bigint NOT NULL DEFAULT 0,
    wake_seen bigint NOT NULL DEFAULT 0,
    cancel_wanted boolean NOT NULL DEFAULT false,
    question jsonb,
    summary text,
    problem jsonb,
    missing jsonb NOT NULL DEFAULT '[]',
    estimated_cost_usd numeric(12,6) NOT NULL DEFAULT 0,
    cost_usd numeric(12,6) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    started_at timestamptz,
    ended_at timestamptz,
    -- A change of a column that a foreign key could name locks the row FOR UPDATE, so FOR KEY SHARE holds the fence
    -- (and only the fence) still. Source: PostgreSQL manual, 13.3.2 Row-Level Locks.
    UNIQUE (id, fence)
);
CREATE INDEX runs_user_idx ON runs (user_id, created_at DESC);
CREATE INDEX runs_conversation_idx ON runs (conversation_id, created_at);
CREATE INDEX runs_open_idx ON runs (state) WHERE state IN ('queued', 'running', 'waiting');
ALTER TABLE messages ADD CONSTRAINT messages_run_fk FOREIGN KEY (run_id) REFERENCES runs (id);

CREATE TABLE run_steps (
    run_id uuid NOT NULL REFERENCES runs (id),
    attempt integer NOT NULL,
    step_id text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    node text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'done', 'waiting', 'failed', 'skipped')),
    detail text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL DEFAULT app_now(),
    ended_at timestamptz,
    PRIMARY KEY (run_id, attempt, step_id)
);

CREATE TABLE run_transitions (old text NOT NULL, new text NOT NULL, PRIMARY KEY (old, new));
INSERT INTO run_transitions VALUES
    ('queued', 'running'), ('queued', 'cancelled'), ('queued', 'failed'),
    ('running', 'waiting'), ('running', 'succeeded'), ('running', 'partial'), ('running', 'failed'), ('running', 'cancelled'),
    ('waiting', 'running'), ('waiting', 'cancelled'),
    ('failed', 'queued'), ('partial', 'queued'), ('cancelled', 'queued');

CREATE FUNCTION check_run_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT 1 FROM run_transitions t WHERE t.old = OLD.state AND t.new = NEW.state
    ) THEN
        RAISE EXCEPTION 'run % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.fence < OLD.fence THEN
        RAISE EXCEPTION 'run % fence may not fall', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER runs_transition BEFORE UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION check_run_transition();
