-- Row-level security, the system role's views, and grants.
-- The owner role's policy exists for migrations, SECURITY DEFINER look-ups and these views; no process serves as owner.

DO $$
DECLARE
    t text;
    app text := current_setting('countersign.app_role');
BEGIN
    FOREACH t IN ARRAY ARRAY['data_keys', 'idempotency_keys', 'sessions', 'ws_tickets', 'conversations', 'messages', 'attachments', 'accounts', 'oauth_states',
        'runs', 'run_steps', 'actions', 'action_versions', 'approvals', 'decisions', 'attempts', 'event_heads', 'events', 'audit']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_rows ON %I TO %I USING (user_id = (SELECT app_user_id())) WITH CHECK (user_id = (SELECT app_user_id()))', t, app);
        EXECUTE format('CREATE POLICY owner_rows ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    END LOOP;

    ALTER TABLE users ENABLE ROW LEVEL SECURITY;
    ALTER TABLE users FORCE ROW LEVEL SECURITY;
    EXECUTE format('CREATE POLICY own_rows ON users TO %I USING (id = (SELECT app_user_id())) WITH CHECK (id = (SELECT app_user_id()))', app);
    CREATE POLICY owner_rows ON users TO CURRENT_USER USING (true) WITH CHECK (true);
    ALTER TABLE login_failures ENABLE ROW LEVEL SECURITY;
    ALTER TABLE login_failures FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_rows ON login_failures TO CURRENT_USER USING (true) WITH CHECK (true);

    FOREACH t IN ARRAY ARRAY['checkpoints', 'checkpoint_blobs', 'checkpoint_writes']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_runs ON %I TO %I USING (EXISTS (SELECT 1 FROM runs r WHERE r.id = thread_id::uuid)) '
            'WITH CHECK (EXISTS (SELECT 1 FROM runs r WHERE r.id = thread_id::uuid))', t, app);
        EXECUTE format('CREATE POLICY owner_rows ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO %I', t, app);
    END LOOP;
END $$;

-- An approved action is due when its hold is over and everything it depends on is done; one whose dependency ended
-- otherwise is due at once, so that it can be stopped.
CREATE VIEW due_actions AS
    SELECT a.id AS action_id, a.user_id, a.state, a.hold_until AS due_at
    FROM actions a
    WHERE a.state = 'approved' AND a.hold_until <= (SELECT app_now())
      AND NOT EXISTS (SELECT 1 FROM actions d WHERE d.id = ANY (a.depends_on) AND d.state <> 'done')
    UNION ALL
    SELECT a.id, a.user_id, a.state, a.lease_until
    FROM actions a
    WHERE a.state <> 'approved' AND a.lease_until <= (SELECT app_now())
    UNION ALL
    SELECT a.id, a.user_id, a.state, a.updated_at
    FROM actions a
    WHERE a.depends_on <> '{}' AND a.state IN ('proposed', 'approved', 'expired') AND EXISTS (
        SELECT 1 FROM actions d WHERE d.id = ANY (a.depends_on)
          AND d.state IN ('rejected', 'cancelled', 'failed', 'refused', 'needs_review'));

CREATE VIEW due_approvals AS
    SELECT p.id AS approval_id, p.action_id, p.user_id, least(p.expires_at, p.remind_at) AS due_at
    FROM approvals p
    WHERE (p.status = 'pending' AND p.expires_at <= (SELECT app_now()))
       OR (p.status = 'pending' AND p.remind_at <= (SELECT app_now()))
       OR (p.status = 'expired' AND p.expires_at <= (SELECT app_now()) - interval '14 days');

CREATE VIEW due_probes AS
    SELECT c.id AS account_id, c.user_id, c.probed_at AS due_at
    FROM accounts c JOIN users u ON u.id = c.user_id
    WHERE c.state = 'healthy' AND probe_is_due(c.probed_at, u.watched_until)
      AND EXISTS (SELECT 1 FROM actions a WHERE a.user_id = c.user_id AND a.account_id = c.id AND a.state = 'proposed');

CREATE VIEW due_runs AS
    SELECT r.id AS run_id, r.user_id, r.state, r.lease_until, r.created_at AS due_at
    FROM runs r
    WHERE (r.state = 'running' AND (r.lease_until IS NULL OR r.lease_until <= (SELECT app_now())))
       OR (r.state = 'waiting' AND r.wake_wanted > r.wake_seen)
       OR (r.state = 'queued' AND NOT EXISTS (
            SELECT 1 FROM runs earlier
            WHERE earlier.conversation_id = r.conversation_id AND NOT earlier.first_pass_over
              AND (earlier.created_at, earlier.id) < (r.created_at, r.id)
              AND earlier.state IN ('queued', 'running')));

CREATE VIEW open_jobs AS
    SELECT id AS run_id, NULL::uuid AS action_id FROM runs WHERE state IN ('queued', 'running', 'waiting')
    UNION ALL
    SELECT NULL, id FROM actions WHERE state IN ('approved', 'staging', 'armed');

CREATE VIEW user_heads AS SELECT user_id, head FROM event_heads;

-- After a restore from an older backup nothing in flight may run by itself: a decision of then says nothing about now.
-- A hold that was running cannot have left unseen either: the provider may already have it.
-- A session or a half-made connection of then may have been ended since: everybody signs in again.
-- Cards stay proposed: nothing of them happens before a person decides, and staging reads the target again.
CREATE FUNCTION mark_restored() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    changed integer;
BEGIN
    UPDATE actions SET state = 'needs_review', lease_until = NULL, fence = fence + 1, updated_at = app_now()
    WHERE state IN ('approved', 'staging', 'armed');
    GET DIAGNOSTICS changed = ROW_COUNT;
    UPDATE runs SET wake_wanted = wake_wanted + 1 WHERE state = 'waiting';
    UPDATE sessions SET ended_at = app_now() WHERE ended_at IS NULL;
    UPDATE oauth_states SET used_at = app_now() WHERE used_at IS NULL;
    RETURN changed;
END $$;

DO $$
DECLARE
    app text := current_setting('countersign.app_role');
    system text := current_setting('countersign.system_role');
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I, %I', app, system);
    EXECUTE format('GRANT SELECT ON alembic_version, clock_offset, run_transitions, action_transitions TO %I, %I', app, system);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON users, sessions, conversations, messages, attachments, accounts, oauth_states, data_keys, '
        'idempotency_keys, runs, run_steps, actions, approvals, attempts, event_heads TO %I', app);
    EXECUTE format('GRANT DELETE ON attachments, oauth_states, accounts, ws_tickets TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT ON ws_tickets TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT ON action_versions, decisions, events, audit TO %I', app);
    EXECUTE format('GRANT SELECT ON due_actions, due_approvals, due_probes, due_runs, open_jobs, user_heads TO %I', system);

    EXECUTE format('GRANT SELECT, INSERT ON procrastinate_jobs TO %I', app);
    EXECUTE format('GRANT INSERT ON procrastinate_events TO %I', app);
    EXECUTE format('GRANT USAGE ON procrastinate_jobs_id_seq, procrastinate_events_id_seq TO %I', app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_workers, '
        'procrastinate_periodic_defers TO %I', system);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %I', system);

    REVOKE EXECUTE ON FUNCTION find_login, find_session, record_login_failure, take_back_login_failure, clear_login_failures, login_locked_until,
        redeem_ws_ticket, mark_restored FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION find_login, find_session, record_login_failure, take_back_login_failure, '
        'clear_login_failures, login_locked_until, redeem_ws_ticket TO %I', app);
END $$;
