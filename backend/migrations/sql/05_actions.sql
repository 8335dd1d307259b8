-- Actions, their versions, approvals, decisions and attempts (docs/adr/0002-execution-outside-the-graph.md).

CREATE TABLE actions (
    id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES runs (id),
    run_attempt integer NOT NULL DEFAULT 1,
    plan_step text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    kind text NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    payload jsonb NOT NULL,
    digest text NOT NULL,
    hold_seconds integer NOT NULL CHECK (hold_seconds >= 0),
    undo_mode text NOT NULL CHECK (undo_mode IN ('held', 'reversible', 'none')),
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'staging', 'armed', 'done',
        'expired', 'rejected', 'cancelled', 'failed', 'refused', 'needs_review')),
    depends_on uuid[] NOT NULL DEFAULT '{}',
    undoes uuid REFERENCES actions (id),
    decision_id uuid,
    revision_decision_id uuid,
    reopen_wanted boolean NOT NULL DEFAULT false,
    hold_until timestamptz,
    undo_until timestamptz,
    provider_token jsonb,
    pre_image jsonb,
    cursor jsonb,
    fence bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    outcome jsonb,
    stale_reason text,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    updated_at timestamptz NOT NULL DEFAULT app_now(),
    closed_at timestamptz
);
CREATE INDEX actions_run_idx ON actions (run_id);
CREATE INDEX actions_user_state_idx ON actions (user_id, state);
CREATE INDEX actions_due_hold_idx ON actions (hold_until) WHERE state = 'approved';
CREATE INDEX actions_due_lease_idx ON actions (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX actions_dependent_idx ON actions (id) WHERE depends_on <> '{}' AND state IN ('proposed', 'approved', 'expired');

-- What each version said, for history and for the difference shown on a stale or revised card.
CREATE TABLE action_versions (
    action_id uuid NOT NULL REFERENCES actions (id),
    version integer NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    kind text NOT NULL,
    payload jsonb NOT NULL,
    digest text NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    preview jsonb NOT NULL,
    made_by text NOT NULL CHECK (made_by IN ('plan', 'edit', 'revision', 'stale', 'reopen', 'switch', 'undo')),
    created_at timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (action_id, version)
);

CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    action_id uuid NOT NULL UNIQUE REFERENCES actions (id),
    run_id uuid NOT NULL REFERENCES runs (id),
    user_id uuid NOT NULL REFERENCES users (id),
    batch_id uuid,
    group_key text NOT NULL,
    group_label text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
    asked_at timestamptz NOT NULL DEFAULT app_now(),
    expires_at timestamptz NOT NULL,
    remind_at timestamptz,
    snoozed_until timestamptz,
    look_wanted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    updated_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX approvals_user_idx ON approvals (user_id, status, expires_at);
CREATE INDEX approvals_run_idx ON approvals (run_id);
CREATE INDEX approvals_batch_idx ON approvals (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX approvals_expiry_idx ON approvals (expires_at) WHERE status = 'pending';
CREATE INDEX approvals_reminder_idx ON approvals (remind_at) WHERE status = 'pending';

CREATE TABLE decisions (
    id uuid PRIMARY KEY,
    approval_id uuid NOT NULL REFERENCES approvals (id),
    action_id uuid NOT NULL REFERENCES actions (id),
    user_id uuid NOT NULL REFERENCES users (id),
    action_version integer NOT NULL,
    digest text NOT NULL,
    verb text NOT NULL CHECK (verb IN ('approve', 'reject', 'respond', 'send_now', 'undo')),
    note bytea,
    decider_id uuid NOT NULL REFERENCES users (id),
    channel text NOT NULL,
    nonce text NOT NULL,
    execute_by timestamptz NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (user_id, nonce)
);
CREATE INDEX decisions_action_idx ON decisions (action_id, created_at);
ALTER TABLE actions ADD CONSTRAINT actions_decision_fk FOREIGN KEY (decision_id) REFERENCES decisions (id);
ALTER TABLE actions ADD CONSTRAINT actions_revision_fk FOREIGN KEY (revision_decision_id) REFERENCES decisions (id);

CREATE TABLE attempts (
    action_id uuid NOT NULL REFERENCES actions (id),
    n integer NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    phase text NOT NULL CHECK (phase IN ('staging', 'armed_before', 'armed_during', 'armed_after', 'receipt')),
    started timestamptz NOT NULL DEFAULT app_now(),
    ended timestamptz,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'refused', 'unknown', 'stale', 'lost')),
    evidence jsonb,
    PRIMARY KEY (action_id, n)
);

CREATE TABLE action_transitions (old text NOT NULL, new text NOT NULL, PRIMARY KEY (old, new));
INSERT INTO action_transitions VALUES
    ('proposed', 'approved'), ('proposed', 'rejected'), ('proposed', 'expired'), ('proposed', 'cancelled'),
    ('approved', 'staging'), ('approved', 'cancelled'), ('approved', 'proposed'), ('approved', 'refused'), ('approved', 'needs_review'),
    ('staging', 'armed'), ('staging', 'proposed'), ('staging', 'refused'), ('staging', 'failed'), ('staging', 'needs_review'),
    ('armed', 'done'), ('armed', 'failed'), ('armed', 'refused'), ('armed', 'needs_review'),
    ('expired', 'proposed'), ('expired', 'cancelled'),
    ('needs_review', 'done'), ('needs_review', 'failed'), ('needs_review', 'proposed');

CREATE FUNCTION check_action_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT 1 FROM action_transitions t WHERE t.old = OLD.state AND t.new = NEW.state
    ) THEN
        RAISE EXCEPTION 'action % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'proposed' AND OLD.state <> 'proposed'
       AND (NEW.version <> OLD.version + 1 OR NEW.decision_id IS NOT NULL) THEN
        RAISE EXCEPTION 'action % goes back to proposed only as a new, undecided version', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version <> OLD.version AND (NEW.version <> OLD.version + 1 OR NEW.state <> 'proposed') THEN
        RAISE EXCEPTION 'action % versions rise by one and only while proposed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version = OLD.version AND (NEW.payload <> OLD.payload OR NEW.digest <> OLD.digest OR NEW.kind <> OLD.kind
        OR NEW.account_id <> OLD.account_id OR NEW.hold_seconds <> OLD.hold_seconds OR NEW.undo_mode <> OLD.undo_mode) THEN
        RAISE EXCEPTION 'action % may not change under the same version', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind <> OLD.kind AND NOT (OLD.kind = 'mail.draft.create' AND NEW.kind IN ('mail.reply', 'mail.send')) THEN
        RAISE EXCEPTION 'action % may not become another kind', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.fence < OLD.fence THEN
        RAISE EXCEPTION 'action % fence may not fall', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER actions_transition BEFORE UPDATE ON actions FOR EACH ROW EXECUTE FUNCTION check_action_transition();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER action_versions_append_only BEFORE UPDATE OR DELETE ON action_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
