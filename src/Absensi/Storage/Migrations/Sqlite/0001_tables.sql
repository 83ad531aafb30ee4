CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'karyawan' CHECK (role IN ('admin', 'karyawan')),
    active INTEGER NOT NULL DEFAULT 1,
    must_change_password INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NULL,
    updated_at TEXT NULL
);
CREATE INDEX idx_role ON users (role);

CREATE TABLE attendances (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    type TEXT NOT NULL CHECK (type IN ('in', 'out')),
    date TEXT NOT NULL,
    jam_masuk TEXT NULL,
    jam_pulang TEXT NULL,
    latitude_masuk REAL NULL,
    longitude_masuk REAL NULL,
    latitude_pulang REAL NULL,
    longitude_pulang REAL NULL,
    node_id TEXT NULL,
    status TEXT NOT NULL DEFAULT 'Hadir' CHECK (status IN ('Hadir', 'Terlambat', 'Alpha')),
    duration_minutes INTEGER NULL,
    created_at TEXT NULL,
    updated_at TEXT NULL,
    CONSTRAINT unique_user_date UNIQUE (user_id, date)
);
CREATE INDEX idx_date ON attendances (date);
CREATE INDEX idx_status ON attendances (status);

CREATE TABLE attendance_logs (
    id INTEGER PRIMARY KEY,
    attendance_id INTEGER NULL REFERENCES attendances (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    event_type TEXT NOT NULL,
    node_id TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    created_at TEXT NOT NULL,
    request_id TEXT NULL UNIQUE,
    hash TEXT NOT NULL
);
CREATE INDEX idx_attendance ON attendance_logs (attendance_id);
CREATE INDEX idx_event_type ON attendance_logs (event_type);
CREATE INDEX idx_created_at ON attendance_logs (created_at);
CREATE INDEX idx_log_user ON attendance_logs (user_id, id);

CREATE TABLE event_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_id INTEGER NOT NULL,
    last_hash TEXT NOT NULL
);
INSERT INTO event_head (id, last_id, last_hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    ip TEXT NULL,
    user_agent TEXT NULL
);
CREATE INDEX idx_session_user ON sessions (user_id);
CREATE INDEX idx_session_seen ON sessions (last_seen_at);

CREATE TABLE nodes (
    node_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    last_event_id INTEGER NOT NULL DEFAULT 0,
    queue INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE data_protection_keys (
    name TEXT PRIMARY KEY,
    xml TEXT NOT NULL
);
