-- The event log and the audit log of each user, and the one row that orders both.

CREATE TABLE event_heads (
    user_id uuid PRIMARY KEY,
    head bigint NOT NULL DEFAULT 0,
    audit_head bigint NOT NULL DEFAULT 0,
    audit_chain bytea NOT NULL DEFAULT '\x'
);

CREATE TABLE events (
    user_id uuid NOT NULL,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    ts timestamptz NOT NULL DEFAULT app_now(),
    run_id uuid,
    type text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (user_id, seq)
);
CREATE INDEX events_run_idx ON events (run_id, seq);

CREATE TABLE audit (
    user_id uuid NOT NULL,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    ts timestamptz NOT NULL,
    actor text NOT NULL,
    verb text NOT NULL,
    run_id uuid,
    action_id uuid,
    account_id uuid,
    details bytea NOT NULL,
    key_id text NOT NULL,
    chain bytea NOT NULL,
    PRIMARY KEY (user_id, seq)
);
CREATE INDEX audit_action_idx ON audit (action_id);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_append_only BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
