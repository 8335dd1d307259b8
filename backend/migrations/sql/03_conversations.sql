-- Conversations, their messages and files, connected accounts and OAuth states.

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    title text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT app_now(),
    updated_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX conversations_user_idx ON conversations (user_id, updated_at DESC);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    text text NOT NULL,
    citations jsonb NOT NULL DEFAULT '[]',
    run_id uuid,
    created_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX messages_conversation_idx ON messages (conversation_id, created_at, id);

-- Files a person uploaded for a message: sealed with their data key, without a message until one is sent with them.
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    message_id uuid REFERENCES messages (id),
    position integer NOT NULL DEFAULT 0,
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX attachments_user_idx ON attachments (user_id, created_at);
CREATE INDEX attachments_message_idx ON attachments (message_id);
-- Sealed bytes do not compress.
ALTER TABLE attachments ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    provider text NOT NULL CHECK (provider IN ('google')),
    email text NOT NULL,
    name text NOT NULL DEFAULT '',
    type text NOT NULL CHECK (type IN ('personal', 'work')),
    label text NOT NULL DEFAULT '',
    is_default boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'healthy' CHECK (state IN ('healthy', 'needs_reconnect', 'paused', 'disconnected')),
    state_reason text,
    sending boolean NOT NULL DEFAULT true,
    scopes text[] NOT NULL DEFAULT '{}',
    time_zone text,
    refresh_token bytea,
    access_token bytea,
    access_expires_at timestamptz,
    token_version integer NOT NULL DEFAULT 0,
    probed_at timestamptz NOT NULL DEFAULT app_now(),
    probe_cursor text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT app_now(),
    updated_at timestamptz NOT NULL DEFAULT app_now(),
    UNIQUE (user_id, provider, email)
);
CREATE UNIQUE INDEX accounts_one_default_idx ON accounts (user_id) WHERE is_default;

-- An account with open cards is probed every minute while its owner has a page open, otherwise every five minutes.
CREATE FUNCTION probe_is_due(probed_at timestamptz, watched_until timestamptz) RETURNS boolean LANGUAGE sql VOLATILE
AS $$
    SELECT NOT (probed_at <= at AND at < probed_at
        + CASE WHEN watched_until > at THEN interval '1 minute' ELSE interval '5 minutes' END)
    FROM (SELECT app_now() AS at) AS clock
$$;

CREATE TABLE oauth_states (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    session_id uuid NOT NULL REFERENCES sessions (id),
    state_hash bytea NOT NULL UNIQUE,
    verifier bytea NOT NULL,
    scopes text[] NOT NULL,
    account_type text NOT NULL CHECK (account_type IN ('personal', 'work')),
    created_at timestamptz NOT NULL DEFAULT app_now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
