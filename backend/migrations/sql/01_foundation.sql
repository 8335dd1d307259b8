-- The clock, the tenant marker and the key table: what every other table stands on.
-- Runs as the owner role; :app and :system are the other two roles, neither of which owns a table (docs/security.md).

CREATE FUNCTION app_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.user_id', true), '')::uuid $$;

CREATE TABLE clock_offset (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    offset_by interval NOT NULL DEFAULT interval '0'
);
INSERT INTO clock_offset DEFAULT VALUES;

CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql VOLATILE
AS $$ SELECT clock_timestamp() + (SELECT offset_by FROM clock_offset) $$;

-- Per-user data keys, wrapped by a master key that lives outside the database.
CREATE TABLE data_keys (
    user_id uuid NOT NULL,
    version integer NOT NULL,
    master_key_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (user_id, version)
);

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    route text NOT NULL,
    body_hash bytea NOT NULL,
    status integer,
    response jsonb,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (user_id, key)
);
