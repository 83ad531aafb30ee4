-- Files of people that were read and wait to be confirmed; gone a day later.
CREATE TABLE people_imports (
    id INTEGER PRIMARY KEY,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users (id),
    file_name TEXT NOT NULL,
    applied_at INTEGER NULL,
    passwords_at INTEGER NULL
);

CREATE TABLE people_import_rows (
    import_id INTEGER NOT NULL REFERENCES people_imports (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (import_id, line)
);
