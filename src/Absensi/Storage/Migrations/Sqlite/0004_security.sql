-- Failed log-ins, counted by SHA-256 of the address logged in with and by where they came from; '*' stands for all of them.
CREATE TABLE login_failures (
    account TEXT NOT NULL,
    origin TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (account, origin)
);
CREATE INDEX idx_failure_last ON login_failures (last_at);

-- What a program shows instead of a session: the SHA-256 of it, whom it stands for and what it may do in their name.
CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL CHECK (scope IN ('read:attendance', 'write:clock')),
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_by INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NULL,
    revoked_at INTEGER NULL
);

CREATE TABLE audit_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    action TEXT NOT NULL,
    user_id INTEGER NULL REFERENCES users (id),
    subject TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    node_id TEXT NOT NULL
);
CREATE INDEX idx_audit_action ON audit_logs (action, id);
