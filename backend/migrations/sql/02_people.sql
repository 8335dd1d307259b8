-- Users, sessions and the look-ups that must work before anybody is known.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'approver', 'admin')),
    time_zone text,
    approval_expiry_minutes integer CHECK (approval_expiry_minutes BETWEEN 5 AND 20160),
    batch_expiry_minutes integer CHECK (batch_expiry_minutes BETWEEN 5 AND 20160),
    watched_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT app_now()
);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    token_hash bytea NOT NULL UNIQUE,
    csrf_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    last_seen_at timestamptz NOT NULL DEFAULT app_now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ip text,
    user_agent text
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE login_failures (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    address_hash bytea NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX login_failures_address_idx ON login_failures (address_hash, failed_at);

-- Each returns one row or none; the app role cannot read these tables without a user.
CREATE FUNCTION find_login(wanted_email_key text)
RETURNS TABLE (user_id uuid, password_hash text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT u.id, u.password_hash FROM users u WHERE u.email_key = wanted_email_key $$;

CREATE FUNCTION find_session(wanted_token_hash bytea)
RETURNS TABLE (session_id uuid, user_id uuid, csrf_hash bytea, role text, last_seen_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT s.id, s.user_id, s.csrf_hash, u.role, s.last_seen_at, s.expires_at
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.token_hash = wanted_token_hash AND s.ended_at IS NULL
$$;

-- One ticket opens one socket within 30 seconds: a browser cannot send a CSRF token with a WebSocket.
CREATE TABLE ws_tickets (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    session_id uuid NOT NULL REFERENCES sessions (id),
    expires_at timestamptz NOT NULL
);

CREATE FUNCTION redeem_ws_ticket(wanted_token_hash bytea)
RETURNS TABLE (user_id uuid, session_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
AS $$
    WITH taken AS (DELETE FROM ws_tickets t WHERE t.token_hash = wanted_token_hash RETURNING t.*)
    SELECT taken.user_id, taken.session_id FROM taken WHERE taken.expires_at > app_now()
$$;

CREATE FUNCTION record_login_failure(wanted_address_hash bytea) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
AS $$ INSERT INTO login_failures (address_hash) VALUES (wanted_address_hash) RETURNING id $$;

-- For a try whose password was never compared.
CREATE FUNCTION take_back_login_failure(wanted_address_hash bytea, failure_id bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
AS $$ DELETE FROM login_failures WHERE address_hash = wanted_address_hash AND id = failure_id $$;

CREATE FUNCTION clear_login_failures(wanted_address_hash bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public
AS $$ DELETE FROM login_failures WHERE address_hash = wanted_address_hash $$;

-- When the nth-last failure inside the window was; null while the address is not locked.
CREATE FUNCTION login_locked_until(wanted_address_hash bytea, allowed integer, lock_minutes integer) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT max(recent.failed_at) + make_interval(mins => lock_minutes) FROM (
        SELECT failed_at FROM login_failures
        WHERE address_hash = wanted_address_hash AND failed_at > app_now() - make_interval(mins => lock_minutes)
    ) AS recent
    HAVING count(*) >= allowed
$$;
